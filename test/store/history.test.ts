// What a write leaves in `history`: each old version ends where the next begins, and answers rules as the current row does.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { Row } from '../../src/filter/row.ts';
import type { Past } from '../../src/store/database.ts';
import type { Body } from '../carnet.ts';
import { claims } from '../identity/issuer.ts';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { actor, consent, document, label, mask } from '../resources.ts';

let ground: Ground;
let client: MongoClient;
let now = new Date('2026-11-25T10:00:00Z');
const name = `test-${randomUUID().slice(0, 8)}`;
beforeAll(async () => {
  ground = await openGround({}, { database: name, clock: () => now });
  client = await MongoClient.connect(process.env.TEST_MONGODB_URI ?? '');
});
afterAll(async () => {
  await client.close();
  await ground.stop();
});

const rules = ['rec', 'date', 'dhi', 'tc', 'tcs', 'rd', 'hold', 'dep', 'ent', 'st', 'of', 'line'] as const;
const ruled = (row: Omit<Row, '_id'>): Body => ({
  ...Object.fromEntries(rules.map((field) => [field, row[field]])),
  idx: row.idx.filter((token) => /^(_security|category)\|/.test(token)),
});

type Versions = { readonly current: Row | null; readonly past: readonly Past[] };
async function stored(type: string, id: string): Promise<Versions> {
  const db = client.db(name);
  const current = await db.collection<Row>(type).findOne({ _id: id });
  return { current, past: await db.collection<Past>('history').find({ type, id }).sort({ v: 1 }).toArray() };
}

/** Of every version: the current row's rules, and an end where the next one begins. */
async function expectRuled(type: string, id: string, versions?: number): Promise<Versions> {
  const { current, past } = await stored(type, id);
  const rows = [...past, ...(current === null ? [] : [current])];
  expect(rows.map(({ v }) => v)).toEqual(Array.from({ length: versions ?? rows.length }, (_, at) => at + 1));
  const last = current ?? past.at(-1);
  for (const row of past) {
    expect([row.v, ruled(row)]).toEqual([row.v, last && ruled(last)]);
    expect([row.v, row.until]).toEqual([row.v, rows.find(({ v }) => v === row.v + 1)?.lu]);
    expect([row.v, row.deleted, row.j === '']).toEqual([row.v, row === last ? true : undefined, row === last]);
  }
  return { current, past };
}

const permit = { type: 'permit', actor: [actor({ rpps: '10000000060' })] };
const later = (): void => {
  now = new Date(now.getTime() + 1000);
};
const put = async (by: Parameters<Ground['as']>[0], path: string, body: object): Promise<void> => {
  later();
  const reply = await ground.as(by).send('PUT', path, { 'Content-Type': 'application/fhir+json' }, JSON.stringify(body));
  expect([reply.status, reply.status < 300 ? '' : reply.text]).toEqual([expect.any(Number), '']);
};
const push = async (more: Body = {}, code = '34112-3'): Promise<Body> => {
  later();
  return written(await ground.as('hospital').post('/DocumentReference', document(ground.key, code, more))).body;
};
const bytesOf = ({ content }: Body): string => content[0].attachment.url.split('/').at(-1);

