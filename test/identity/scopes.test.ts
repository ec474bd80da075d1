// Scopes over HTTP (scopes.json, and what is written): which letter each interaction needs, whose context fits whom, granular scopes on every way to a resource.
// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body, Client } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { finess, idIn, ins, written } from '../interaction/ground.ts';
import { document } from '../resources.ts';
import { claims, cx } from './issuer.ts';
import { openScoped, put, rpps, type Scoped } from './scoped.ts';

let scoped: Scoped;
beforeAll(async () => {
  scoped = await openScoped();
});
afterAll(async () => await scoped.ground.stop());

const lab = 'Observation.rs?category=laboratory';
/** `expected`: the status, or the names of what is found, `+` before what is included. */
type Row = readonly [scope: string, path: string, expected: number | readonly string[]];
const asked: Readonly<Record<string, readonly Row[]>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'scopes.json'), 'utf8'),
);

describe.each(Object.entries(asked))('%s', (_title, rows) => {
  it.each(rows)('%s: %s', async (scope, path, expected) => {
    const reply = await scoped.doctor(scoped.named(scope)).get(scoped.named(path));
    if (typeof expected !== 'number') expect([reply.status, scoped.found(reply)]).toEqual([200, [...expected].toSorted()]);
    else if (expected === 200) expect(reply.status).toBe(200);
    else expectOutcome(reply, expected);
  });
});

describe('more of what a doctor asks', () => {
  it('counts what the scope is about, and says why a scope grants nothing', async () => {
    expect((await scoped.doctor(`user/${lab}`).get('/Observation?_summary=count')).body.total).toBe(1);
    expect((await scoped.doctor(`user/${lab}`).get('/Observation?_total=accurate&_count=1')).body.total).toBe(1);
    const odd = await scoped.doctor('user/Observation.rs?category:not=x').get('/Observation');
    expect(odd.body.issue[0].diagnostics).toMatch(/without modifiers and chains$/);
    expect((await scoped.doctor('system/Observation.rs').get('/Observation')).body.issue[0].diagnostics).toMatch(/for no person/);
  });

  it('lists the versions of what the scope is about', async () => {
    const versions = await scoped.doctor('user/Observation.rs?category=vital-signs').get('/Observation/_history');
    expect(scoped.found(versions)).toEqual(['pulse', 'pulse']);
    expect(versions.body.total).toBe(2);
  });

  it('binds the one scope to its record, and not the other', async () => {
    const mixed = scoped.doctor(`patient/Observation.rs user/${lab}`, { patient: 'aaaaaaaaaaaaa' });
    expect(scoped.found(await mixed.get('/Observation'))).toEqual(['glucose']);
    expect((await mixed.get(scoped.named('/Observation/{pulse}'))).status).toBe(404);
    const own = scoped.doctor('patient/Observation.rs user/Observation.rs?code=1', { patient: scoped.ground.key });
    expect(scoped.found(await own.get('/Observation'))).toEqual(['glucose', 'pulse']);
  });
});

