// The people of the random worlds: few, so that rules meet.
// https://profiles.ihe.net/ITI/IUA/
import fc from 'fast-check';
import { healthProfession } from '../../../src/identity/systems.ts';
import { clinic, hospital } from '../../cases/people.ts';
import type { Asking, Depositor, Profession } from '../../oracle/world.ts';

const usagerTitre = 'https://mos.esante.gouv.fr/NOS/TRE_R95-UsagerTitre/FHIR/TRE-R95-UsagerTitre';

export type Person = { readonly rpps: string; readonly profession: Profession; readonly specialities?: readonly string[] };

export const doctor: Person = { rpps: '10000000011', profession: { system: healthProfession, code: '10' } };
export const colleague: Person = { rpps: '10000000012', profession: { system: healthProfession, code: '10' } };
export const nurse: Person = { rpps: '10000000060', profession: { system: healthProfession, code: '60' } };
export const speech: Person = { rpps: '10000000091', profession: { system: healthProfession, code: '91' } };
export const psychologist: Person = { rpps: '10000000093', profession: { system: usagerTitre, code: '93' } };
export const occupational: Person = { ...doctor, rpps: '10000000025', specialities: ['SM25'] };
export const people = [doctor, colleague, nurse, speech, psychologist, occupational];
export const structures = [hospital, clinic] as const;

/** Two relatives of a record: what the numbers of the people in it are. */
export const relatives = ['mother', 'guardian', 'friend'];

const person = fc.constantFrom(doctor, doctor, doctor, colleague, colleague, nurse, speech, psychologist, occupational);
const finess = fc.option(fc.constantFrom(...structures), { nil: undefined });
const withFiness = (value: string | undefined): { readonly finess?: string } => (value === undefined ? {} : { finess: value });

const professional: fc.Arbitrary<Asking> = fc
  .tuple(
    person,
    finess,
    fc.constantFrom<Asking['mode'][]>('TREAT', 'TREAT', 'TREAT', 'TREAT', 'BTG', 'ETREAT'),
    fc.constantFrom(0, 1, 2),
  )
  .map(([one, at, mode, card]) => ({
    kind: 'professional',
    ...one,
    ...withFiness(at),
    // Centre 15 are doctors of one structure, bris de glace is for the professions of TRE_G15.
    mode:
      mode === 'ETREAT' && !(one.profession.code === '10' && at === hospital)
        ? 'TREAT'
        : mode === 'BTG' && one === psychologist
          ? 'TREAT'
          : mode,
    ...(card === 0 ? {} : { card: [card === 1 ? 'own' : 'other'] }),
  }));

/** `holds` and `bound`: `own` or `other`; `card` likewise; `related` by number. */
export const asking: fc.Arbitrary<Asking> = fc.oneof(
  { weight: 12, arbitrary: professional },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Asking[]>(
      { kind: 'holder', holds: 'own', mode: 'TREAT' },
      { kind: 'holder', holds: 'other', mode: 'TREAT' },
      { kind: 'holder', holds: 'own', mode: 'TREAT' },
    ),
  },
  { weight: 4, arbitrary: fc.constantFrom(...relatives).map((related): Asking => ({ kind: 'related', related, mode: 'TREAT' })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...structures).map((at): Asking => ({ kind: 'structure', finess: at, mode: 'TREAT' })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Asking[]>(
      { kind: 'feeder', mode: 'TREAT' },
      { kind: 'agent', mode: 'TREAT' },
      { kind: 'operator', mode: 'TREAT' },
      { kind: 'delegate', ...doctor, mode: 'TREAT' },
    ),
  },
);

export const depositor: fc.Arbitrary<Depositor> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(person, finess).map(([one, at]): Depositor => ({ kind: 'professional', ...one, ...withFiness(at) })),
  },
  { weight: 3, arbitrary: fc.constantFrom(...structures).map((at): Depositor => ({ kind: 'structure', finess: at })) },
  { weight: 2, arbitrary: fc.constant<Depositor>({ kind: 'holder' }) },
);
