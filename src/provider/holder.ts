// Who has signed in, as tokens say it: the holder of an account, by his INS, and his record.
// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#fhir-context
import { errors, type Account as OpenIdAccount } from 'oidc-provider';
import type { JsonObject } from '../fhir/json.ts';
import type { Ins } from '../identity/caller.ts';
import { cxOf } from '../identity/identifiers.ts';
import type { Accounts } from '../store/account.ts';
import type { Store } from '../store/store.ts';

/** `epoch`: another one each time that he leaves everywhere. */
export type Holder = { readonly id: string; readonly ins: Ins; readonly epoch: string };
export type Holders = {
  /** Of an account that may sign in. */
  readonly find: (account: string) => Promise<Holder | undefined>;
  /** The key of the record of this INS, which is its Patient's id. */
  readonly recordOf: (ins: Ins) => Promise<string | undefined>;
  /** Every session and every token of the account. */
  readonly endEverywhere: (account: string, now: Date) => Promise<void>;
};

/** He reads his record open or closed: whether there is one is all that is asked. */
export function holdersOf(accounts: Pick<Accounts, 'find' | 'endEverywhere'>, { records }: Pick<Store, 'records'>): Holders {
  return {
    find: async (account) => {
      const found = await accounts.find(account);
      return found && { id: found._id, ins: found.ins, epoch: found.epoch };
    },
    recordOf: async (ins) => {
      const key = await records.keyOf(ins);
      return key === undefined ? undefined : (await records.current(key))?.key;
    },
    endEverywhere: accounts.endEverywhere,
  };
}

type Token = {
  readonly accountId?: string | undefined;
  readonly grantId?: string | undefined;
  readonly scope?: string | undefined;
};

/** What an access token says of the holder. Throws `invalid_grant` where there is no such account any more, it has left everywhere since, or there is no record to launch into. */
export async function holderClaims(
  holders: Holders,
  registration: string,
  token: Token,
  epoch: string | undefined,
): Promise<JsonObject> {
  const { accountId, grantId, scope = '' } = token;
  const holder = accountId === undefined ? undefined : await holders.find(accountId);
  if (holder === undefined || grantId === undefined || holder.epoch !== epoch)
    throw new errors.InvalidGrant('there is no such account');
  const isLaunch = scope.split(' ').includes('launch/patient');
  const patient = isLaunch ? await holders.recordOf(holder.ins) : undefined;
  if (isLaunch && patient === undefined) throw new errors.InvalidGrant('there is no record');
  return {
    registration,
    grant: grantId,
    sub_ins: cxOf(holder.ins),
    ...(patient === undefined ? {} : { patient }),
  };
}

/** What an ID token says of him: `fhirUser` where it is asked for and there is a record. */
export function openIdAccounts(holders: Holders, baseUrl: string) {
  return async (_ctx: unknown, id: string): Promise<OpenIdAccount | undefined> => {
    const holder = await holders.find(id);
    if (holder === undefined) return undefined;
    return {
      accountId: id,
      claims: async () => {
        const patient = await holders.recordOf(holder.ins);
        return { sub: id, ...(patient === undefined ? {} : { fhirUser: `${baseUrl}/Patient/${patient}` }) };
      },
    };
  };
}