describe('whose context', () => {
  it.each<[string, object, number]>([
    ['a holder: patient/', { ...claims.holder(cx(ins)), scope: 'patient/Observation.rs' }, 200],
    ['a holder: user/', { ...claims.holder(cx(ins)), scope: 'user/Observation.rs' }, 200],
    ['a holder: system/', { ...claims.holder(cx(ins)), scope: 'system/Observation.rs' }, 403],
    ['a holder: IUA', { ...claims.holder(cx(ins)), scope: 'ITI-67' }, 403],
    ['a hospital: system/', { ...claims.structure(finess), scope: 'system/Observation.rs' }, 200],
    ['a hospital: user/', { ...claims.structure(finess), scope: 'user/Observation.rs' }, 403],
    ['a hospital: patient/ without one', { ...claims.structure(finess), scope: 'patient/Observation.rs' }, 401],
    ['a tester: either', { ...claims.tester(), scope: 'system/Observation.rs' }, 200],
    ['a secretary, who reads nothing', claims.delegate({ rpps, secretary: { sub: 's' } }), 403],
  ])('%s', async (_name, given, status) => {
    expect((await scoped.ground.carnet.as({ ...given }).get('/Observation')).status).toBe(status);
  });

  it('narrows an operation as what it reads', async () => {
    const explained = async (letters: string): Promise<number> => {
      const holder = scoped.ground.carnet.as({
        ...claims.holder(cx(ins)),
        scope: `patient/Consent.r patient/DocumentReference.${letters}`,
      });
      return (await holder.get(scoped.named('/DocumentReference/{letter}/$explain-access'))).status;
    };
    expect(await Promise.all(['r', 's', 'r?type=34112-3', 'r?type=11502-2'].map(explained))).toEqual([200, 403, 200, 404]);
  });

  it('never widens what the law lets a caller see', async () => {
    const stranger = scoped.ground.carnet.as(claims.professional({ rpps: '10000000010', scope: `user/*.cruds user/${lab}` }));
    expect(scoped.found(await stranger.get('/Observation'))).toEqual([]);
    expect((await stranger.get(scoped.named('/Observation/{glucose}'))).status).toBe(404);
  });
});

