// Search parameters find what they should and leave the rest, by GET and POST, in both databases: test/cases/search/parameters.json;
// every declared one does so here or over the official examples (examples.test.ts).
// https://hl7.org/fhir/R4/search.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SearchParameter, TypeCapability } from '../../src/conformance/conformance.ts';
import type { Body } from '../carnet.ts';
import { conformance } from '../conformance/example.ts';
import { questionsTo } from './example-questions.ts';
import {
  comparable,
  openSearchWorld,
  type Realm,
  realms,
  type SearchWorld,
  searched,
  searchedByPost,
  table,
} from './search-world.ts';

/** `[query, names found, section of the specification, the only realm]`. */
type Row = readonly [query: string, found: readonly string[], section: string, only?: Realm];
const tables: Readonly<Record<string, readonly Row[]>> = table('parameters');
/** Asked by mhd.test.ts. */
const ofMhd: Readonly<Record<string, readonly Row[]>> = table('mhd');

let world: SearchWorld;
beforeAll(async () => {
  world = await openSearchWorld();
}, 60_000);
afterAll(async () => await world.carnet.stop());

describe.each(realms)('%s', (realm) => {
  describe.each(Object.keys(tables))('%s', (type) => {
    const rows = (tables[type] ?? []).filter(([, , , only = realm]) => only === realm);
    it.each(rows)('%s: %p (search.html#%s)', async (query, found) => {
      const asked = world.written(query, realm);
      const client = world.asker(realm);
      const [reply, posted] = await Promise.all([searched(client, type, asked), searchedByPost(client, type, asked)]);
      expect({ status: reply.status, names: reply.status === 200 ? world.names(reply, realm).toSorted() : reply.text }).toEqual({
        status: 200,
        names: found.toSorted(),
      });
      expect(comparable(posted)).toEqual(comparable(reply));
    });
  });
});

/** What no trace of ours ever holds. */
const neverTraced = ['altid'];

/** A query that finds some of the traces of this very file, and one that finds none. */
const traced: readonly (readonly [found: string, not: string])[] = [
  ['action=R', 'action=X'],
  ['address=http://carnet.test', 'address=http://elsewhere.test'],
  ['agent:identifier=https://rpps.esante.gouv.fr|10003461033', 'agent:identifier=10000000000'],
  ['agent-name=dr claire', 'agent-name=nobody'],
  ['agent-role=10', 'agent-role=99'],
  ['date=2026-11-25', 'date=2026-11-24'],
  ['entity=Patient/{anne}', 'entity=Patient/nobody'],
  ['entity-name=statute', 'entity-name=nobody'],
  ['entity-role=24', 'entity-role=99'],
  ['entity-type=2', 'entity-type=99'],
  ['outcome=0', 'outcome=12'],
  ['patient={anne}', 'patient=nobody'],
  ['policy=urn:ietf:params:oauth:jti:jeton', 'policy=urn:ietf:params:oauth:jti:another'],
  ['site=carnet.test', 'site=elsewhere.test'],
  ['source:identifier=http://carnet.test/fhir', 'source:identifier=http://elsewhere.test/fhir'],
  ['subtype=http://hl7.org/fhir/restful-interaction|read', 'subtype=vread'],
  ['type=rest', 'type=other'],
  ['_lastUpdated=2026-11-25', '_lastUpdated=2025'],
  ['_security:missing=true', '_security=R'],
  ['_tag:missing=true', '_tag=x'],
  ['_profile=https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead', '_profile=http://example.org/x'],
  ['_source:missing=true', '_source=urn:x'],
  ...neverTraced.map((code) => [`${code}:missing=true`, `${code}=x`] as const),
];
describe('AuditEvent', () => {
  it('_id finds one trace', async () => {
    const doctor = world.asker('national');
    const { body } = await searched(doctor, 'AuditEvent', '_count=1');
    const id = body.entry[0].resource.id;
    expect((await searched(doctor, 'AuditEvent', `_id=${id}`)).body.entry.map(({ resource }: Body) => resource.id)).toEqual([id]);
    expect((await searched(doctor, 'AuditEvent', '_id=x')).body.entry).toBeUndefined();
  });

  it.each(traced)('%s finds, %s does not', async (found, not) => {
    const doctor = world.asker('national');
    await doctor.get(world.written('/Patient/{anne}', 'national'));
    const some = await searched(doctor, 'AuditEvent', world.written(found, 'national'));
    const none = await searched(doctor, 'AuditEvent', world.written(not, 'national'));
    expect([some.status, (some.body.entry ?? []).length > 0]).toEqual([200, true]);
    expect([none.status, (none.body.entry ?? []).length]).toEqual([200, 0]);
  });
});

const rowsOf = (type: string): readonly (readonly [query: string, finds: boolean])[] =>
  type === 'AuditEvent'
    ? traced.flatMap(([found, not]) => [[found, true] as const, [not, false] as const])
    : [...(tables[type] ?? []), ...(ofMhd[type] ?? [])].map(([query, found]) => [query, found.length > 0] as const);

/** Whether a question to the parameter finds something: true, false, or both. */
function resultsOf(capability: TypeCapability, parameter: SearchParameter): ReadonlySet<boolean> {
  const asks = new RegExp(`(^|&)${parameter.code}[:=]`);
  const results = rowsOf(capability.type).flatMap(([query, finds]) => (asks.test(query) ? [finds] : []));
  if (results.includes(true) && results.includes(false)) return new Set(results);
  return new Set([...results, ...questionsTo(capability, parameter).map(({ found }) => found.length > 0)]);
}

it('has a question that finds and one that does not for every declared parameter', () => {
  const lacking = [...conformance.types.values()].flatMap((capability) =>
    [...capability.search.values()]
      .filter((parameter) => resultsOf(capability, parameter).size < 2)
      .map(({ code }) => `${capability.type}.${code}`),
  );
  // The ids of traces are nobody's to know before: `_id` of AuditEvent is above.
  expect(lacking).toEqual(['AuditEvent._id']);
});