describe('old versions', () => {
  it('take over date, category and tokens of an update', async () => {
    const made = await push();
    const changed = { type: { coding: [{ system: 'http://loinc.org', code: '11502-2' }] }, date: '2025-01-02T08:00:00Z' };
    await put('hospital', `/DocumentReference/${made.id}`, { ...made, ...changed });
    const { current, past } = await expectRuled('DocumentReference', made.id, 2);
    expect(current?.tc).toBe('11502-2');
    // The search index of old versions is nobody's.
    expect(past[0]?.idx.filter((token) => token.startsWith('type|'))).toEqual([]);
    expect(past[0]?.p).toEqual({});
  });

  it('take over a mask, and lose it again', async () => {
    const { id } = await push();
    later();
    await ground.as('holder').patch(`/DocumentReference/${id}`, mask);
    expect((await expectRuled('DocumentReference', id, 2)).past[0]?.rd).not.toContain('PS');
    later();
    await ground.as('holder').patch(`/DocumentReference/${id}`, [{ op: 'remove', path: '/securityLabel/0' }]);
    expect((await expectRuled('DocumentReference', id, 3)).past[0]?.rd).toContain('PS');
  });

  // Whether the old one is marked as superseded, in a version of its own, is not asked here.
  it('take over the hold of a successor, and are free when it is deleted', async () => {
    const first = await push();
    await put('hospital', `/DocumentReference/${first.id}`, { ...first, description: 'corrigé' });
    const relatesTo = [{ code: 'replaces', target: { reference: `DocumentReference/${first.id}` } }];
    const next = await push({ relatesTo, securityLabel: [label('INVISIBLE_PATIENT'), label('MASQUE_PS')] });
    expect((await expectRuled('DocumentReference', first.id)).past[0]?.rd).not.toContain('PS');
    later();
    expect((await ground.as('hospital').delete(`/DocumentReference/${next.id}`)).status).toBe(204);
    const free = await expectRuled('DocumentReference', first.id);
    expect([free.past[0]?.rd.includes('PS'), free.past[0]?.hold]).toEqual([true, undefined]);
    const gone = await expectRuled('DocumentReference', next.id, 2);
    expect([gone.current, gone.past[1]?.rd.includes('PS')]).toEqual([null, false]);
  });

  it('of a document and of its bytes end together', async () => {
    const made = await push();
    later();
    await ground.as('holder').patch(`/DocumentReference/${made.id}`, mask);
    later();
    expect((await ground.as('hospital').delete(`/DocumentReference/${made.id}`)).status).toBe(204);
    const paper = await expectRuled('DocumentReference', made.id, 3);
    const bytes = await expectRuled('Binary', bytesOf(made), 2);
    const [one, other] = [paper.past.at(-1), bytes.past.at(-1)];
    expect([one?.lu, one?.rd, one?.line]).toEqual([other?.lu, other?.rd, other?.line]);
    expect(other?.file).toEqual(expect.any(String));
  });

  it('of what the law itself changes end as well', async () => {
    const declare = async (rpps: string): Promise<string> => {
      later();
      const sent = consent('sharing', ground.key, { type: 'permit', actor: [actor({ rpps }, 'PCP')] });
      return idIn(written(await ground.as('holder').post('/Consent', sent)));
    };
    const first = await declare('10000000012');
    await declare('10003461033');
    await expectRuled('Consent', first, 2);
  });

  it('of the directory have no record', async () => {
    const person = {
      resourceType: 'Practitioner',
      identifier: [{ system: 'https://rpps.esante.gouv.fr', value: '10000000077' }],
    };
    const id = idIn(written(await ground.as('operator').post('/Practitioner', person)));
    await put('operator', `/Practitioner/${id}`, { ...person, id, active: true });
    expect((await expectRuled('Practitioner', id, 2)).past[0]?.rec).toBeUndefined();
  });

  it('fail with the write that would make them', async () => {
    const made = await push();
    const reply = await ground
      .as('hospital')
      .send(
        'PUT',
        `/DocumentReference/${made.id}`,
        { 'Content-Type': 'application/fhir+json', 'If-Match': 'W/"7"' },
        JSON.stringify({ ...made, description: 'x' }),
      );
    expect(reply.status).toBe(412);
    await expectRuled('DocumentReference', made.id, 1);
  });

  it('are read whole while they are written, and not at all from their mask on', async () => {
    const made = await push();
    const nurse = ground.carnet.as(claims.professional({ rpps: '10000000060', profession: '60' }));
    written(await ground.as('holder').post('/Consent', consent('sharing', ground.key, permit)));
    let masked = false;
    const writing = async (): Promise<void> => {
      for (const description of ['a', 'b', 'c', 'd', 'e', 'f'])
        await put('hospital', `/DocumentReference/${made.id}`, { ...made, description });
      await ground.as('holder').patch(`/DocumentReference/${made.id}`, mask);
      masked = true;
    };
    const seen: number[] = [];
    const reading = async (): Promise<void> => {
      for (let more = true; more; ) {
        const already = masked;
        const { status, body } = await nurse.get(`/DocumentReference/${made.id}/_history`);
        more = !already;
        if (already) expect(status).toBe(404);
        if (status !== 200) continue;
        const versions = body.entry.map(({ response }: Body) => Number(/\d+/.exec(response.etag)?.[0]));
        expect([versions, body.total]).toEqual([Array.from(versions, (_, at) => versions.length - at), versions.length]);
        seen.push(versions.length);
      }
    };
    await Promise.all([writing(), reading(), reading()]);
    expect(seen.length).toBeGreaterThan(2);
    expect((await stored('DocumentReference', made.id)).past).toHaveLength(7);
  });
});
