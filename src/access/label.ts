// Visibility labels: who is shut out by each, who may set and lift it, and the positive list of readers that follows.
// https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument
import { addMonths } from '../fhir/instant.ts';
import { isObject, type JsonObject, objectsOf } from '../fhir/json.ts';

export const visibilitySystem =
  'https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument';

export type Label = 'MASQUE_PS' | 'INVISIBLE_PATIENT' | 'INVISIBLE_REPRESENTANTS_LEGAUX';
const labels: readonly Label[] = ['MASQUE_PS', 'INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX'];

/** The visibility labels of a resource, of meta.security and of a document's securityLabel alike. */
export function labelsOf(resource: JsonObject): ReadonlySet<Label> {
  const codings = codingsIn(resource);
  return new Set(labels.filter((label) => codings.some(({ system, code }) => system === visibilitySystem && code === label)));
}

/** Whether it has a visibility label that is none of these: it would hide nothing. */
export function hasUnknownLabel(resource: JsonObject): boolean {
  return codingsIn(resource).some(({ system, code }) => system === visibilitySystem && !labels.some((label) => label === code));
}

/** Labels that are not of visibility, as texts in order. */
export function otherLabels(resource: JsonObject): readonly string[] {
  const codings = codingsIn(resource).filter(({ system }) => system !== visibilitySystem);
  const texts = objectsOf(resource.securityLabel).flatMap(({ text }) => (text === undefined ? [] : [`text ${text}`]));
  return [...new Set([...codings.map(({ system, code }) => `${system}|${code}`), ...texts])].sort();
}

function codingsIn({ meta, securityLabel }: JsonObject): readonly JsonObject[] {
  const inMeta = isObject(meta) ? objectsOf(meta.security) : [];
  return [...inMeta, ...objectsOf(securityLabel).flatMap(({ coding }) => objectsOf(coding))];
}

/** `structure`: the FINESS of the depositing structure, or of that named by the depositing person's token. */
export function readersOf(held: ReadonlySet<Label>, depositor: string, structure: string | undefined): readonly string[] {
  const masked = held.has('MASQUE_PS');
  const secret = held.has('INVISIBLE_REPRESENTANTS_LEGAUX');
  const readers = [
    depositor,
    'PCP',
    'PAT',
    ...(secret ? [] : ['REP']),
    ...(masked ? [] : ['PS']),
    ...(masked || secret ? [] : ['REL']),
    ...(structure === undefined ? [] : [`s:${structure}`]),
  ];
  return [...new Set(readers)];
}

/** One calendar month after the deposit, whenever the label was set. */
export function holdOf(held: ReadonlySet<Label>, deposited: Date): Date | undefined {
  return held.has('INVISIBLE_PATIENT') ? addMonths(deposited, 1) : undefined;
}

/** How the caller stands to the resource whose label changes. */
export type Labeller = {
  readonly depositor: boolean;
  readonly as: 'holder' | 'representative' | 'professional' | 'other';
  readonly minor: boolean;
  /** Now is within the month after the deposit. */
  readonly withinHold: boolean;
};

export function maySet(label: Label, by: Labeller): boolean {
  switch (label) {
    case 'MASQUE_PS':
      return by.as === 'holder' || by.as === 'representative';
    case 'INVISIBLE_PATIENT':
      return by.as === 'professional' && by.withinHold;
    case 'INVISIBLE_REPRESENTANTS_LEGAUX':
      return (by.as === 'holder' && by.minor) || (by.depositor && by.as !== 'representative');
  }
}

export function mayLift(label: Label, by: Labeller): boolean {
  switch (label) {
    case 'MASQUE_PS':
      return by.as === 'holder' || by.as === 'representative';
    case 'INVISIBLE_PATIENT':
      return (by.depositor || by.as === 'professional') && by.as !== 'representative' && by.withinHold;
    case 'INVISIBLE_REPRESENTANTS_LEGAUX':
      return by.as === 'holder' && by.minor;
  }
}

/** At the deposit itself. */
export function mayDepositWith(label: Label, by: Pick<Labeller, 'as' | 'minor'>): boolean {
  if (by.as === 'professional' || by.as === 'other') return true;
  return label === 'MASQUE_PS' || (label === 'INVISIBLE_REPRESENTANTS_LEGAUX' && by.as === 'holder' && by.minor);
}
