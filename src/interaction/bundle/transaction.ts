// Batch and transaction: each entry by itself, or all of them or none in one transaction of the store.
// https://hl7.org/fhir/R4/http.html#transaction
import type { Touched } from '../../audit/trace.ts';
import type { JsonObject } from '../../fhir/json.ts';
import { Refusal, refuse, toOutcome } from '../../fhir/outcome.ts';
import { accountOf } from '../account.ts';
import { traceOnly } from '../answer.ts';
import type { Answer, Context, Trail } from '../context.ts';
import type { Preference } from '../shown.ts';
import { readAhead } from '../understood.ts';
import { type Entry, entriesOf, placed } from './entry.ts';
import { inOrder } from './entry-order.ts';
import { interactionOf, perform } from './perform.ts';
import { resolveEntries, type Step } from './resolve-entries.ts';
import { responseBundle } from './response-bundle.ts';

export async function transaction(context: Context, bundle: JsonObject, prefer: Preference): Promise<Answer> {
  const entries = entriesOf(context, bundle);
  const { store } = context;
  await readAhead(context, resourcesOf(entries));
  const answers = await store.steady(
    async () => await store.transaction(async (inside) => await carryOut({ ...context, store: inside }, entries, prefer)),
  );
  return { status: 200, headers: {}, body: await responseBundle('transaction-response', answers) };
}

/** For one that the caller has open. The trace is one for each record and set of labels, as of any request. */
export async function carryOut(context: Context, entries: readonly Entry[], prefer: Preference): Promise<readonly Answer[]> {
  const touched: Touched[] = [];
  const gathering: Context = { ...context, gather: (more) => void touched.push(...more) };
  for (const entry of entries) await placed(entry, async () => interactionOf(context, entry));
  const steps = await resolveEntries(gathering, entries);
  const answers = new Map<Entry, Answer>();
  const judgeSize = sizeJudge();
  for (const step of inOrder(steps)) {
    const answer = await placed(step.entry, async () =>
      judgeSize(await perform({ ...gathering, remarks: new Map() }, step.entry, step.prepared, prefer)),
    );
    judgeName(step, answer);
    answers.set(step.entry, answer);
  }
  await context.store.trace(accountOf(context, { status: 200, touched }));
  return entries.flatMap((entry) => answers.get(entry) ?? []);
}

export function resourcesOf(entries: readonly Entry[]): readonly JsonObject[] {
  return entries.flatMap(({ resource }) => (resource === undefined ? [] : [resource]));
}

const longestAnswer = 64 * 1024 * 1024;

/** All answers leave as one text, bytes as the data of their Binary: gives back an answer that has room, refuses one that has not. */
function sizeJudge(): (answer: Answer) => Answer {
  let sum = 0;
  return (answer) => {
    const { body, bytes } = answer;
    const size = (body?.length ?? 0) + (bytes?.asData ? Math.ceil(bytes.size / 3) * 4 : 0);
    if (sum + size > longestAnswer) throw refuse('too-large', 'The answers take more than 64 MB together');
    sum += size;
    return answer;
  };
}

/** What other entries refer to is what the entry made: not another resource that an entry before it made to meet its criteria. */
function judgeName({ entry, name }: Step, { headers }: Answer): void {
  const { Location: location } = headers;
  if (location !== undefined && name !== undefined && !location.includes(`/${name}/_history/`))
    throw refuse('precondition-failed', 'Another entry makes what the criteria find', `${entry.at}.request.ifNoneExist`);
}

/** Entries do not know each other: each is a request of its own, traced as such. */
export async function batch(context: Context, bundle: JsonObject, prefer: Preference): Promise<Answer> {
  const answers: Answer[] = [];
  const judgeSize = sizeJudge();
  for (const entry of entriesOf(context, bundle)) answers.push(await alone(context, entry, prefer, judgeSize));
  return { status: 200, headers: {}, body: await responseBundle('batch-response', answers) };
}

async function alone(context: Context, entry: Entry, prefer: Preference, judgeSize: (answer: Answer) => Answer): Promise<Answer> {
  const trail: Trail = { interaction: 'batch', query: `${entry.method} ${entry.url.slice(0, 4000)}`, record: undefined };
  const own: Context = { ...context, trail, remarks: new Map() };
  try {
    return await placed(entry, async () => {
      trail.interaction = interactionOf(own, entry);
      return judgeSize(await perform(own, entry, entry.resource === undefined ? {} : { resource: entry.resource }, prefer));
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await traceOnly(own, error.status);
    return { status: error.status, headers: error.headers, body: JSON.stringify(toOutcome(error)) };
  }
}
