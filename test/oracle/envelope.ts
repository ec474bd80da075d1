// What a resource inherits: of what it points at, of what it supersedes, of what supersedes it.
// https://hl7.org/fhir/R4/documentreference-definitions.html#DocumentReference.relatesTo
import { addMonths } from '../../src/fhir/instant.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../../src/fhir/json.ts';
import { categoryOf } from './statute.ts';
import { before, type Deposit, isDeposit, nameOf, remembered, type World } from './world.ts';

/** `labels` of TRE_A07 in force on it, `hold` its latest end, `categories` every one of which must be readable: undefined is none. */
export type Envelope = {
  readonly labels: ReadonlySet<string>;
  readonly hold: Date | undefined;
  readonly categories: readonly (string | undefined)[];
};
/** May this depositor have seen that target when he wrote what points at it? */
export type Saw = (world: World, pointing: Deposit, target: Deposit) => boolean;

export const visibility = 'https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument';
const succeeds = ['replaces', 'transforms', 'appends'];

export const depositsOf = remembered(({ steps }: World): readonly Deposit[] => steps.filter(isDeposit));
const byName = remembered((world: World) => new Map(depositsOf(world).map((deposit) => [nameOf(deposit), deposit])));
export const named = (world: World, reference: unknown): Deposit | undefined => byName(world).get(String(reference));
const found = (world: World, references: readonly unknown[]): readonly Deposit[] =>
  references.flatMap((reference) => named(world, reference) ?? []);
const referenceIn = (element: unknown): unknown => (isObject(element) ? element.reference : undefined);

/** Of its writers alone. */
export function ownLabels(world: World, deposit: Deposit): readonly string[] {
  const last = world.steps.filter((step) => !isDeposit(step) && step.on === nameOf(deposit)).at(-1);
  if (last && !isDeposit(last)) return last.labels;
  const { meta, securityLabel } = deposit.resource;
  const codings = [
    ...objectsOf(isObject(meta) ? meta.security : undefined),
    ...objectsOf(securityLabel).flatMap(({ coding }) => objectsOf(coding)),
  ];
  return codings.flatMap(({ system, code }) => (system === visibility ? [textOf(code) ?? ''] : []));
}

export function predecessors(world: World, { resource }: Deposit, codes = succeeds): readonly Deposit[] {
  const targets = objectsOf(resource.relatesTo).flatMap(({ code, target }) =>
    codes.includes(String(code)) ? [referenceIn(target)] : [],
  );
  return targets.length === 0 ? [] : found(world, targets);
}

const related = remembered((world: World) => depositsOf(world).filter(({ resource }) => resource.relatesTo !== undefined));

/** Those that supersede it: what only appends to it or transforms it leaves it current. */
export function successors(world: World, deposit: Deposit): readonly Deposit[] {
  if (deposit.resource.resourceType !== 'DocumentReference') return [];
  return related(world).filter((other) => predecessors(world, other, ['replaces']).includes(deposit));
}

/** What a resource of a type that only points points at; undefined for other types. */
function pointedAt({ resource }: Deposit): readonly unknown[] | undefined {
  const sections = (from: JsonObject): readonly JsonObject[] =>
    objectsOf(from.section).flatMap((section) => [section, ...sections(section)]);
  switch (resource.resourceType) {
    case 'List':
      return objectsOf(resource.entry).map(({ item }) => referenceIn(item));
    case 'Composition':
      return sections(resource).flatMap(({ entry }) => objectsOf(entry).map(referenceIn));
    case 'Provenance':
      return [...objectsOf(resource.target).map(referenceIn), ...objectsOf(resource.entity).map(({ what }) => referenceIn(what))];
    default:
      return undefined;
  }
}

/** The targets that count: those that its depositor might see when he wrote it. */
function counted(world: World, deposit: Deposit, saw: Saw): readonly Deposit[] | undefined {
  const references = pointedAt(deposit);
  if (references === undefined) return undefined;
  return found(world, references).filter((target) => saw(before(world, deposit), deposit, target));
}

const merged = (envelopes: readonly Envelope[]): Envelope => ({
  labels: new Set(envelopes.flatMap(({ labels }) => [...labels])),
  hold: envelopes
    .flatMap(({ hold }) => (hold === undefined ? [] : [hold]))
    .toSorted((one, other) => Number(one) - Number(other))
    .at(-1),
  categories: [...new Set(envelopes.flatMap(({ categories }) => categories))],
});

export const isPointing = (deposit: Deposit): boolean => pointedAt(deposit) !== undefined;

/** As if it were alone. */
export function ownEnvelope(world: World, deposit: Deposit): Envelope {
  const labels = new Set(ownLabels(world, deposit));
  const hold = labels.has('INVISIBLE_PATIENT') ? addMonths(deposit.at, 1) : undefined;
  return { labels, hold, categories: [categoryOf(deposit.resource)] };
}

/** Its own and that of all it came from. */
export function inherited(world: World, deposit: Deposit, saw: Saw): Envelope {
  const own = ownEnvelope(world, deposit);
  const targets = counted(world, deposit, saw);
  if (targets !== undefined) {
    const alone = deposit.resource.resourceType === 'Composition' ? own : { ...own, categories: [] };
    return merged([alone, ...targets.map((target) => asTarget(target, envelopeOf(world, target, saw)))]);
  }
  const { labels, hold } = merged([own, ...predecessors(world, deposit).map((one) => inherited(world, one, saw))]);
  return { ...own, labels, hold };
}

/** People and rules have no category that could be asked for: they are ruled apart. */
const ruledApart = ['Patient', 'RelatedPerson', 'Consent', 'CareTeam'];

function asTarget({ resource }: Deposit, envelope: Envelope): Envelope {
  return ruledApart.includes(String(resource.resourceType)) ? { ...envelope, categories: [] } : envelope;
}

/** Visible exactly where it and what supersedes it would be. */
export const envelopeOf = (world: World, deposit: Deposit, saw: Saw): Envelope => envelopes(world)(saw)(deposit);

const envelopes = remembered((world: World) =>
  remembered((saw: Saw) =>
    remembered((deposit: Deposit): Envelope => {
      const own = inherited(world, deposit, saw);
      return merged([own, ...successors(world, deposit).map((one) => envelopeOf(world, one, saw))]);
    }),
  ),
);

/** A document, all that it came from. */
export function lineOf(world: World, deposit: Deposit): readonly string[] {
  return [nameOf(deposit), ...predecessors(world, deposit).flatMap((one) => lineOf(world, one))];
}
