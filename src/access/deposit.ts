// Who may deposit what: the create rules of each type, apart from the opening of a record.
import { keyOfId } from '../fhir/id.ts';
import { isObject, type JsonObject, listOf, objectsOf, textOf } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import { parseReference, referencedType } from '../fhir/reference.ts';
import type { Row } from '../filter/row.ts';
import type { Caller } from '../identity/caller.ts';
import type { Asking } from './asking.ts';
import { type Label, labelsOf, mayDepositWith } from './label.ts';
import { forbidden, judgeOpen, judgeReach, noDeposits, rules } from './opening.ts';
import type { Target } from './pointing.ts';
import type { AccessRecord } from './record.ts';
import {
  entererOf,
  hasCard,
  isBlocked,
  isDelegated,
  isKeptOut,
  isMinor,
  isOccupational,
  isShutOut,
  namesOf,
} from './standing.ts';

/** What holders and their representatives contribute themselves; documents only of patient expression. */
const contributions = new Set([
  'DocumentReference',
  'Binary',
  'AllergyIntolerance',
  'Immunization',
  'Observation',
  'Condition',
  'FamilyMemberHistory',
  'MedicationStatement',
]);
const patientExpression = /^(EXPPAT_|DOCPAT)\d+$/;
/** Where a contribution says who tells it. */
const tellers: Readonly<Record<string, readonly string[]>> = {
  AllergyIntolerance: ['asserter', 'recorder'],
  Condition: ['asserter', 'recorder'],
  MedicationStatement: ['informationSource'],
  Observation: ['performer'],
};
const reimbursement = new Set(['Claim', 'ExplanationOfBenefit', 'MedicationRequest', 'MedicationDispense']);

export type Deposit = { readonly resource: JsonObject; readonly type: string; readonly category: string | undefined };

/** Kinds that never create such a thing: known before anything is looked up. */
export function judgeDepositor({ caller, statute }: Asking, { type, category, resource }: Deposit): void {
  const { who } = caller;
  if (who.kind === 'tester') return;
  if (who.kind === 'agent' || who.kind === 'operator') throw forbidden();
  if (who.kind === 'feeder' && !reimbursement.has(type)) throw forbidden();
  if (isOccupational(who) && statute.regime.occupationalPhysician === 'never') throw forbidden();
  if (who.kind !== 'holder' && who.kind !== 'related') return;
  if (!contributions.has(type)) throw forbidden('Not a contribution of the patient');
  if (type === 'DocumentReference' && !(category !== undefined && patientExpression.test(category))) {
    throw forbidden('Not a document of patient expression');
  }
  judgeTellers(type, resource);
}

/** Nobody else is made to have said what the patient says himself. */
function judgeTellers(type: string, resource: JsonObject): void {
  const names = Object.hasOwn(tellers, type) ? (tellers[type] ?? []) : [];
  for (const name of names) {
    const all = listOf(resource[name]).every((teller) => ['Patient', 'RelatedPerson'].includes(referencedType(teller) ?? ''));
    if (!all) throw refuse('business-rule', 'The depositor must be among the authors', `${type}.${name}`);
  }
}

/** The record takes the deposit, or the one refusal that all of these share. */
export function judgeDeposit(asking: Asking, record: AccessRecord, practice: AccessRecord | undefined, deposit: Deposit): void {
  const { caller, now } = asking;
  const { who } = caller;
  judgeReach(asking, record);
  judgeOpen(asking, record);
  if (who.kind === 'holder' || who.kind === 'related') {
    if (!rules(asking, record)) throw noDeposits();
  } else if (isKeptOut(record, caller, now)) throw noDeposits();
  if (isShutOut(asking, record)) throw noDeposits();
  if (who.kind === 'delegate' && !isDelegated(practice, who, now)) throw noDeposits();
  judgeLabels(asking, record, labelsOf(deposit.resource));
}

