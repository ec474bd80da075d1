// What has been revoked: rows among the records, so that the command that reads also says whether the token may still read.
// https://www.rfc-editor.org/rfc/rfc7009
import type { Vouched } from '../identity/caller.ts';
import { invalidToken } from '../identity/unauthorized.ts';
import { type Database, within } from './database.ts';

/** `_id`: `revoked|` and the name of what a token rests on. */
export type Revocation = { readonly _id: string; readonly gone: Date };

/** Longer than any access token lives. */
const rememberedFor = 24 * 3600 * 1000;
const idOf = (name: string): string => `revoked|${name}`;

export function revocationIds(vouched: Vouched | undefined): readonly string[] {
  return (vouched ?? []).map(idOf);
}

/** Throws 401. `found`: has the ids of what was found. */
export function judgeFound(found: Pick<ReadonlySet<string>, 'has'>, vouched: Vouched | undefined): void {
  if (revocationIds(vouched).some((id) => found.has(id))) throw invalidToken('The access token has been revoked');
}

/** Throws 401. Inside a transaction, of its snapshot. */
export async function judgeVouched(database: Database, vouched: Vouched | undefined): Promise<void> {
  if (vouched === undefined) return;
  const found = await database.revocations.find({ _id: { $in: [...revocationIds(vouched)] } }, within(database)).toArray();
  judgeFound(new Set(found.map(({ _id }) => _id)), vouched);
}

export async function isRevoked(database: Database, vouched: Vouched | undefined): Promise<boolean> {
  return (await database.revocations.findOne({ _id: { $in: [...revocationIds(vouched)] } }, within(database))) !== null;
}

/** In each of the databases, in the transaction that is open: whatever begins after it is refused. */
export async function revoke(inside: Database, databases: readonly Database[], name: string, now: Date): Promise<void> {
  const replacement = { gone: new Date(now.getTime() + rememberedFor) };
  for (const { revocations } of databases)
    await revocations.replaceOne({ _id: idOf(name) }, replacement, { upsert: true, ...within(inside) });
}
