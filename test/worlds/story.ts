// The world that is compared: three records, everything that can hide in them, and who sees each thing.
import type { JsonObject } from '../../src/fhir/json.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, patient } from '../resources.ts';
import { directory } from './directory.ts';
import { documents, looks } from './documents.ts';
import { past } from './past.ts';
import { pointers } from './pointers.ts';
import { record } from './record.ts';
import { searched } from './searched.ts';
import { at, coded, permit, rulers, wish } from './step.ts';
import type { Names, Step } from './world.ts';

export const adult = '279035121518989';
export const other = '180067512345643';
export const child = '115067512345628';
const finess = '750712184';
const elsewhere = '130786049';
export const rpps = {
  doctor: '10003461033',
  speech: '10000000091',
  stranger: '10000000010',
  blocked: '10000000011',
  treating: '10000000012',
  inside: '10000000013',
  typeless: '10000000014',
  rescuer: '10000000015',
};

export const people = {
  holder: claims.holder(cx(adult)),
  neighbour: claims.holder(cx(other)),
  minor: claims.holder(cx(child)),
  doctor: claims.professional({ rpps: rpps.doctor }),
  speech: claims.professional({ rpps: rpps.speech, profession: '91', vitale: [cx(adult)] }),
  stranger: claims.professional({ rpps: rpps.stranger }),
  blocked: claims.professional({ rpps: rpps.blocked }),
  treating: claims.professional({ rpps: rpps.treating }),
  inside: claims.professional({ rpps: rpps.inside, finess }),
  hospital: claims.structure(finess),
  clinic: claims.structure(elsewhere),
  feeder: claims.feeder(),
  agent: claims.agent({ vitale: [cx(adult), cx(child)] }),
  operator: claims.operator(),
  secretary: claims.delegate({ rpps: rpps.doctor, secretary: { sub: 'secretary-1' } }),
};
export type Person = keyof typeof people | 'relative' | 'parent' | 'rescuer';

/** Claims that name what the story created. */
export function everybody(names: Names): Readonly<Record<string, JsonObject>> {
  return {
    ...people,
    relative: claims.related(names.relative ?? ''),
    parent: claims.related(names.parent ?? ''),
    rescuer: claims.professional({ rpps: rpps.rescuer, mode: 'BTG', reason: 'inconscient', patient: names.adult ?? '' }),
  };
}

const allowed = (name: string, who: string, provision: (names: Names) => JsonObject): Step => ({
  by: 'holder',
  name,
  path: at('/Consent'),
  body: wish('sharing', provision),
  seen: [...rulers, who],
  rights: [who],
});

const opening: readonly Step[] = [
  {
    by: 'operator',
    name: 'practitioner',
    path: at('/Practitioner'),
    body: () => ({
      resourceType: 'Practitioner',
      active: true,
      identifier: [{ system: 'https://rpps.esante.gouv.fr', value: rpps.doctor }],
      name: [{ family: 'Martin', given: ['Claire'] }],
    }),
  },
  {
    by: 'operator',
    name: 'organization',
    path: at('/Organization'),
    body: () => ({
      resourceType: 'Organization',
      active: true,
      identifier: [{ system: 'https://finess.esante.gouv.fr', value: finess }],
      name: 'Hôpital de la Colline',
    }),
  },
  { by: 'agent', name: 'adult', path: at('/Patient'), body: () => patient(adult) },
  { by: 'agent', name: 'opened', path: at('/Consent'), body: wish('opening', () => ({ type: 'permit' })) },
  {
    by: 'neighbour',
    name: 'other',
    path: at('/Patient'),
    body: () => patient(other, { name: [{ family: 'Durand', given: ['Paul'] }], gender: 'male', birthDate: '1980-06-07' }),
  },
  { by: 'neighbour', name: 'openedOther', path: at('/Consent'), body: wish('opening', () => ({ type: 'permit' }), 'other') },
  {
    by: 'agent',
    name: 'child',
    path: at('/Patient'),
    body: () => patient(child, { name: [{ family: 'Petit', given: ['Léo'] }], gender: 'male', birthDate: '2015-06-07' }),
  },
  { by: 'agent', name: 'openedChild', path: at('/Consent'), body: wish('opening', () => ({ type: 'permit' }), 'child') },
];

