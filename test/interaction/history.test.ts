// The law over versions: one is seen exactly where the current one is; after a delete, where the last one was.
// https://hl7.org/fhir/R4/http.html#history
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Body, type Carnet, type Client, type Reply, startCarnet } from '../carnet.ts';
import { type Claims, claims, cx } from '../identity/issuer.ts';
import { actor, consent, document, label, mask, patient } from '../resources.ts';
import { finess, idIn, otherFiness, written } from './ground.ts';

let carnet: Carnet;
let now = new Date('2026-11-25T10:00:00Z');
let serial = 0;
/** When the stage at hand was opened. */
let since = '';
beforeAll(async () => {
  carnet = await startCarnet({ clock: () => now });
});
afterAll(async () => await carnet.stop());

const rpps = { treating: '10003461033', nurse: '10000000060', speech: '10000000091', stranger: '10000000010' };
const later = (minutes: number): void => {
  now = new Date(now.getTime() + minutes * 60_000);
};

/** An open record of its own, its médecin traitant, and a doctor's permit for each of the others but the stranger. */
class Stage {
  readonly ins = `1790351${String(++serial).padStart(8, '0')}`;
  key = '';
  declaration = '';

  as(name: string): Client {
    const people: Readonly<Record<string, Claims>> = {
      holder: claims.holder(cx(this.ins)),
      agent: claims.agent({ vitale: [cx(this.ins)] }),
      treating: claims.professional({ rpps: rpps.treating }),
      nurse: claims.professional({ rpps: rpps.nurse, profession: '60' }),
      speech: claims.professional({ rpps: rpps.speech, profession: '91' }),
      stranger: claims.professional({ rpps: rpps.stranger }),
      hospital: claims.structure(finess),
      clinic: claims.structure(otherFiness),
      feeder: claims.feeder(),
      operator: claims.operator(),
      tester: claims.tester(),
    };
    return carnet.as(people[name] ?? {});
  }

  async open(): Promise<this> {
    later(1);
    since = now.toISOString();
    this.key = idIn(written(await this.as('agent').post('/Patient', patient(this.ins))));
    written(await this.as('agent').post('/Consent', consent('opening', this.key, { type: 'permit' })));
    this.declaration = await this.wish({ type: 'permit', actor: [actor({ rpps: rpps.treating }, 'PCP')] });
    for (const one of [rpps.nurse, rpps.speech]) await this.wish({ type: 'permit', actor: [actor({ rpps: one })] });
    return this;
  }

  async wish(provision: Body): Promise<string> {
    return idIn(written(await this.as('holder').post('/Consent', consent('sharing', this.key, provision))));
  }

  async push(by: string, more: Body = {}, code = '34112-3'): Promise<string> {
    later(1);
    return idIn(written(await this.as(by).post('/DocumentReference', document(this.key, code, more))));
  }

  /** What each of them is told of the resource: versions by each of the three ways, which must agree, or the status. */
  async seen(type: string, id: string, by: readonly string[], versions: readonly number[]): Promise<Body> {
    const told = by.map(async (name) => [name, await seenBy(this.as(name), type, id, versions)] as const);
    return Object.fromEntries(await Promise.all(told));
  }
}

const everybody = ['holder', 'treating', 'nurse', 'speech', 'stranger', 'hospital', 'clinic'];

function versionsOf({ body }: Reply, type: string, id: string): readonly string[] {
  return (body.entry ?? [])
    .filter(({ fullUrl }: Body) => fullUrl.endsWith(`/${type}/${id}`))
    .map(({ response, resource }: Body) => `${response.etag.slice(3, -1)}${resource === undefined ? ' deleted' : ''}`);
}

async function seenBy(client: Client, type: string, id: string, versions: readonly number[]): Promise<string | number> {
  const instance = await client.get(`/${type}/${id}/_history`);
  const ofType = await client.get(`/${type}/_history?_count=500`);
  const system = await client.get(`/_history?_count=500&_since=${since}`);
  const told = instance.status === 200 ? versionsOf(instance, type, id) : [];
  for (const whole of [ofType, system]) expect([whole.status, versionsOf(whole, type, id)]).toEqual([200, told]);
  for (const version of versions) {
    const status = (await client.get(`/${type}/${id}/_history/${version}`)).status;
    const expected = told.includes(String(version)) ? 200 : told.includes(`${version} deleted`) ? 410 : 404;
    expect([version, status]).toEqual([version, expected]);
  }
  if (instance.status !== 200) {
    const unknown = await client.get(`/${type}/aaaaaaaaaaaaa-bbbbbbbbbbbbb/_history`);
    expect([instance.status, instance.text]).toEqual([unknown.status, unknown.text]);
    return instance.status;
  }
  return told.join(', ');
}