function judgeLabels({ caller, now }: Asking, record: AccessRecord, labels: ReadonlySet<Label>): void {
  const { who } = caller;
  const as = who.kind === 'holder' ? 'holder' : who.kind === 'related' ? 'representative' : 'professional';
  for (const label of labels) {
    if (!mayDepositWith(label, { as, minor: isMinor(record, now) })) throw forbidden(`You may not set ${label}`);
  }
}

/**
 * Provenance is told by depositors of their own, by a delegate of what she entered: whatever else it names in the record is to them as if it
 * were not there.
 */
export function judgeProvenance(
  caller: Caller,
  { before, after }: { readonly before: JsonObject | undefined; readonly after: JsonObject },
  { rec = '', dep }: Pick<Row, 'rec' | 'dep'>,
  targets: readonly Target[],
  baseUrl: string,
): void {
  const judged = new Set(objectsOf(before?.target).map(({ reference }) => reference));
  const enterer = entererOf(caller);
  const isOwn = ({ row }: Target): boolean => row.dep === dep && (enterer === undefined || row.ent === enterer);
  const own = new Set(targets.filter(isOwn).map(({ type, row }) => `${type}/${row._id}`));
  for (const [at, { reference }] of objectsOf(after.target).entries()) {
    const literal = parseReference(textOf(reference) ?? '');
    if (judged.has(reference) || literal === undefined || (literal.base ?? baseUrl) !== baseUrl) continue;
    if (keyOfId(literal.id) !== rec || !own.has(`${literal.type}/${literal.id}`))
      throw refuse('business-rule', 'Not a deposit of yours', `Provenance.target[${at}]`);
  }
}

/** On what rules the record itself only its ruler sets labels, and none that hides it from the holder. */
export function judgeRuleLabels(asking: Asking, record: AccessRecord | undefined, resource: JsonObject): void {
  const labels = labelsOf(resource);
  if (labels.size === 0) return;
  if (record === undefined || !rules(asking, record)) throw forbidden('You may not set labels here');
  judgeLabels(asking, record, labels);
}

const proofUrl = 'https://carnet.example/fhir/StructureDefinition/guardianship-proof';

export function isGuardianship(person: JsonObject, guardianship: ReadonlySet<string>): boolean {
  return objectsOf(person.relationship)
    .flatMap(({ coding }) => objectsOf(coding))
    .some(({ system, code }) => guardianship.has(`${system}|${code}`));
}

/** Guardianship is recorded by agent or operator, with proof and period; every other relation by whoever rules the record. */
export function judgeRelatedPerson(
  asking: Asking,
  record: AccessRecord | undefined,
  person: JsonObject,
  guardianship: ReadonlySet<string>,
): void {
  const { kind } = asking.caller.who;
  if (isGuardianship(person, guardianship)) {
    if (kind !== 'agent' && kind !== 'operator') throw forbidden('Guardianship is recorded by a reception agent or the operator');
    const hasPeriod =
      isObject(person.period) && textOf(person.period.start) !== undefined && textOf(person.period.end) !== undefined;
    const hasProof = objectsOf(person.extension).some(({ url }) => url === proofUrl);
    if (!hasPeriod || !hasProof) throw forbidden('Guardianship needs a period with an end, and a proof document');
    if (record === undefined || (!record.opened && asking.statute.regime.opening === 'express')) throw noDeposits();
    return;
  }
  if (kind !== 'holder' && kind !== 'related') throw forbidden();
  if (record === undefined || !rules(asking, record)) throw noDeposits();
  judgeOpen(asking, record);
}

/** Members are written by whoever rules the record, or a professional with the holder present. */
export function judgeCareTeam(asking: Asking, record: AccessRecord | undefined): void {
  const { caller, now } = asking;
  const { kind } = caller.who;
  if (kind !== 'holder' && kind !== 'related' && kind !== 'professional') throw forbidden();
  if (record === undefined) throw noDeposits();
  judgeOpen(asking, record);
  const present = kind === 'professional' && hasCard(record, caller) && !isBlocked(record, namesOf(caller.who), now);
  if (!present && !rules(asking, record)) throw noDeposits();
}
