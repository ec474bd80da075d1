// Who signs in: with his INS, his password and a one-time code, and with nothing less.
// https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html
import type { Ins } from '../../identity/caller.ts';
import type { StoredAccount } from '../../store/account.ts';
import type { Pace } from '../../store/tries.ts';
import { type AccountsKept, digestOfToken, newToken } from './kept.ts';
import { networkOf } from './network.ts';
import { stepOf } from './one-time-code.ts';
import { readTypedIns } from './typed-ins.ts';

export type Account = {
  /** Random: the `sub` of tokens. */
  readonly _id: string;
  readonly ins: Ins;
  /** Random: another one since all that rested on it was ended. */
  readonly epoch: string;
};

export function publicOf({ _id, ins, epoch }: StoredAccount): Account {
  return { _id, ins, epoch };
}

export type SigningIn = {
  /** As it was typed. */
  readonly ins: string;
  readonly password: string;
  /** The one-time code, as it was typed. */
  readonly totp: string;
  readonly now: Date;
  /** What the browser keeps of those who have signed in with it. */
  readonly browser?: readonly string[];
  /** The network address that it comes from. */
  readonly address?: string;
};

/** `wrong`: whatever it was. `browser`: what the browser is to keep, from now on or as it did. */
export type SignedIn =
  | { readonly is: 'signed-in'; readonly account: Account; readonly browser: string }
  | { readonly is: 'wrong' }
  | { readonly is: 'wait'; readonly until: Date };

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Of a browser that is known to the account: nobody else can spend its tries. */
const ofBrowser: Pace = { free: 5, first: 10_000, most: minute, forgotten: hour };
/** Of one account from one network, by browsers that it does not know. */
const ofPair: Pace = { free: 5, first: minute, most: hour, forgotten: day };
/** Of one network, whatever accounts it tries. */
const ofNetwork: Pace = { free: 50, first: 1000, most: minute, forgotten: hour };
/** Of one account, wrong codes with the right password by browsers that it does not know: who has the password is not told. */
const ofCode: Pace = { free: 10, first: minute, most: hour, forgotten: day };

type Limit = { readonly name: string; readonly pace: Pace };

export async function signIn(kept: AccountsKept, asked: SigningIn): Promise<SignedIn> {
  const { accounts, hashes, throttle } = kept;
  const { password, now, browser = [] } = asked;
  const [ins] = readTypedIns(asked.ins);
  // What is misspelt is nobody's, and takes as long.
  const value = ins?.value ?? '';
  const account = await accounts.findByIns(value);
  const known = browser.find((token) => account?.browsers.includes(digestOfToken(token)));
  const limits = limitsOf(kept, { value, known, network: networkOf(asked.address) });
  for (const { name, pace } of limits) {
    const until = await throttle.begin(name, pace, now);
    if (until !== undefined) return { is: 'wait', until };
  }
  const verdict = await hashes.verify(password, account?.password, known !== undefined).catch(async (error) => {
    // What could not be looked at was no try.
    for (const { name } of limits) await throttle.undo(name);
    throw error;
  });
  const codes = kept.blind(`${verdict === 'wrong' ? 'idle' : 'codes'}|${value}`);
  // Counted in any case: how long it takes does not tell what was wrong.
  const isOften = (await throttle.begin(codes, ofCode, now)) !== undefined && known === undefined;
  if (account === undefined || verdict === 'wrong' || isOften) return { is: 'wrong' };
  const token = known ?? newToken();
  if (!(await proves(kept, account, asked, known === undefined ? token : undefined))) return { is: 'wrong' };
  if (verdict === 'stale') await accounts.rehash(account, await hashes.make(password));
  await throttle.forget([codes, ...limits.flatMap(({ name, pace }) => (pace === ofNetwork ? [] : name))]);
  for (const { name, pace } of limits) if (pace === ofNetwork) await throttle.undo(name);
  return { is: 'signed-in', account: publicOf(account), browser: token };
}

async function proves(
  { accounts, seal }: AccountsKept,
  account: StoredAccount,
  { totp, now }: SigningIn,
  fresh: string | undefined,
): Promise<boolean> {
  const step = stepOf(seal.open(account.totp), totp, now);
  if (step === undefined) return false;
  return await accounts.use(account, { step, ...(fresh === undefined ? {} : { browser: digestOfToken(fresh) }) });
}

type Trying = { readonly value: string; readonly known: string | undefined; readonly network: string };

function limitsOf({ blind }: AccountsKept, { value, known, network }: Trying): readonly Limit[] {
  if (known !== undefined) return [{ name: blind(`browser|${value}|${known}`), pace: ofBrowser }];
  return [
    { name: blind(`network|${network}`), pace: ofNetwork },
    { name: blind(`pair|${value}|${network}`), pace: ofPair },
  ];
}
