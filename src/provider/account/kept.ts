// What accounts are made and opened with.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { type Accounts, accountsOf } from '../../store/account.ts';
import type { Activations } from '../../store/activation.ts';
import type { Database } from '../../store/database.ts';
import type { Store } from '../../store/store.ts';
import { type Throttle, throttleOf } from '../../store/tries.ts';
import { type Seal, sealOf } from './one-time-code.ts';
import { type Cost, type PasswordHashes, passwordHashes } from './password-hash.ts';

export type AccountsKept = {
  readonly accounts: Accounts;
  readonly activations: Activations;
  readonly throttle: Throttle;
  readonly hashes: PasswordHashes;
  readonly seal: Seal;
  /** A name under which what must not be read in the database is counted. */
  readonly blind: (name: string) => string;
};

/** `secret`: 32 bytes of the database. */
export function accountsKept(
  stored: Pick<AccountsKept, 'accounts' | 'activations' | 'throttle'>,
  secret: Buffer,
  cost?: Cost,
): AccountsKept {
  return {
    ...stored,
    hashes: passwordHashes(cost),
    seal: sealOf(secret),
    blind: (name) => createHmac('sha256', secret).update(name).digest('base64url'),
  };
}

type Place = { readonly database: Database; readonly store: Pick<Store, 'activations' | 'secret'> };

/** `databases`: those in which tokens are used. */
export async function openAccounts(
  { database, store }: Place,
  databases: readonly Database[],
  cost?: Cost,
): Promise<AccountsKept> {
  const stored = { accounts: accountsOf(database, databases), activations: store.activations, throttle: throttleOf(database) };
  return accountsKept(stored, await store.secret('account'), cost);
}

/** What a browser keeps, of 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** All that is kept of it. */
export function digestOfToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
