// The traces of a transaction: as hidden as all that it touched is at its end. https://hl7.org/fhir/R4/http.html#transaction
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Reply } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { type Ground, idIn, ins, type Name, openGround, written } from '../interaction/ground.ts';
import { document, label } from '../resources.ts';

let now = new Date('2026-11-26T09:00:00Z');
let ground: Ground;
let held: string;
let paper: string;
let list: string;
beforeAll(async () => {
  ground = await openGround({}, { clock: () => now });
  const { key, as } = ground;
  const push = async (more: JsonObject): Promise<string> =>
    idIn(written(await as('hospital').post('/DocumentReference', document(key, '34112-3', more))));
  held = await push({ securityLabel: [label('INVISIBLE_PATIENT')] });
  paper = await push({});
  list = idIn(written(await as('doctor').post('/List', listOf(key, paper))));
});
afterAll(async () => await ground.stop());

const listOf = (key: string, of: string): object => ({
  resourceType: 'List',
  status: 'current',
  mode: 'working',
  subject: { reference: `Patient/${key}` },
  entry: [{ item: { reference: `DocumentReference/${of}` } }],
});
const patch = (url: string, operations: readonly object[]): object => ({
  request: { method: 'PATCH', url },
  resource: {
    resourceType: 'Binary',
    contentType: 'application/json-patch+json',
    data: Buffer.from(JSON.stringify(operations)).toString('base64'),
  },
});
const appending = (to: string): object => ({
  request: { method: 'POST', url: 'DocumentReference' },
  resource: document(ground.key, '34112-3', {
    relatesTo: [{ code: 'appends', target: { reference: `DocumentReference/${to}` } }],
  }),
});

async function together(name: Name, ...entry: readonly object[]): Promise<Reply> {
  const reply = await ground.as(name).post('/', { resourceType: 'Bundle', type: 'transaction', entry });
  expect([reply.status, reply.text]).toEqual([200, expect.any(String)]);
  return reply;
}

/** How many traces of it the holder finds. */
async function told(entity: string): Promise<number> {
  const holder = ground.carnet.as(claims.holder(cx(ins)));
  return (await holder.get(`/AuditEvent?patient=Patient/${ground.key}&entity=${entity}&_total=accurate`)).body.total;
}

describe('the holder is not told, until the hold ends,', () => {
  let hidden: readonly string[];
  beforeAll(async () => {
    const reply = await together('hospital', appending(held));
    const [, addendum = ''] = /(DocumentReference\/[\w-]+)\/_history/.exec(reply.body.entry[0].response.location) ?? [];
    await together(
      'doctor',
      patch(`List/${list}`, [{ op: 'add', path: '/title', value: 'Séjour' }]),
      patch(`DocumentReference/${paper}`, [{ op: 'add', path: '/securityLabel/-', value: label('INVISIBLE_PATIENT') }]),
    );
    hidden = [addendum, `List/${list}`];
  });

  it('of what is added to what is held, nor of the change of a List that the same transaction holds', async () => {
    expect(await Promise.all(hidden.map(told))).toEqual([0, 0]);
    now = new Date('2026-12-26T10:00:00Z');
    expect(await Promise.all(hidden.map(told))).toEqual([1, 2]);
  });
});
