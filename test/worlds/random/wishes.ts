// Random Consents: nested to depth three, periods that begin and end at the very instant that is asked about.
// https://hl7.org/fhir/R4/consent.html
import fc from 'fast-check';
import type { JsonObject } from '../../../src/fhir/json.ts';
import { clinic, hospital } from '../../cases/people.ts';
import { actor, consent, loinc, visibility } from '../../resources.ts';
import { a03 } from './clinical.ts';
import { colleague, doctor, nurse, occupational, relatives, speech } from './people.ts';

/** A reference in place of which stands what the world has made: `related:mother`, `team`, `document:3`. */
export const symbol = (name: string): JsonObject => ({ reference: `@${name}` });
export type Instants = { readonly now: Date };

const named = fc.constantFrom(
  ...[doctor, doctor, doctor, colleague, nurse, speech, occupational].map(({ rpps }) => actor({ rpps })),
  actor({ finess: hospital }),
  actor({ finess: clinic }),
  actor({ reference: '@team' }),
);
const actReason = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const purpose = (code: string): JsonObject => ({ system: actReason, code });

/** Ends and starts as offsets in milliseconds from the instant asked about, or whole days. */
const period = fc.constantFrom<JsonObject[]>(
  { start: '@-1' },
  { start: '@0' },
  { start: '@1' },
  { end: '@-1' },
  { end: '@0' },
  { end: '@1' },
  { start: '@day-1', end: '@day0' },
  { start: '@day0' },
  { end: '@day-1' },
  { end: '@day0' },
  { start: '@day-400', end: '@day400' },
);
const dataPeriod = fc.constantFrom<JsonObject[]>(
  { end: '2026-06-30' },
  { start: '2026-07-01' },
  { start: '2026-06-30', end: '2026-07-01' },
  { end: '2025-12-31' },
);
const types = ['DocumentReference', 'Observation', 'Immunization', 'List', 'Composition', 'Consent'];
const kind = fc.constantFrom<JsonObject[]>(
  ...types.map((code) => ({ system: 'http://hl7.org/fhir/resource-types', code })),
  { system: a03, code: '10' },
  { system: a03, code: '11' },
);
const a05 = 'https://mos.esante.gouv.fr/NOS/TRE_A05-TypeDocComplementaire/FHIR/TRE-A05-TypeDocComplementaire';
const code = fc.constantFrom<JsonObject[]>(
  ...['34112-3', '34112-3', '11502-2', '60591-5', '11369-6'].map((one) => ({ coding: [{ system: loinc, code: one }] })),
  { coding: [{ system: a05, code: 'REMB' }] },
);
const securityLabel = fc.constantFrom<JsonObject[]>(
  ...['MASQUE_PS', 'INVISIBLE_PATIENT'].map((one) => ({ system: visibility, code: one })),
);
const data = fc.nat(9).map((at) => ({ meaning: 'instance', reference: symbol(`document:${at}`) }));
const few = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { minLength: 1, maxLength: 2 });

/** Half of the time. */
const sometimes = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined, freq: 2 });
const present = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** What a provision asks for beside type, actors and exceptions. */
const asked = {
  period,
  purpose: few(fc.constantFrom(...['TREAT', 'BTG', 'ETREAT'].map(purpose))),
  class: few(kind),
  code: few(code),
  securityLabel: few(securityLabel),
  dataPeriod,
  data: few(data),
};
const one = fc.constantFrom<(keyof typeof asked)[]>('period', 'purpose', 'class', 'code', 'securityLabel', 'dataPeriod', 'data');
/** Mostly one element or two: what asks for everything means nothing. */
const elements: fc.Arbitrary<JsonObject> = fc
  .tuple(fc.array(one, { maxLength: 2 }), fc.record(asked))
  .map(([names, all]) => present(Object.fromEntries(names.map((name) => [name, all[name]]))));

