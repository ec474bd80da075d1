// What the tables of the consent operations share: a minor's record, a caller of every kind, and what a client would write by hand.
import type { JsonObject } from '../../src/fhir/json.ts';
import { actReason, finessSystem, rppsSystem } from '../../src/identity/systems.ts';
import type { Client, Reply } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { finess, type Ground, idIn, ins, openGround, written } from '../interaction/ground.ts';
import { actor, consent, document } from '../resources.ts';

export const now = new Date('2026-11-26T10:00:00.000Z');
export const rpps = {
  treating: '10003461033',
  nurse: '10000000060',
  other: '10000000010',
  blocked: '10000000040',
  member: '10000000030',
} as const;

const names = [
  'holder',
  'representative',
  'relative',
  'neighbour',
  'treating',
  'treating+card',
  'nurse',
  'nurse+card',
  'member+card',
  'blocked+card',
  'rescuer',
  'secretary',
  'hospital',
  'insurance',
  'agent',
  'operator',
  'tester',
] as const;
export type Person = (typeof names)[number];

export type Consenting = {
  readonly ground: Ground;
  readonly key: string;
  readonly team: string;
  readonly letter: string;
  readonly related: Readonly<Record<'mother' | 'brother', string>>;
  readonly as: (person: Person) => Client;
  /** Documents of the record that he finds. */
  readonly sees: (person: Person) => Promise<number>;
  /** Active Consents that a search of the holder finds. */
  readonly active: () => Promise<readonly JsonObject[]>;
};

export async function openConsenting(): Promise<Consenting> {
  const ground = await openGround({ birthDate: '2015-06-01' }, { clock: () => now });
  const { key, carnet } = ground;
  const holder = ground.as('holder');
  const made = async (client: Client, resource: JsonObject): Promise<string> =>
    idIn(written(await client.post(`/${resource.resourceType}`, resource)));
  const related = {
    mother: await made(ground.as('agent'), relation(key, 'MTH', guarded)),
    brother: await made(holder, relation(key, 'BRO')),
  };
  await made(
    holder,
    consent('mandate', key, { type: 'permit', actor: [actor({ reference: `RelatedPerson/${related.brother}` })] }),
  );
  await made(holder, consent('sharing', key, { type: 'deny', actor: [actor({ rpps: rpps.blocked })] }));
  const team = await made(holder, {
    resourceType: 'CareTeam',
    status: 'active',
    subject: { reference: `Patient/${key}` },
    participant: [{ member: { identifier: { system: rppsSystem, value: rpps.member } } }],
  });
  const letter = await made(ground.as('hospital'), document(key, '34112-3'));
  const vitale = [cx(ins)];
  const emergency = { mode: 'BTG', reason: 'inconscient', patient: key } as const;
  const people: Readonly<Record<Person, Client>> = {
    ...Object.fromEntries(
      (['holder', 'hospital', 'insurance', 'agent', 'operator', 'tester'] as const).map((name) => [name, ground.as(name)]),
    ),
    representative: carnet.as(claims.related(related.mother)),
    relative: carnet.as(claims.related(related.brother)),
    neighbour: carnet.as(claims.holder(cx('180067512345643'))),
    treating: ground.as('doctor'),
    'treating+card': carnet.as(claims.professional({ rpps: rpps.treating, vitale })),
    nurse: carnet.as(claims.professional({ rpps: rpps.nurse, profession: '60' })),
    'nurse+card': carnet.as(claims.professional({ rpps: rpps.nurse, profession: '60', finess, name: 'Léa Petit', vitale })),
    'member+card': carnet.as(claims.professional({ rpps: rpps.member, vitale })),
    'blocked+card': carnet.as(claims.professional({ rpps: rpps.blocked, vitale })),
    rescuer: carnet.as(claims.professional({ rpps: rpps.other, vitale, ...emergency })),
    secretary: carnet.as(claims.delegate({ rpps: rpps.treating, vitale, secretary: { sub: 'secretary' } })),
  } as Record<Person, Client>;
  return {
    ground,
    key,
    team,
    letter,
    related,
    as: (person) => people[person],
    sees: async (person) => {
      const { body } = await people[person].get(`/DocumentReference?patient=Patient/${key}&_total=accurate&_count=0`);
      return Number(body.total);
    },
    active: async () => {
      const { body } = await holder.get(`/Consent?patient=Patient/${key}&status=active&_count=200`);
      return body.entry.map(({ resource }: { resource: JsonObject }) => resource);
    },
  };
}

const guarded: JsonObject = {
  period: { start: '2015-06-01', end: '2033-06-01' },
  extension: [
    {
      url: 'https://carnet.example/fhir/StructureDefinition/guardianship-proof',
      valueAttachment: { title: 'Livret' },
    },
  ],
};

const relation = (key: string, code: string, more: JsonObject = {}): JsonObject => ({
  resourceType: 'RelatedPerson',
  patient: { reference: `Patient/${key}` },
  relationship: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code }] }],
  ...more,
});

/** Each as its name and its `value[x]`. */
export function parameters(...list: readonly (readonly [name: string, value: JsonObject])[]): JsonObject {
  const parameter = list.map(([name, value]) => ({ name, ...value }));
  return { resourceType: 'Parameters', ...(parameter.length === 0 ? {} : { parameter }) };
}
export type Parameter = readonly [name: string, value: JsonObject];
export const person = (value: string, more: JsonObject = {}): Parameter => [
  'actor',
  { valueReference: { type: 'Practitioner', identifier: { system: rppsSystem, value }, ...more } },
];
export const structure = (value: string): Parameter => [
  'actor',
  { valueReference: { type: 'Organization', identifier: { system: finessSystem, value } } },
];
export const at = (reference: string, name = 'actor'): Parameter => [name, { valueReference: { reference } }];
export const purpose = (code: string): Parameter => ['purpose', { valueCode: code }];
export const ending = (end: string): Parameter => ['period', { valuePeriod: { end } }];
export const inMode = (code: string): JsonObject => ({ system: actReason, code });

/** The Consent that a client would write. */
export function byHand(key: string, provision: JsonObject, performer = `Patient/${key}`): JsonObject {
  return consent('sharing', key, provision, {
    dateTime: now.toISOString(),
    performer: [{ reference: performer }],
    policy: [{ uri: 'https://www.legifrance.gouv.fr/codes/id/LEGITEXT000006072665' }],
  });
}

/** Without what the server gives. */
export function text({ id: _id, meta: _meta, ...rest }: JsonObject): JsonObject {
  return rest;
}

/** What is wrong, without where. */
export function faultOf({ status, body }: Reply): unknown {
  return [status, body?.issue?.map(({ expression: _expression, ...issue }: JsonObject) => issue)];
}
