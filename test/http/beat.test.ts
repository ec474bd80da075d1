// What is not there for the caller leaves at a beat after the request's arrival, so that an index hit and an index miss take the same time.
// https://www.rfc-editor.org/rfc/rfc9110#section-15.5.5
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ask, type Ground, openThreatened, type Question } from '../threats/ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openThreatened();
}, 60_000);
afterAll(async () => await ground.stop());

/** Milliseconds; less by one, for the clocks of both sides. */
const beat = 19;
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const json = { resourceType: 'Bundle', type: 'batch' };

it.each<[title: string, status: number, question: (id: string, identifier: string) => Question]>([
  ['a read', 404, (id) => ({ method: 'GET', path: `/DocumentReference/${id}` })],
  ['a HEAD', 404, (id) => ({ method: 'HEAD', path: `/DocumentReference/${id}` })],
  ['a version', 404, (id) => ({ method: 'GET', path: `/DocumentReference/${id}/_history/1` })],
  ['a history', 404, (id) => ({ method: 'GET', path: `/DocumentReference/${id}/_history` })],
  ['a deletion', 404, (id) => ({ method: 'DELETE', path: `/DocumentReference/${id}` })],
  ['an operation', 404, (id) => ({ method: 'GET', path: `/DocumentReference/${id}/$validate` })],
  ['a search by id', 200, (id) => ({ method: 'GET', path: `/DocumentReference?_id=${id}` })],
  ['a search by identifier', 200, (_id, identifier) => ({ method: 'GET', path: `/DocumentReference?identifier=${identifier}` })],
  ['a search in a form', 200, (id) => ({ method: 'POST', path: '/DocumentReference/_search', headers: form, body: `_id=${id}` })],
  [
    'a batch',
    200,
    (id) => ({
      method: 'POST',
      path: '/',
      body: { ...json, entry: [{ request: { method: 'GET', url: `DocumentReference/${id}` } }] },
    }),
  ],
  ['a criterion', 404, (_id, identifier) => ({ method: 'DELETE', path: `/DocumentReference?identifier=${identifier}` })],
])('%s leaves at the next beat after its arrival, hidden or absent', async (_title, status, question) => {
  const { masked, held } = ground;
  for (const { id, identifier } of [masked.there, masked.never, held.never]) {
    const started = performance.now();
    const reply = await ask(ground, 'permitted', question(id, identifier));
    expect([reply.status, performance.now() - started >= beat]).toEqual([status, true]);
  }
});
