// $mask and $unmask do to labels what the plain patch does, and are refused where it is.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Reply } from '../carnet.ts';
import { conformance } from '../conformance/example.ts';
import { expectOutcome } from '../http/expect.ts';
import { idIn, written } from '../interaction/ground.ts';
import { document, label, vaccination, visibility } from '../resources.ts';
import { type Consenting, faultOf, openConsenting, type Person, parameters, text } from './consenting.ts';

let consenting: Consenting;
beforeAll(async () => {
  consenting = await openConsenting();
}, 60_000);
afterAll(async () => await consenting.ground.stop());

const hidden = 'INVISIBLE_PATIENT';
const secret = 'INVISIBLE_REPRESENTANTS_LEGAUX';
const call = async (by: Person, operation: string, target: string, code?: string, headers = {}): Promise<Reply> => {
  const path = `/${target}/$${operation}`;
  const body = code === undefined ? parameters() : parameters(['label', { valueCode: code }]);
  return await consenting.as(by).post(path, body, headers);
};
const deposit = async (codes: readonly string[], kind: 'document' | 'vaccination'): Promise<string> => {
  const security = codes.map((code) => ({ system: visibility, code }));
  const made =
    kind === 'vaccination'
      ? vaccination(consenting.key, codes.length === 0 ? {} : { meta: { security } })
      : document(consenting.key, '34112-3', codes.length === 0 ? {} : { securityLabel: codes.map(label) });
  return `${made.resourceType}/${idIn(written(await consenting.as('hospital').post(`/${made.resourceType}`, made)))}`;
};
const patchOf = (operation: 'mask' | 'unmask', code = 'MASQUE_PS'): readonly JsonObject[] =>
  operation === 'mask' ? setting(code) : taking;
const setting = (code: string): readonly JsonObject[] => [
  { op: 'add', path: '/meta/security', value: [{ system: visibility, code }] },
];
const taking: readonly JsonObject[] = [{ op: 'remove', path: '/meta/security/0' }];

type Row = readonly [by: Person, status: number, operation: 'mask' | 'unmask', code: string | undefined, had?: string];
const rows: readonly Row[] = [
  ['holder', 200, 'mask', undefined],
  ['representative', 200, 'mask', undefined],
  ['treating', 403, 'mask', undefined],
  ['relative', 404, 'mask', undefined],
  ['neighbour', 404, 'mask', undefined],
  ['nurse', 404, 'mask', undefined],
  ['rescuer', 404, 'mask', undefined],
  ['secretary', 404, 'mask', undefined],
  ['hospital', 403, 'mask', undefined],
  ['insurance', 404, 'mask', undefined],
  ['agent', 404, 'mask', undefined],
  ['operator', 404, 'mask', undefined],
  ['tester', 404, 'mask', undefined],
  ['treating', 200, 'mask', hidden],
  ['holder', 403, 'mask', hidden],
  ['hospital', 403, 'mask', hidden],
  ['holder', 200, 'mask', secret],
  ['representative', 403, 'mask', secret],
  ['hospital', 200, 'mask', secret],
  ['treating', 403, 'mask', secret],
  ['holder', 200, 'unmask', undefined, 'MASQUE_PS'],
  ['representative', 200, 'unmask', undefined, 'MASQUE_PS'],
  ['treating', 403, 'unmask', undefined, 'MASQUE_PS'],
  ['hospital', 403, 'unmask', undefined, 'MASQUE_PS'],
  ['treating', 200, 'unmask', hidden, hidden],
  ['hospital', 200, 'unmask', hidden, hidden],
  ['holder', 404, 'unmask', hidden, hidden],
  ['representative', 404, 'unmask', secret, secret],
  ['holder', 200, 'unmask', secret, secret],
];

const done = rows.filter(([, status]) => status === 200);
const refused = rows.filter(([, status]) => status !== 200);

/** One of each label, which stays as it is. */
const standing = new Map<string, Promise<string>>();
async function unchanged(had: string | undefined): Promise<string> {
  const made = standing.get(had ?? '') ?? deposit(had === undefined ? [] : [had], 'document');
  standing.set(had ?? '', made);
  return await made;
}

describe('is refused as the patch is', () => {
  it.each(refused)('%s: %d of $%s %s', async (...[by, status, operation, code, had]: Row) => {
    const target = await unchanged(had);
    const reply = await call(by, operation, target, code);
    const plain = await consenting.as(by).patch(`/${target}`, patchOf(operation, code));
    expect([reply.status, plain.status]).toEqual([status, status]);
    expect(faultOf(reply)).toEqual(faultOf(plain));
    expect((await current(target)).meta).toMatchObject({ versionId: '1' });
  });
});

