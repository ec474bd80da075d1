// $explain-access: who can see a resource and why, for the holder of the record and for nobody else.
// Its definition: profiles/OperationDefinition-explain-access.json
import { type Access, explain } from '../access/explain.ts';
import { codeIn } from '../access/habilitation.ts';
import { labelsOf, visibilitySystem } from '../access/label.ts';
import { policyDisplays } from '../access/statute.ts';
import type { Displays } from '../conformance/display.ts';
import type { JsonObject } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import { categoriesOf } from '../filter/envelope.ts';
import type { Row } from '../filter/row.ts';
import { identified } from '../identity/identifiers.ts';
import { actReason, finessSystem, rppsSystem } from '../identity/systems.ts';
import { leave, touchedBy } from '../interaction/answer.ts';
import { type Answer, type Context, capabilityOf, indexed } from '../interaction/context.ts';
import { keysOfId, mayAsk, mayAskWhole, permissionFor, recordsAt } from '../interaction/reach.ts';
import { findOne, knownRecord } from '../interaction/read.ts';
import { resourceOfRow } from '../interaction/row.ts';
import { type Reading, Stale } from '../store/reading.ts';
import { type Named, namedIn } from './access-name.ts';
import { sentenceOf } from './access-sentence.ts';
import { inputOf } from './input.ts';
import { type Call, idOf } from './operation.ts';

export async function explainAccess(context: Context, call: Call): Promise<Answer> {
  const { type } = call;
  const id = idOf(call);
  inputOf(context.conformance, 'explain-access', call);
  const { caller, store, moments, statute, trail } = context;
  capabilityOf(context, type);
  if (caller.who.kind !== 'holder') throw refuse('forbidden', 'Only the holder of the record may ask this');
  mayAsk(context, 'r', type);
  // Whom it names, and why, is what the Consents say.
  mayAskWhole(context, 'r', 'Consent');
  return await store.steady(async () => {
    const keys = keysOfId(context, type, id);
    const permission = await permissionFor(context, 'r', type, keys);
    trail.record = await knownRecord(context, keys);
    const reading = store.reading(moments);
    const found = await findOne(reading, type, id, permission);
    const resource = resourceOfRow(found);
    const row: Row = { ...found, ...indexed(context, type, resource) };
    const record = await recordOf(context, row, permission.records);
    const entries = explain({ statute, record, subject: { type, row, moments } });
    const body = await written(context, reading, { type, row, resource, entries });
    return await leave(context, reading, [touchedBy(type, found)], { status: 200, body: JSON.stringify(body), headers: {} });
  });
}

/** Of the version that the read was guarded by. */
async function recordOf(context: Context, { rec = '' }: Row, versions: ReadonlyMap<string, number>) {
  const [record] = await recordsAt(context, [rec]);
  if (record === undefined || record.version !== versions.get(rec)) throw new Stale([rec]);
  return record;
}

type Explained = {
  readonly type: string;
  readonly row: Row;
  readonly resource: JsonObject;
  readonly entries: readonly Access[];
};

async function written(context: Context, reading: Reading, { type, row, resource, entries }: Explained): Promise<JsonObject> {
  const { conformance, statute } = context;
  const displays = policyDisplays(conformance);
  const named = await namedIn(context, reading, entries, row);
  const categories = categoriesOf(row).flatMap((code) => [...statute.documentTypes].filter((key) => codeIn(key) === code));
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'resource', valueReference: { reference: `${type}/${row._id}` } },
      ...categories.map((key) => ({ name: 'category', valueCoding: codingOf(key, displays) })),
      ...[...labelsOf(resource)].map((code) => ({ name: 'label', valueCoding: { system: visibilitySystem, code } })),
      { name: 'note', valueString: ofOccupational[statute.regime.occupationalPhysician] },
      ...entries.map((entry) => ({ name: 'access', part: partsOf(entry, named, displays) })),
    ],
  };
}

const ofOccupational = {
  never: 'Un médecin du travail ne voit jamais votre dossier.',
  permit: 'Un médecin du travail ne voit que ce que lui ouvre une autorisation qui le nomme.',
} as const;

function partsOf(entry: Access, named: Named, displays: Displays): readonly JsonObject[] {
  const { who, mode, professions = [], decision } = entry;
  return [
    { name: 'decision', valueCode: decision.sees ? 'permit' : 'deny' },
    ...actorsOf(who, named),
    { name: 'purpose', valueCoding: { system: actReason, code: mode } },
    ...professions.map(({ system, code }) => ({ name: 'profession', valueCoding: codingOf(`${system}|${code}`, displays) })),
    ...decision.reasons.map((reason) => ({
      name: 'reason',
      part: [
        { name: 'code', valueCode: reason.code },
        ...(reason.consent !== undefined && named.consents.has(reason.consent)
          ? [{ name: 'consent', valueReference: { reference: `Consent/${reason.consent}` } }]
          : []),
        ...(reason.team === undefined ? [] : [{ name: 'team', valueReference: { reference: `CareTeam/${reason.team}` } }]),
        { name: 'text', valueString: sentenceOf(entry, reason) },
      ],
    })),
  ];
}

/** A person with the structure that he acts for; none for anybody. */
function actorsOf(who: Access['who'], named: Named): readonly JsonObject[] {
  if (who.kind === 'related') return [{ name: 'actor', valueReference: { reference: `RelatedPerson/${who.related}` } }];
  const person = who.kind === 'professional' ? who.rpps : undefined;
  const nameOf = (system: string, value: string): string | undefined => named.names.get(`${system}|${value}`);
  const structure = who.finess === undefined ? [] : [identified('Organization', who.finess, nameOf(finessSystem, who.finess))];
  return [
    ...(person === undefined
      ? []
      : [{ name: 'actor', valueReference: identified('Practitioner', person, nameOf(rppsSystem, person)) }]),
    ...structure.map((valueReference) => ({ name: who.kind === 'structure' ? 'actor' : 'structure', valueReference })),
  ];
}

function codingOf(key: string, displays: Displays): JsonObject {
  const display = displays.get(key);
  const code = codeIn(key);
  return { system: key.slice(0, key.length - code.length - 1), code, ...(display === undefined ? {} : { display }) };
}
