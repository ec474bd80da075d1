// Who has signed in with a browser, for an hour: one row each, which ends with everything else of the account.
// https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html
import { isObject, parseJson } from '../../fhir/json.ts';
import type { Accounts } from '../../store/account.ts';
import type { ProviderRows } from '../../store/provider-row.ts';
import { digestOfToken, newToken } from './kept.ts';
import { type Account, publicOf } from './sign-in.ts';

export type Sessions = { readonly rows: ProviderRows; readonly accounts: Pick<Accounts, 'find'> };

const sessionLife = 3600_000;
const idOf = (token: string): string => `BrowserSession|${digestOfToken(token)}`;

/** What the browser is to keep. */
export async function openSession({ rows }: Sessions, { _id, epoch }: Account, now: Date): Promise<string> {
  const token = newToken();
  const gone = new Date(now.getTime() + sessionLife);
  await rows.insert({ _id: idOf(token), text: JSON.stringify({ epoch }), account: _id, gone });
  return token;
}

export async function sessionOf({ rows, accounts }: Sessions, token: string, now: Date): Promise<Account | undefined> {
  const row = await rows.find({ _id: idOf(token) }, now);
  const account = row?.account === undefined ? undefined : await accounts.find(row.account);
  const said = row === undefined ? undefined : parseJson(row.text);
  // One that began while everything was being ended is over as well.
  return account !== undefined && isObject(said) && said.epoch === account.epoch ? publicOf(account) : undefined;
}

export async function closeSession({ rows }: Sessions, token: string): Promise<void> {
  await rows.remove(idOf(token));
}
