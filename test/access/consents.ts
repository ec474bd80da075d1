// Consents as the store may hold them: well written ones, and any JSON in any place of them.
import fc from 'fast-check';
import { actorKey, type CompiledConsent, compileConsent, consentKind, type Resolved } from '../../src/access/consent.ts';
import { loadStatute } from '../../src/access/statute.ts';
import { readObject } from '../../src/conformance/published.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { conformance, root } from '../conformance/example.ts';
import { actor, loinc, visibility } from '../resources.ts';

export const statute = loadStatute(conformance, readObject(`${root}/profiles/Parameters-regime-2018.json`));

const people = [actor({ rpps: '10003461033' }), actor({ rpps: '10000000010' }), actor({ finess: '750712184' })];
const resolved: Resolved = {
  actors: new Map(
    people.map(({ reference }, at) => [actorKey(reference), ['p:10003461033', 'p:10000000010', 's:750712184'][at] ?? '']),
  ),
  covered: new Map(),
};

export function compile(provision: unknown, more: JsonObject = {}): CompiledConsent {
  const category = [{ coding: [{ system: consentKind, code: 'sharing' }] }];
  return compileConsent({ resourceType: 'Consent', id: 'c', status: 'active', category, provision, ...more }, resolved, statute);
}

const some = <T>(...values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values], { minLength: 1 });
const reason = (code: string): JsonObject => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code });
const period: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject[]>(
  { start: '2026-01-02' },
  { end: '2026-01-02' },
  { start: '2026-01-01', end: '2026-01-05' },
  {},
);
const instance = (id: string): JsonObject => ({ meaning: 'instance', reference: { reference: `DocumentReference/${id}` } });

/** The elements of one level, each well written. */
export const elements = {
  period,
  actor: some(...people),
  action: fc.constant([{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentaction', code: 'access' }] }]),
  purpose: some(reason('TREAT'), reason('BTG'), reason('ETREAT')),
  class: some(
    { system: 'http://hl7.org/fhir/resource-types', code: 'DocumentReference' },
    { system: 'http://hl7.org/fhir/resource-types', code: 'Claim' },
  ),
  code: some({ coding: [{ system: loinc, code: '34112-3' }] }, { coding: [{ system: loinc, code: '11502-2' }] }),
  securityLabel: some({ system: visibility, code: 'MASQUE_PS' }),
  dataPeriod: period,
  data: some(instance('l1'), instance('l2')),
};
export type ElementName = keyof typeof elements;
export const elementNames = Object.keys(elements) as readonly ElementName[];

/** Well written, the types alternating, three levels deep at most. */
export function written(type: 'permit' | 'deny', depth = 2): fc.Arbitrary<JsonObject> {
  const level = fc.record(elements, { requiredKeys: [] });
  if (depth === 0) return level.map((one) => ({ type, ...one }));
  const nested = fc.array(written(type === 'permit' ? 'deny' : 'permit', depth - 1), { maxLength: 2 });
  return fc.tuple(level, nested).map(([one, provision]) => ({ type, ...one, ...(provision.length === 0 ? {} : { provision }) }));
}

/** Any JSON, of FHIR's names and of none. */
export const garbage: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('permit', 'deny', 'DocumentReference/l1', '2026-01-01', null, [], {}),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        ...elementNames,
        'type',
        'provision',
        'coding',
        'system',
        'code',
        'reference',
        'role',
        'start',
        'end',
        '__proto__',
        'extension',
      ),
      tie('any'),
      { maxKeys: 5 },
    ),
  ),
})).any;
