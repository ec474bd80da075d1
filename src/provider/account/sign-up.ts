// An account is made in two steps: the activation code and a password, then the first one-time code. The same way gives an account other credentials.
// https://pages.nist.gov/800-63-3/sp800-63b.html#sec6
import { digestOf, readActivationCode } from '../../identity/activation-code.ts';
import type { Ins } from '../../identity/caller.ts';
import type { Enrolment } from '../../store/account.ts';
import type { Pace } from '../../store/tries.ts';
import { type AccountsKept, digestOfToken, newToken } from './kept.ts';
import { networkOf } from './network.ts';
import { newSecret, stepOf } from './one-time-code.ts';
import { type Fault, faultOf } from './password-rule.ts';
import { type Account, publicOf } from './sign-in.ts';
import { readTypedIns } from './typed-ins.ts';

export type SigningUp = {
  /** As they were typed. */
  readonly ins: string;
  readonly code: string;
  readonly password: string;
  readonly now: Date;
  /** The network address that it comes from. */
  readonly address?: string;
};

/** `enrolment`: what the browser keeps until the second step; `secret`: of the one-time codes, in base32. `wrong`: whatever it was. */
export type SignedUp =
  | { readonly is: 'enrolling'; readonly enrolment: string; readonly secret: string }
  | { readonly is: 'refused'; readonly password: Fault }
  | { readonly is: 'wrong' | 'misspelt' }
  | { readonly is: 'wait'; readonly until: Date };

const enrolmentLife = 30 * 60_000;
/** Of one network, whatever numbers it tries: those of one number are counted with its code. */
const ofNetwork: Pace = { free: 50, first: 1000, most: 60_000, forgotten: 3600_000 };

/** Nothing of an account changes yet, and the activation code is not used yet. */
export async function createAccount(kept: AccountsKept, { ins, code, password, now, address }: SigningUp): Promise<SignedUp> {
  const candidates = readTypedIns(ins);
  const read = readActivationCode(code);
  const [first] = candidates;
  if (first === undefined || read === undefined) return { is: 'misspelt' };
  const fault = await faultOf(password, first);
  if (fault !== undefined) return { is: 'refused', password: fault };
  const network = kept.blind(`network of codes|${networkOf(address)}`);
  const until = await kept.throttle.begin(network, ofNetwork, now);
  if (until !== undefined) return { is: 'wait', until };
  const digests = candidates.map((one) => ({ ins: one, digest: digestOf(one, read) }));
  const recognised = await kept.activations.recognise(digests, now);
  if (recognised.is !== 'unused') return { is: 'wrong' };
  await kept.throttle.undo(network);
  const enrolment = newToken();
  const secret = newSecret();
  await kept.accounts.prepare({
    _id: digestOfToken(enrolment),
    ...recognised.issued,
    password: await kept.hashes.make(password),
    totp: kept.seal.close(secret),
    gone: new Date(now.getTime() + enrolmentLife),
  });
  return { is: 'enrolling', enrolment, secret };
}

/** The secret once more, while it is being confirmed. */
export async function enrolling(kept: AccountsKept, token: string, now: Date): Promise<{ secret: string; ins: Ins } | undefined> {
  const found = await kept.accounts.enrolment(digestOfToken(token), now);
  return found && { secret: kept.seal.open(found.totp), ins: found.ins };
}

export type Confirming = { readonly enrolment: string; readonly totp: string; readonly now: Date };

/** `over`: the enrolment or its activation code is not in force any more. `browser`: what the browser is to keep. */
export type Confirmed =
  | { readonly is: 'enrolled'; readonly account: Account; readonly browser: string }
  | { readonly is: 'wrong' | 'over' };

export async function confirmAccount(kept: AccountsKept, { enrolment, totp, now }: Confirming): Promise<Confirmed> {
  const found = await kept.accounts.enrolment(digestOfToken(enrolment), now);
  if (found === undefined) return { is: 'over' };
  const step = stepOf(kept.seal.open(found.totp), totp, now);
  return step === undefined ? { is: 'wrong' } : await enrolled(kept, found, step, now);
}

async function enrolled({ accounts }: AccountsKept, found: Enrolment, step: number, now: Date): Promise<Confirmed> {
  const browser = newToken();
  const account = await accounts.enrol(found, { step, browser: digestOfToken(browser) }, now);
  if (account === undefined) return { is: 'over' };
  return { is: 'enrolled', account: publicOf(account), browser };
}