describe.each(['document', 'vaccination'] as const)('does to a %s what the patch does', (kind) => {
  // The rules of labels are those of documents.
  const some = kind === 'document' ? done : done.filter((_, at) => at % 4 === 0);
  it.each(some)('%s: %d of $%s %s', async (...[by, status, operation, code, had]: Row) => {
    const codes = had === undefined ? [] : [had];
    const [one, other] = [await deposit(codes, kind), await deposit(codes, kind)];
    const reply = await call(by, operation, one, code);
    const plain = await consenting.as(by).patch(`/${other}`, patchOf(operation, code));
    expect([reply.status, plain.status]).toEqual([status, status]);
    expect([reply.headers.etag, reply.headers.location]).toEqual(['W/"2"', undefined]);
    const [stored, byHand] = [await current(one), await current(other)];
    expect(labelsIn(stored)).toEqual(labelsIn(byHand));
    expect(reply.body === undefined).toBe(plain.body === undefined);
  });
});

/** By the médecin traitant, who sees all. */
async function current(target: string): Promise<JsonObject> {
  return (await consenting.as('treating').get(`/${target}`)).body;
}

function labelsIn(resource: JsonObject): unknown {
  const { meta, securityLabel } = resource;
  return [(meta as JsonObject | undefined)?.security, securityLabel, Object.keys(text(resource))];
}

describe('a label that is hidden or set', () => {
  it('hides and shows', async () => {
    const target = await deposit([], 'document');
    const sees = async (by: Person): Promise<number> => (await consenting.as(by).get(`/${target}`)).status;
    const all = async (): Promise<readonly number[]> => [
      await sees('holder'),
      await sees('treating'),
      await sees('relative'),
      await sees('representative'),
    ];
    expect(await all()).toEqual([200, 200, 200, 200]);
    await call('holder', 'mask', target);
    expect(await all()).toEqual([200, 200, 404, 200]);
    await call('holder', 'mask', target, secret);
    expect(await all()).toEqual([200, 200, 404, 404]);
    await call('holder', 'unmask', target);
    await call('holder', 'unmask', target, secret);
    expect(await all()).toEqual([200, 200, 200, 200]);
    const away = await call('treating', 'mask', target, hidden);
    expect([away.status, away.body.id]).toEqual([200, target.split('/')[1]]);
    expect(await all()).toEqual([404, 200, 404, 404]);
  });

  it('is no new version where it is set, or off, already', async () => {
    const target = await deposit([], 'vaccination');
    const etags = [];
    for (const operation of ['unmask', 'mask', 'mask', 'unmask', 'unmask'])
      etags.push((await call('holder', operation, target)).headers.etag);
    expect(etags).toEqual(['W/"1"', 'W/"2"', 'W/"2"', 'W/"3"', 'W/"3"']);
    expect((await current(target)).meta).not.toHaveProperty('security');
  });

  it('stands on everything that has labels', () => {
    const declaring = [...conformance.types.values()].filter(({ operations }) => operations.has('mask'));
    expect(declaring.map(({ operations }) => operations.has('unmask'))).toEqual(declaring.map(() => true));
    const others = [...conformance.types.values()].filter(
      ({ operations, interactions }) => interactions.has('patch') && !operations.has('mask'),
    );
    expect(others.map(({ type }) => type).toSorted()).toEqual([
      'CareTeam',
      'Consent',
      'HealthcareService',
      'Location',
      'Organization',
      'Patient',
      'Practitioner',
      'PractitionerRole',
      'RelatedPerson',
    ]);
  });
});

describe('the form of the request', () => {
  it('heeds If-Match and Prefer, takes the label in the address, and no body at all', async () => {
    const target = await deposit([], 'document');
    expectOutcome(await call('holder', 'mask', target, undefined, { 'If-Match': 'W/"7"' }), 412, 'http.If-Match');
    const minimal = await call('holder', 'mask', target, undefined, { 'If-Match': 'W/"1"', Prefer: 'return=minimal' });
    expect([minimal.status, minimal.text, minimal.headers.etag]).toEqual([200, '', 'W/"2"']);
    const bare = await consenting.as('holder').send('POST', `/${target}/$unmask?label=MASQUE_PS`);
    expect([bare.status, bare.body.meta?.security]).toEqual([200, undefined]);
  });

  it.each([
    ['an unknown label', 'MASQUE', 422, 'Parameters.parameter[0]'],
    ['a label of Object', 'constructor', 422, 'Parameters.parameter[0]'],
    ['an empty one', '', 400, 'Parameters.parameter[0].valueCode'],
  ])('%s', async (_what, code, status, expression) => {
    expectOutcome(await call('holder', 'mask', `DocumentReference/${consenting.letter}`, code), status, expression);
  });

  it('is POST alone, on an instance, with the scope of an update', async () => {
    const path = `/DocumentReference/${consenting.letter}/$mask`;
    expectOutcome(await consenting.as('holder').get(path), 405);
    expectOutcome(await consenting.as('holder').post('/DocumentReference/$mask', parameters()), 404);
    const reading = consenting.ground.carnet.as({
      sub: 'x',
      scope: 'patient/*.rs',
      sub_ins: '279035121518989^^^&1.2.250.1.213.1.4.10&ISO',
    });
    expectOutcome(await reading.post(path, parameters()), 403);
  });
});