const sharing: readonly Step[] = [
  allowed('forDoctor', 'doctor', () => permit({ rpps: rpps.doctor })),
  allowed('forSpeech', 'speech', () => permit({ rpps: rpps.speech })),
  allowed('forBlocked', 'blocked', () => permit({ rpps: rpps.blocked })),
  { ...allowed('block', 'nobody', () => ({ type: 'deny', actor: [actor({ rpps: rpps.blocked })] })), rights: ['blocked'] },
  allowed('forInside', 'inside', () => permit({ rpps: rpps.inside })),
  {
    ...allowed('declared', 'treating', () => ({ type: 'permit', actor: [actor({ rpps: rpps.treating }, 'PCP')] })),
    rights: ['treating'],
  },
  {
    ...allowed('emergency', 'nobody', () => ({
      type: 'permit',
      purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' }],
    })),
    rights: ['rescuer'],
  },
  {
    by: 'holder',
    name: 'relative',
    path: at('/RelatedPerson'),
    body: (names) => ({
      resourceType: 'RelatedPerson',
      active: true,
      patient: { reference: `Patient/${names.adult}` },
      name: [{ family: 'Lefèvre', given: ['Jean'] }],
      relationship: [coded('HUSB', 'http://terminology.hl7.org/CodeSystem/v3-RoleCode')],
    }),
    rights: ['relative', 'doctor', 'speech', 'inside', 'rescuer'],
    seen: rulers,
  },
  {
    by: 'holder',
    name: 'mandate',
    path: at('/Consent'),
    body: wish('mandate', (names) => permit({ reference: `RelatedPerson/${names.relative}` })),
    seen: rulers,
    rights: ['relative'],
  },
  {
    by: 'holder',
    name: 'team',
    path: at('/CareTeam'),
    body: (names) => ({
      resourceType: 'CareTeam',
      status: 'active',
      name: 'Équipe',
      subject: { reference: `Patient/${names.adult}` },
      participant: [{ member: { identifier: { system: 'https://rpps.esante.gouv.fr', value: rpps.doctor } } }],
    }),
    seen: [...rulers, 'doctor'],
    rights: ['doctor'],
  },
  {
    by: 'holder',
    name: 'otherTeam',
    path: at('/CareTeam'),
    body: (names) => ({
      resourceType: 'CareTeam',
      status: 'active',
      name: 'Autre équipe',
      subject: { reference: `Patient/${names.adult}` },
      participant: [{ member: { identifier: { system: 'https://rpps.esante.gouv.fr', value: '10000000099' } } }],
    }),
    seen: rulers,
  },
  {
    by: 'agent',
    name: 'parent',
    path: at('/RelatedPerson'),
    body: (names) => ({
      resourceType: 'RelatedPerson',
      active: true,
      extension: [
        {
          url: 'https://carnet.example/fhir/StructureDefinition/guardianship-proof',
          valueAttachment: { title: 'Livret de famille' },
        },
      ],
      patient: { reference: `Patient/${names.child}` },
      relationship: [coded('FTH', 'http://terminology.hl7.org/CodeSystem/v3-RoleCode')],
      period: { start: '2015-06-07', end: '2033-06-07' },
    }),
  },
  {
    by: 'doctor',
    name: 'delegation',
    path: at('/Consent'),
    body: () =>
      consent('delegation', undefined, {
        type: 'permit',
        actor: [
          {
            role: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }] },
            reference: { identifier: { system: 'https://issuer.example', value: 'secretary-1' } },
          },
        ],
      }),
    seen: ['doctor'],
    rights: ['secretary'],
  },
];

export const steps: readonly Step[] = [
  ...opening,
  ...directory,
  ...sharing,
  ...documents,
  ...record,
  ...pointers,
  ...past,
  ...searched,
  ...looks,
];