describe('what a doctor writes', () => {
  let count = 0;
  const value = (): string => {
    count += 1;
    return `w-${count}`;
  };
  const labs = (letters: string): string => `user/Observation.${letters}?category=laboratory`;
  const create = async (scope: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
    (await scoped.doctor(scope).post('/Observation', body, headers)).status;
  const made = async (category: string): Promise<{ id: string; identifier: string }> => {
    const identifier = value();
    return {
      id: idIn(written(await scoped.ground.as('doctor').post('/Observation', scoped.observation(category, identifier)))),
      identifier,
    };
  };

  it.each([
    ['user/Observation.c', 'laboratory', 201],
    ['user/Observation.write', 'laboratory', 201],
    ['user/Observation.ruds', 'laboratory', 403],
    ['user/Observation.read', 'laboratory', 403],
    [labs('c'), 'laboratory', 201],
    [labs('c'), 'vital-signs', 403],
    [`${labs('c')} user/Observation.c?code=8867-4`, 'vital-signs', 201],
    ['user/Observation.c?nothing=1', 'laboratory', 403],
    ['ITI-65', 'laboratory', 403],
  ])('%s creates %s: %s', async (scope, category, status) => {
    expect(await create(scope, scoped.observation(category, value()))).toBe(status);
  });

  it('deposits a document by ITI-65, and relates it to nothing that its scope is not about', async () => {
    expect((await scoped.doctor('ITI-65').post('/DocumentReference', document(scoped.ground.key, '34112-3'))).status).toBe(201);
    const next = document(scoped.ground.key, '11502-2', {
      relatesTo: [{ code: 'replaces', target: { reference: scoped.named('DocumentReference/{letter}') } }],
    });
    expect((await scoped.doctor('user/DocumentReference.c?type=11502-2').post('/DocumentReference', next)).status).toBe(422);
  });

  it.each([
    ['user/Observation.u', 'laboratory', 'laboratory', 200],
    ['user/Observation.crds', 'laboratory', 'laboratory', 403],
    [labs('u'), 'laboratory', 'laboratory', 200],
    // What it is not about is as absent; out of it nothing leads.
    [labs('u'), 'vital-signs', 'laboratory', 404],
    [labs('u'), 'laboratory', 'vital-signs', 403],
    [`${labs('u')} user/Observation.rs`, 'vital-signs', 'laboratory', 404],
  ])('%s updates and patches %s to %s: %s', async (scope, before, after, status) => {
    const { id, identifier } = await made(before);
    const client = scoped.doctor(scope);
    const patch = [
      { op: 'replace', path: '/category/0/coding/0/code', value: after },
      { op: 'add', path: '/issued', value: '2026-11-22T00:00:00Z' },
    ];
    expect((await client.patch(`/Observation/${id}`, patch)).status).toBe(status);
    expect((await put(client, `/Observation/${id}`, scoped.observation(after, identifier, { id }))).status).toBe(status);
    const now = await scoped.ground.as('doctor').get(`/Observation/${id}`);
    expect(now.body.category[0].coding[0].code).toBe(status === 200 ? after : before);
  });

  it.each([
    ['user/Observation.d', 'laboratory', 204],
    ['user/Observation.crus', 'laboratory', 403],
    [labs('d'), 'laboratory', 204],
    [labs('d'), 'vital-signs', 404],
  ])('%s deletes %s: %s', async (scope, category, status) => {
    const { id } = await made(category);
    expect((await scoped.doctor(scope).delete(`/Observation/${id}`)).status).toBe(status);
  });

  it.each([
    // Without `s`, criteria find his own deposits alone: these are.
    ['user/Observation.u', 200],
    ['user/Observation.us', 200],
    [`user/Observation.u user/${lab}`, 200],
    ['user/Observation.u user/Observation.s?category=vital-signs', 404],
    [labs('us'), 200],
    ['user/Observation.us?category=vital-signs', 404],
    ['user/Observation.s', 403],
  ])('%s finds by criteria what it may search: %s', async (scope, status) => {
    const { identifier } = await made('laboratory');
    const patch = [{ op: 'add', path: '/issued', value: '2026-11-22T00:00:00Z' }];
    expect((await scoped.doctor(scope).patch(`/Observation?identifier=urn:x|${identifier}`, patch)).status).toBe(status);
  });

  it('finds nothing of somebody else by criteria without the right to search', async () => {
    const identifier = value();
    const theirs = scoped.observation('laboratory', identifier);
    written(await scoped.ground.as('hospital').post('/Observation', theirs));
    const holder = (scope: string): Client => scoped.ground.carnet.as({ ...claims.holder(cx(ins)), scope });
    const patch = [{ op: 'add', path: '/issued', value: '2026-11-22T00:00:00Z' }];
    const path = `/Observation?identifier=urn:x|${identifier}`;
    expect((await holder('patient/Observation.u').patch(path, patch)).status).toBe(404);
    // He may not change it, but he may know that it is there.
    expect((await holder('patient/Observation.us').patch(path, patch)).status).toBe(403);
  });

  it('finds by If-None-Exist what it may search, and its own deposits', async () => {
    const identifier = value();
    const theirs = scoped.observation('vital-signs', identifier);
    written(await scoped.ground.as('hospital').post('/Observation', theirs));
    const headers = { 'If-None-Exist': `identifier=urn:x|${identifier}` };
    expect(await create('user/Observation.cs', theirs, headers)).toBe(200);
    expect(await create(`user/Observation.c user/Observation.s?category=laboratory`, theirs, headers)).toBe(201);
  });

  it.each(['batch', 'transaction'])('judges each entry of a %s', async (type) => {
    const bundle = {
      resourceType: 'Bundle',
      type,
      entry: [
        { request: { method: 'POST', url: 'Observation' }, resource: scoped.observation('laboratory', value()) },
        { request: { method: 'GET', url: scoped.named('Observation/{pulse}') } },
      ],
    };
    const statuses = async (scope: string): Promise<unknown> => {
      const { status, body } = await scoped.doctor(scope).post('/', bundle);
      return status === 200 ? body.entry.map(({ response }: Body) => Number(response.status.slice(0, 3))) : status;
    };
    const each = (own: readonly number[], whole: number): unknown => (type === 'batch' ? own : whole);
    expect(await statuses('user/Observation.cr')).toEqual([201, 200]);
    expect(await statuses('user/Observation.c')).toEqual(each([201, 403], 403));
    expect(await statuses('user/Observation.r')).toEqual(each([403, 200], 403));
    expect(await statuses(labs('cr'))).toEqual(each([201, 404], 404));
  });

  it('shows of what it wrote what it may read', async () => {
    const reply = await scoped
      .doctor('user/Observation.c user/Observation.r?category=vital-signs')
      .post('/Observation', scoped.observation('laboratory', value()));
    expect([reply.status, reply.text]).toEqual([201, '']);
  });
});