const to = (sees: readonly string[], what: string | number, other: string | number = 404): Body =>
  Object.fromEntries(everybody.map((name) => [name, sees.includes(name) ? what : other]));

describe('versions of a document', () => {
  it('are hidden from before its mask on', async () => {
    const stage = await new Stage().open();
    const id = await stage.push('hospital');
    const open = ['holder', 'treating', 'nurse', 'speech', 'hospital'];
    expect(await stage.seen('DocumentReference', id, everybody, [1, 2])).toEqual(to(open, '1'));
    later(1);
    expect((await stage.as('holder').patch(`/DocumentReference/${id}`, mask)).status).toBe(200);
    expect(await stage.seen('DocumentReference', id, everybody, [1, 2, 3])).toEqual(
      to(['holder', 'treating', 'hospital'], '2, 1'),
    );
    const lift = [{ op: 'remove', path: '/securityLabel/0' }];
    expect((await stage.as('holder').patch(`/DocumentReference/${id}`, lift)).status).toBe(200);
    expect(await stage.seen('DocumentReference', id, everybody, [1, 2, 3])).toEqual(to(open, '3, 2, 1'));
  });

  it('are held from the holder for a month, deleted or not', async () => {
    const stage = await new Stage().open();
    const held = await stage.push('hospital', { securityLabel: [label('INVISIBLE_PATIENT')] });
    const gone = await stage.push('hospital', { securityLabel: [label('INVISIBLE_PATIENT')] });
    const body = { ...(await stage.as('hospital').get(`/DocumentReference/${held}`)).body, description: 'corrigé' };
    const json = { 'Content-Type': 'application/fhir+json' };
    expect((await stage.as('hospital').send('PUT', `/DocumentReference/${held}`, json, JSON.stringify(body))).status).toBe(200);
    expect((await stage.as('hospital').delete(`/DocumentReference/${gone}`)).status).toBe(204);
    const others = ['treating', 'nurse', 'speech', 'hospital'];
    expect(await stage.seen('DocumentReference', held, everybody, [1, 2])).toEqual(to(others, '2, 1'));
    expect(await stage.seen('DocumentReference', gone, everybody, [1, 2])).toEqual(to(others, '2 deleted, 1'));
    later(31 * 24 * 60);
    expect(await stage.seen('DocumentReference', held, everybody, [1, 2])).toEqual(to(['holder', ...others], '2, 1'));
    expect(await stage.seen('DocumentReference', gone, everybody, [1, 2])).toEqual(to(['holder', ...others], '2 deleted, 1'));
  });

  it('are where the last one was when it is deleted', async () => {
    const stage = await new Stage().open();
    const id = await stage.push('hospital');
    await stage.as('holder').patch(`/DocumentReference/${id}`, mask);
    const url = (await stage.as('hospital').get(`/DocumentReference/${id}`)).body.content[0].attachment.url;
    const bytes = url.split('/').at(-1);
    expect((await stage.as('hospital').delete(`/DocumentReference/${id}`)).status).toBe(204);
    const open = ['holder', 'treating', 'hospital'];
    expect(await stage.seen('DocumentReference', id, everybody, [1, 2, 3, 4])).toEqual(to(open, '3 deleted, 2, 1'));
    // A document takes its bytes with it.
    expect(await stage.seen('Binary', bytes, everybody, [1, 2])).toEqual(to(open, '2 deleted, 1'));
  });

  it('go with the category that it has now', async () => {
    const stage = await new Stage().open();
    const id = await stage.push('hospital');
    const body = (await stage.as('hospital').get(`/DocumentReference/${id}`)).body;
    const typed = (code: string): string => JSON.stringify({ ...body, type: { coding: [{ system: 'http://loinc.org', code }] } });
    const put = async (code: string): Promise<number> =>
      (
        await stage
          .as('hospital')
          .send('PUT', `/DocumentReference/${id}`, { 'Content-Type': 'application/fhir+json' }, typed(code))
      ).status;
    // No speech therapist reads a laboratory report.
    expect(await put('11502-2')).toBe(200);
    expect(await stage.seen('DocumentReference', id, ['speech', 'nurse'], [1, 2])).toEqual({ speech: 404, nurse: '2, 1' });
    expect(await put('34112-3')).toBe(200);
    expect(await stage.seen('DocumentReference', id, ['speech', 'nurse'], [1, 2, 3])).toEqual({
      speech: '3, 2, 1',
      nurse: '3, 2, 1',
    });
  });

  it('go with its successor', async () => {
    const stage = await new Stage().open();
    const first = await stage.push('hospital');
    const target = { reference: `DocumentReference/${first}` };
    const masked = { relatesTo: [{ code: 'replaces', target }], securityLabel: [label('MASQUE_PS')] };
    const next = await stage.push('hospital', masked);
    const sees = to(['holder', 'treating', 'hospital'], '1');
    expect(await stage.seen('DocumentReference', next, everybody, [1])).toEqual(sees);
    const told = await stage.seen('DocumentReference', first, everybody, [1, 2]);
    expect([told.nurse, told.stranger, told.speech]).toEqual([404, 404, 404]);
    expect((await stage.as('hospital').delete(`/DocumentReference/${next}`)).status).toBe(204);
    expect((await stage.seen('DocumentReference', first, ['nurse'], [1])).nurse).toMatch(/1$/);
    expect(await stage.seen('DocumentReference', next, everybody, [1, 2])).toEqual(
      to(['holder', 'treating', 'hospital'], '2 deleted, 1'),
    );
  });
});

