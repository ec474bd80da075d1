// A Bundle that is sent again is answered as the first time: entry by entry, without the resources.
// https://profiles.ihe.net/ITI/MHD/ITI-65.html#2365-provide-document-bundle-response-message
import { isObject, parseJson, textOf } from '../../fhir/json.ts';
import { type Fault, Refusal } from '../../fhir/outcome.ts';
import { accountOf } from '../account.ts';
import { touchedBy } from '../answer.ts';
import type { Answer, Context } from '../context.ts';
import { judgeSame, type Known, knownOf, nameIn, refuseFor } from './known.ts';
import type { Slice } from './slice.ts';
import { namesOf, type Submitted } from './submission.ts';

/** Undefined where all of it is new; 422 where some of it is, or says something else now. */
export async function answeredAgain(
  context: Context,
  key: string,
  slices: readonly Slice[],
  submitted: readonly Submitted[],
): Promise<readonly Answer[] | undefined> {
  const known = await knownOf(context, key, submitted);
  if (known.length === 0) return undefined;
  const place = (at: string): string => `${at}.resource.masterIdentifier`;
  judgeSame(known, place);
  if (known.length < submitted.length)
    refuseFor(known, place, 'You deposited this document before: leave it out, and send the new ones alone');
  refuseFor(
    known.filter(({ kept }) => kept.of === undefined),
    place,
    'You deposited this document before, by itself: leave it out',
  );
  const answers = answersTo(slices, await answersOf(context, known));
  const touched = known.map(({ row }) => touchedBy('DocumentReference', row));
  await context.store.trace(accountOf(context, { status: 200, touched }));
  return answers;
}

/** Of the sets in which these documents were; what the first of them says of a name holds. */
async function answersOf({ store }: Context, known: readonly Known[]): Promise<ReadonlyMap<string, Answer>> {
  const sets = [...new Set(known.flatMap(({ kept }) => kept.of ?? []))];
  const found = new Map((await store.submissions.find(sets)).map((set) => [set.name, set.text]));
  const answers = new Map<string, Answer>();
  for (const set of sets) {
    const kept = parseJson(found.get(set) ?? '{}');
    for (const [name, answer] of Object.entries(isObject(kept) ? kept : {})) {
      if (!answers.has(name) && isObject(answer)) answers.set(name, readAnswer(answer));
    }
  }
  return answers;
}

function readAnswer({ status, headers, outcome }: Readonly<Record<string, unknown>>): Answer {
  const texts = Object.entries(isObject(headers) ? headers : {}).flatMap(([name, value]) => {
    const text = textOf(value);
    return text === undefined ? [] : [[name, text] as const];
  });
  const said = textOf(outcome);
  return { status: Number(status), headers: Object.fromEntries(texts), ...(said === undefined ? {} : { outcome: said }) };
}

function answersTo(slices: readonly Slice[], answers: ReadonlyMap<string, Answer>): readonly Answer[] {
  const names = namesOf(slices);
  const faults: Fault[] = [];
  const found = slices.flatMap(({ at }) => {
    const answer = answers.get(names.get(at) ?? '');
    if (answer !== undefined) return [answer];
    const text = 'You deposited the documents of this Bundle before, without this entry: send it by itself';
    faults.push({ code: 'duplicate', expression: at, text });
    return [];
  });
  if (faults.length > 0) throw new Refusal('business-rule', faults);
  return found;
}

/** In the transaction that made all this. */
export async function remember(
  context: Context,
  key: string,
  slices: readonly Slice[],
  answers: readonly Answer[],
  submitted: readonly Submitted[],
): Promise<void> {
  const names = namesOf(slices);
  const byPlace = new Map(slices.map(({ at }, index) => [at, answers[index]]));
  const kept = slices.flatMap(({ at }) => {
    const answer = byPlace.get(at);
    const name = names.get(at);
    if (answer === undefined || name === undefined) return [];
    const { status, headers, outcome } = answer;
    return [[name, { status, headers, outcome }] as const];
  });
  const of = `Submission|${context.ids.key()}`;
  const documents = submitted.map(({ at, masterIdentifier, digest }) => {
    const id = idIn(byPlace.get(at));
    return { name: nameIn(context, key, masterIdentifier), digest, of, ...(id === undefined ? {} : { ids: [id] }) };
  });
  await context.store.submissions.keep([...documents, { name: of, text: JSON.stringify(Object.fromEntries(kept)) }]);
}

/** Of what was created. */
export function idIn(answer: Answer | undefined): string | undefined {
  return /\/([^/]+)\/_history\/[^/]+$/.exec(answer?.headers.Location ?? '')?.[1];
}
