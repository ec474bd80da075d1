// Provide Document Bundle: judged whole, then carried out as the transaction that it is, once however often it is sent.
// https://profiles.ihe.net/ITI/MHD/ITI-65.html
import { keyOfId } from '../../fhir/id.ts';
import { isObject, type JsonObject, objectsOf } from '../../fhir/json.ts';
import { Refusal } from '../../fhir/outcome.ts';
import { type Entry, entriesOf, placed, placedAt } from '../bundle/entry.ts';
import { responseBundle } from '../bundle/response-bundle.ts';
import { carryOut, resourcesOf } from '../bundle/transaction.ts';
import { type Answer, type Context, isTester } from '../context.ts';
import { oneReferenced } from '../criteria.ts';
import { queryIn } from '../query.ts';
import { mayAsk } from '../reach.ts';
import { recordNamedBy } from '../record.ts';
import type { Preference } from '../shown.ts';
import { readAhead } from '../understood.ts';
import { depositInto } from '../write.ts';
import { answeredAgain, idIn, remember } from './again.ts';
import { withUrls } from './bytes.ts';
import { judgeProvideBundle } from './judge.ts';
import { claimsOf } from './known.ts';
import { levelOf } from './level.ts';
import { lookupIn, ofSlice, type Slice, slicesOf } from './slice.ts';
import { subjectOf, withSubject } from './subject.ts';
import { submissionOf } from './submission.ts';
import { judgeUpdates } from './superseded.ts';
import { warned } from './warning.ts';

/** In the testers' database a Bundle is a Bundle. */
export function isProvideDocumentBundle(context: Context, bundle: JsonObject): boolean {
  return levelOf(bundle) !== undefined && !isTester(context);
}

export async function provideDocumentBundle(context: Context, sent: JsonObject, prefer: Preference): Promise<Answer> {
  const faults = judgeProvideBundle(sent);
  if (faults.length > 0) throw new Refusal('invalid', faults);
  const bundle = resolvable(sent);
  const entries = entriesOf(context, bundle);
  for (const type of ['List', 'DocumentReference']) mayAsk(context, 'c', type);
  const { slices } = slicesOf(bundle);
  const claims = claimsOf(
    context,
    ofSlice(slices, 'DocumentRefs').map(({ resource }) => resource),
  );
  const { store } = context;
  await readAhead(context, resourcesOf(entries));
  const answers = await store.steady(
    async () =>
      await store.transaction(async (inside) => await provide({ ...context, store: inside }, slices, entries, prefer), claims),
  );
  return { status: 200, headers: {}, body: await responseBundle('transaction-response', answers) };
}

/** As the engine resolves it: the patient by reference, the bytes by fullUrl. */
function resolvable(bundle: JsonObject): JsonObject {
  const { slices } = slicesOf(bundle);
  const lookup = lookupIn(ofSlice(slices, 'Documents'));
  const resources = slices.map((slice) => {
    const resource = slice.name === 'DocumentRefs' ? withUrls(slice, lookup) : slice.resource;
    return withSubject(resource);
  });
  const entry = objectsOf(bundle.entry).map((one, index) =>
    isObject(one.resource) ? { ...one, resource: resources[index] } : one,
  );
  return { ...bundle, entry };
}

async function provide(
  context: Context,
  slices: readonly Slice[],
  entries: readonly Entry[],
  prefer: Preference,
): Promise<readonly Answer[]> {
  const key = await recordOf(context, slices);
  if (key !== undefined) {
    const again = await answeredAgain(context, key, slices, submissionOf(slices, key));
    if (again !== undefined) return warned(slices, again);
  }
  await judgeUpdates(context, slices, key);
  const answers = await carryOut(context, entries, prefer);
  const made = key ?? recordMade(slices, answers);
  if (made !== undefined) await remember(context, made, slices, answers, submissionOf(slices, made));
  return warned(slices, answers);
}

/** The record that the documents are about, and that takes them from the caller; undefined where the Bundle makes it. */
async function recordOf(context: Context, slices: readonly Slice[]): Promise<string | undefined> {
  const [document] = ofSlice(slices, 'DocumentRefs');
  if (document === undefined) return undefined;
  const { resource } = document;
  const named = isObject(resource.subject) ? resource.subject.reference : undefined;
  if (lookupIn(ofSlice(slices, 'Patient'))(named, document) !== undefined) return undefined;
  const key = await keyOf(context, document, subjectOf(resource));
  const about = { ...resource, subject: { reference: `Patient/${key}` } };
  await placed(document, async () => await depositInto(context, 'DocumentReference', about));
  return key;
}

async function keyOf(context: Context, document: Slice, subject: string | undefined): Promise<string> {
  const { at, resource } = document;
  if (subject?.startsWith('Patient?'))
    return await placedAt(`${at}.resource.subject`, async () => await oneReferenced(context, 'Patient', queryIn(subject)));
  return await placed(document, async () => recordNamedBy(context, 'DocumentReference', resource) ?? '');
}

function recordMade(slices: readonly Slice[], answers: readonly Answer[]): string | undefined {
  const at = slices.findIndex(({ name }) => name === 'DocumentRefs');
  return keyOfId(idIn(answers[at]) ?? '');
}
