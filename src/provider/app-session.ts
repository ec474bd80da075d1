// The session of a browser with the apps, seen from the pages of accounts: one leaves both together.
// https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html#session-expiration
import type { IncomingMessage } from 'node:http';
import { isObject, parseJson } from '../fhir/json.ts';
import type { ProviderRows } from '../store/provider-row.ts';

export const sessionCookie = 'carnet-apps';

/** Who has its name may end it, and nothing else. */
export async function endAppSession(rows: ProviderRows, { headers }: Pick<IncomingMessage, 'headers'>, now: Date): Promise<void> {
  const [, id] = new RegExp(`(?:^|; *)${sessionCookie}=([\\w-]{1,64})(?:;|$)`).exec(headers.cookie ?? '') ?? [];
  const row = id === undefined ? undefined : await rows.find({ _id: `Session|${id}` }, now);
  if (row === undefined) return;
  const session = parseJson(row.text);
  if (isObject(session) && typeof session.uid === 'string') await rows.endSession(session.uid, now);
  await rows.remove(row._id);
}
