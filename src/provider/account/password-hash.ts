// Passwords as Argon2id hashes, which say how they were made, a few at the same time.
// https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id, https://www.rfc-editor.org/rfc/rfc9106
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { refuse } from '../../fhir/outcome.ts';

/** `memory` in KiB. */
export type Cost = { readonly memory: number; readonly passes: number };

export const defaultCost: Cost = { memory: 19_456, passes: 2 };

/** `stale`: right, and made at another cost than that of now. */
export type Verdict = 'right' | 'stale' | 'wrong';

export type PasswordHashes = {
  readonly make: (password: string) => Promise<string>;
  /** Of nobody's hash too, which takes as long and is never right. `known`: by whom nobody else can be; he waits for no others. */
  readonly verify: (password: string, hash: string | undefined, known?: boolean) => Promise<Verdict>;
};

type Parts = Cost & { readonly salt: Buffer; readonly tag: Buffer };

const [saltLength, tagLength] = [16, 32];
const phc = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=1\$([\w+/]{11,64})\$([\w+/]{43})$/;
/** The rest of the process needs threads as well. */
const atOnce = 2;
const mostWaiting = 100;

export function passwordHashes(cost: Cost = defaultCost): PasswordHashes {
  const inTurn = turns();
  const tagOf = async (password: string, { memory, passes, salt }: Omit<Parts, 'tag'>, known = false): Promise<Buffer> =>
    await inTurn(
      known,
      async () =>
        await new Promise<Buffer>((resolve, reject) => {
          const parameters = { message: normal(password), nonce: salt, parallelism: 1, tagLength, memory, passes };
          argon2('argon2id', parameters, (error, tag) => (error === null ? resolve(tag) : reject(error)));
        }),
    );
  const nobodys: Parts = { ...cost, salt: randomBytes(saltLength), tag: randomBytes(tagLength) };
  return {
    make: async (password) => {
      const salt = randomBytes(saltLength);
      return written({ ...cost, salt, tag: await tagOf(password, { ...cost, salt }) });
    },
    verify: async (password, hash, known) => {
      const parts = hash === undefined ? nobodys : read(hash);
      const isRight = timingSafeEqual(await tagOf(password, parts, known), parts.tag);
      if (!isRight || hash === undefined) return 'wrong';
      return parts.memory === cost.memory && parts.passes === cost.passes ? 'right' : 'stale';
    },
  };
}

/** However a keyboard makes its letters. https://pages.nist.gov/800-63-3/sp800-63b.html#memsecretver */
function normal(password: string): string {
  return password.normalize('NFC');
}

/** https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md */
function written({ memory, passes, salt, tag }: Parts): string {
  const [salted, tagged] = [salt, tag].map((bytes) => bytes.toString('base64').replaceAll('=', ''));
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${salted}$${tagged}`;
}

function read(hash: string): Parts {
  const [, memory, passes, salt = '', tag = ''] = phc.exec(hash) ?? [];
  if (memory === undefined) throw new Error('no hash of a password');
  return {
    memory: Number(memory),
    passes: Number(passes),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

/** Throws `busy` where too many wait. */
function turns(): <T>(first: boolean, run: () => Promise<T>) => Promise<T> {
  const firsts: (() => void)[] = [];
  const others: (() => void)[] = [];
  let running = 0;
  return async (first, run) => {
    if (running < atOnce) running += 1;
    else if (!first && others.length >= mostWaiting) throw refuse('busy', 'Too many sign in at this moment; try again');
    else await new Promise<void>((resolve) => (first ? firsts : others).push(resolve));
    try {
      return await run();
    } finally {
      const next = firsts.shift() ?? others.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
