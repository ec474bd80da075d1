// What may be changed on a row that `write` has found: labels, status and content, judged on the text before and after.

import { isDeepStrictEqual } from 'node:util';
import { addMonths } from '../fhir/instant.ts';
import { type JsonObject, objectsOf } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import type { Row } from '../filter/row.ts';
import { finessSystem, rppsSystem } from '../identity/systems.ts';
import type { Asking } from './asking.ts';
import { judgeDepositor, judgeRelatedPerson } from './deposit.ts';
import { type Labeller, labelsOf, mayLift, maySet, otherLabels } from './label.ts';
import { forbidden, rules } from './opening.ts';
import type { AccessRecord } from './record.ts';
import { depositorOf, isMinor } from './standing.ts';
import { hasDirectory, isInDirectory, ruling } from './type.ts';
import { judgeConsentStatus } from './wish.ts';

export type Change = {
  readonly type: string;
  readonly row: Row;
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly deposited: Date;
  /** Of the text after. */
  readonly category: string | undefined;
  /** Relationship codes that are guardianship. */
  readonly guardianship: ReadonlySet<string>;
};

export function judgeChange(asking: Asking, record: AccessRecord | undefined, change: Change): void {
  if (asking.caller.who.kind === 'tester') return;
  if (isInDirectory(change.type, change.before)) {
    if (asking.caller.who.kind !== 'operator') throw forbidden();
    judgeNationalIdentifiers(change);
    if (!isInDirectory(change.type, change.after))
      throw refuse('business-rule', 'The patient cannot be changed', `${change.type}.patient`);
    return;
  }
  if (record === undefined) throw forbidden();
  judgeStatus(asking, record, change);
  judgeLabelChange(labellerOf(asking, record, change), change);
  judgeContent(asking, record, change);
}

/** RPPS and FINESS say who somebody is: they stay. */
function judgeNationalIdentifiers({ type, before, after }: Change): void {
  const national = (resource: JsonObject): readonly string[] =>
    objectsOf(resource.identifier)
      .filter(({ system }) => system === rppsSystem || system === finessSystem)
      .map(({ system, value }) => `${system}|${value}`)
      .toSorted();
  if (national(before).join() !== national(after).join())
    throw refuse('business-rule', 'RPPS and FINESS cannot be changed', `${type}.identifier`);
}

const ruledApart = new Set(['resourceType', 'id', 'meta', 'status', 'securityLabel']);
const contactDetails = new Set(['telecom', 'address', 'contact', 'communication', 'language', 'text']);
/** What a document is: another content is another document, which supersedes it. */
const ofTheDocument = ['content', 'relatesTo', 'masterIdentifier'];

function judgeContent(asking: Asking, record: AccessRecord, change: Change): void {
  const { type, row, before, after, category, guardianship } = change;
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !ruledApart.has(name) && !isDeepStrictEqual(before[name], after[name]),
  );
  if (changed.length === 0) return;
  switch (type) {
    case 'Patient':
      if (!rules(asking, record) || changed.some((name) => !contactDetails.has(name)))
        throw forbidden('Only contact details can be changed, by the holder');
      return;
    case 'Consent':
      if (!rules(asking, record) && !record.key.startsWith('p:')) throw forbidden('A change of wish is a new Consent');
      return;
    case 'CareTeam':
      // `write` has found it: for a professional, with the card in the reader.
      return;
    case 'RelatedPerson':
      for (const person of [before, after]) judgeRelatedPerson(asking, record, person, guardianship);
      return;
    default:
      if (!isDepositor(asking, row)) throw forbidden('Only its depositor changes it');
      judgeDepositor(asking, { type, resource: after, category });
      if (type === 'DocumentReference') judgeDocument(changed);
  }
}

function judgeDocument(changed: readonly string[]): void {
  const fixed = ofTheDocument.find((name) => changed.includes(name));
  if (fixed !== undefined)
    throw refuse('business-rule', 'Another content is another document: relate it by relatesTo', `DocumentReference.${fixed}`);
}

function judgeStatus(asking: Asking, record: AccessRecord, { type, row, before, after }: Change): void {
  if (before.status === after.status) return;
  if (type === 'Consent') {
    judgeConsentStatus(asking, record, after);
    return;
  }
  if (type === 'CareTeam' ? rules(asking, record) || asking.caller.who.kind === 'professional' : isDepositor(asking, row)) return;
  throw forbidden();
}

function judgeLabelChange(by: Labeller, { type, before, after }: Change): void {
  const had = labelsOf(before);
  const has = labelsOf(after);
  if (!by.depositor && otherLabels(before).join() !== otherLabels(after).join())
    throw forbidden('Labels of other systems are its depositor’s');
  // What rules the record itself is labelled by its ruler.
  const rules = by.as === 'holder' || by.as === 'representative' || ruling(type) === 'clinical';
  if (!rules && had.symmetricDifference(has).size > 0) throw forbidden('You may not set labels here');
  for (const label of has) if (!had.has(label) && !maySet(label, by)) throw forbidden(`You may not set ${label}`);
  for (const label of had) if (!has.has(label) && !mayLift(label, by)) throw forbidden(`You may not lift ${label}`);
}

function labellerOf(asking: Asking, record: AccessRecord, { row, deposited }: Change): Labeller {
  const { kind } = asking.caller.who;
  return {
    depositor: isDepositor(asking, row),
    as: kind === 'holder' ? 'holder' : kind === 'related' ? 'representative' : kind === 'professional' ? 'professional' : 'other',
    minor: isMinor(record, asking.now),
    withinHold: asking.now < addMonths(deposited, 1),
  };
}

/** A delegate only finds what she entered. */
function isDepositor({ caller }: Asking, row: Row): boolean {
  return row.dep === depositorOf(caller) || (caller.who.kind === 'delegate' && row.ent !== undefined);
}

/** Delete is the depositor's; Consents, care teams and relations are deleted by whoever rules the record. */
export function judgeDelete(
  asking: Asking,
  record: AccessRecord | undefined,
  type: string,
  row: Row,
  guardianship: boolean,
): void {
  const { kind } = asking.caller.who;
  if (kind === 'tester' || (hasDirectory(type) && row.rec === undefined && kind === 'operator')) return;
  if (record === undefined || kind === 'feeder') throw forbidden();
  if (guardianship) {
    if (kind !== 'agent' && kind !== 'operator') throw forbidden();
    return;
  }
  if (type === 'Consent' && record.key.startsWith('p:')) return;
  if (type === 'Consent' || type === 'CareTeam' || type === 'RelatedPerson') {
    if (!rules(asking, record)) throw forbidden();
    return;
  }
  if (!isDepositor(asking, row) || ruling(type) !== 'clinical') throw forbidden();
}