describe('a depositor', () => {
  const own = { holder: '2 deleted, 1', treating: '2 deleted, 1', stranger: '2 deleted, 1', nurse: '2 deleted, 1' };

  it('sees his own, wherever the record is open and does not block him', async () => {
    const stage = await new Stage().open();
    const id = await stage.push('stranger');
    expect((await stage.as('stranger').delete(`/DocumentReference/${id}`)).status).toBe(204);
    const callers = ['holder', 'treating', 'nurse', 'stranger', 'hospital'];
    expect(await stage.seen('DocumentReference', id, callers, [1, 2])).toEqual({ ...own, hospital: 404 });
    await stage.wish({ type: 'deny', actor: [actor({ rpps: rpps.stranger })] });
    expect(await stage.seen('DocumentReference', id, callers, [1, 2])).toEqual({ ...own, stranger: 404, hospital: 404 });
  });

  it('sees nothing of a closed record', async () => {
    const stage = await new Stage().open();
    const id = await stage.push('hospital');
    const consents = (await stage.as('holder').get(`/Consent?patient=Patient/${stage.key}&category=opening`)).body.entry;
    const opening = consents[0].resource.id;
    const close = [{ op: 'replace', path: '/status', value: 'inactive' }];
    expect((await stage.as('holder').patch(`/Consent/${opening}`, close)).status).toBe(200);
    expect(await stage.seen('DocumentReference', id, everybody, [1])).toEqual(to(['holder'], '1'));
    expect(await stage.seen('Consent', opening, ['holder'], [1, 2])).toEqual({ holder: '2, 1' });
  });

  it('of reimbursements: old ones age out in all of their versions', async () => {
    const stage = await new Stage().open();
    const claim = (created: string, id?: string): string =>
      JSON.stringify({
        resourceType: 'Claim',
        ...(id === undefined ? {} : { id }),
        status: 'active',
        type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/claim-type', code: 'professional' }] },
        use: 'claim',
        patient: { reference: `Patient/${stage.key}` },
        created,
        provider: { display: 'Dr' },
        priority: { coding: [{ code: 'normal' }] },
        insurance: [{ sequence: 1, focal: true, coverage: { display: 'CNAM' } }],
      });
    const json = { 'Content-Type': 'application/fhir+json' };
    const made = await stage.as('feeder').send('POST', '/Claim', json, claim('2026-10-01'));
    const id = idIn(written(made));
    expect(await stage.seen('Claim', id, ['holder', 'treating'], [1])).toEqual({ holder: '1', treating: '1' });
    expect((await stage.as('feeder').send('PUT', `/Claim/${id}`, json, claim('2023-10-01', id))).status).toBe(200);
    expect(await stage.seen('Claim', id, ['holder', 'treating'], [1, 2])).toEqual({ holder: 404, treating: 404 });
  });
});