function provision(
  type: 'permit' | 'deny',
  depth: number,
  actors: fc.Arbitrary<JsonObject[] | undefined>,
): fc.Arbitrary<JsonObject> {
  const nested =
    depth === 0
      ? fc.constant([])
      : fc.oneof(
          { weight: 2, arbitrary: fc.constant([]) },
          {
            weight: 1,
            arbitrary: fc.array(provision(type === 'permit' ? 'deny' : 'permit', depth - 1, sometimes(few(named))), {
              maxLength: 2,
            }),
          },
        );
  return fc
    .tuple(elements, actors, nested)
    .map(([rest, actor_, exceptions]) =>
      present({ type, ...rest, actor: actor_, provision: exceptions.length === 0 ? undefined : exceptions }),
    );
}

const sharing = (root: JsonObject): JsonObject => consent('sharing', '', root);
const plain = fc.tuple(sometimes(period), few(named)).map(([during, actors]) => present({ period: during, actor: actors }));
const declared = fc.tuple(
  sometimes(period),
  fc.constantFrom(doctor, doctor, colleague, nurse, occupational),
  fc.constantFrom<('PCP' | 'ATTPHYS')[]>('PCP', 'ATTPHYS'),
);
const emergency = fc
  .tuple(
    fc.constantFrom<('permit' | 'deny')[]>('permit', 'permit', 'deny'),
    elements,
    few(fc.constantFrom(purpose('BTG'), purpose('ETREAT'))),
  )
  .map(([type, rest, purposes]) => ({ type, ...rest, purpose: purposes }));

/** One document, one class, one code. */
const narrow = fc
  .tuple(fc.constantFrom('permit', 'deny'), fc.oneof(one, fc.constant<'data'>('data')), fc.record(asked))
  .map(([type, name, all]) => present({ type, actor: [actor({ rpps: doctor.rpps })], [name]: all[name] }));

export const wish: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.oneof(
      { weight: 5, arbitrary: plain.map((root) => sharing({ type: 'permit', ...root })) },
      { weight: 5, arbitrary: provision('permit', 2, few(named)).map(sharing) },
      { weight: 4, arbitrary: provision('deny', 2, sometimes(few(named))).map(sharing) },
      { weight: 2, arbitrary: plain.map((root) => sharing({ type: 'deny', ...root })) },
      { weight: 2, arbitrary: emergency.map(sharing) },
      {
        weight: 2,
        arbitrary: declared.map(([during, { rpps }, role]) =>
          sharing(present({ type: 'permit', period: during, actor: [actor({ rpps }, role)] })),
        ),
      },
      { weight: 3, arbitrary: narrow.map(sharing) },
      { weight: 3, arbitrary: mandate() },
    ),
    fc.constantFrom('active', 'active', 'active', 'active', 'active', 'active', 'inactive'),
  )
  .map(([one_, status]) => ({ ...one_, status }));

function mandate(): fc.Arbitrary<JsonObject> {
  const relative = fc.constantFrom(...relatives).map((name) => actor({ reference: `@related:${name}` }));
  const { purpose: _purpose, ...rest } = asked;
  const restricted = fc
    .tuple(one, fc.record(rest))
    .map(([name, all]) => (name === 'purpose' ? {} : present({ [name]: all[name] })));
  const only = fc.oneof(fc.constant({}), restricted);
  return fc
    .tuple(
      few(relative),
      only,
      fc.array(
        only.map((element) => ({ type: 'deny', ...element })),
        { maxLength: 1 },
      ),
    )
    .map(([actors, element, exceptions]) =>
      consent(
        'mandate',
        '',
        present({ type: 'permit', actor: actors, ...element, provision: exceptions.length === 0 ? undefined : exceptions }),
      ),
    );
}

/** Mostly open. */
export const opening: fc.Arbitrary<readonly JsonObject[]> = fc
  .oneof(
    { weight: 12, arbitrary: fc.constant([{ type: 'permit' }]) },
    { weight: 1, arbitrary: fc.constant([]) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(period, sometimes(period))
        .map(([during, against]) => [
          { type: 'permit', period: during },
          ...(against === undefined ? [] : [{ type: 'deny', period: against }]),
        ]),
    },
  )
  .map((roots) => roots.map((root) => consent('opening', '', root)));
