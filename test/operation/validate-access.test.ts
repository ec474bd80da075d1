// Who may ask for $validate, and that it tells and leaves nothing but its trace: what is hidden is absent.
// https://hl7.org/fhir/R4/resource-operation-validate.html
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import type { Body } from '../carnet.ts';
import { claims } from '../identity/issuer.ts';
import { openValidating, type Resource, type Validating } from './validating.ts';

let validating: Validating;
beforeAll(async () => {
  validating = await openValidating();
});
afterAll(async () => await validating.ground.stop());

describe('who may ask', () => {
  const scopes: readonly (readonly [scope: string, path: string, number])[] = [
    ['user/Patient.r', '/DocumentReference/$validate', 403],
    ['user/DocumentReference.r', '/DocumentReference/$validate', 200],
    ['user/DocumentReference.c', '/DocumentReference/$validate', 200],
    ['user/DocumentReference.r', '/DocumentReference/$validate?mode=create', 403],
    ['user/DocumentReference.c', '/DocumentReference/$validate?mode=create', 200],
    ['user/DocumentReference.c', '/DocumentReference/ID/$validate?mode=update', 403],
    ['user/DocumentReference.cru', '/DocumentReference/ID/$validate?mode=delete', 403],
  ];
  test.each(scopes)('%s: %s', async (scope, path, status) => {
    const client = validating.ground.carnet.as(claims.professional({ rpps: '10003461033', name: 'Dr Claire Martin', scope }));
    expect((await client.post(path.replace('ID', validating.id), validating.valid())).status).toBe(status);
  });

  it('needs a token', async () => {
    const { address } = validating.ground.carnet;
    const reply = await fetch(`${address}/fhir/DocumentReference/$validate`, { method: 'POST', body: '{}' });
    expect(reply.status).toBe(401);
  });
});

// What is hidden is absent: the same words for an id that never was.
describe('hidden and absent', () => {
  const absent = (): string => `${validating.ground.key}-${'2'.repeat(13)}`;
  const asks: readonly (readonly [path: string, method: string, body: (at: string) => Resource | undefined])[] = [
    ['/DocumentReference/AT/$validate?mode=delete', 'POST', () => undefined],
    ['/DocumentReference/AT/$validate?mode=update', 'POST', (at) => validating.valid({ id: at })],
    ['/DocumentReference/$validate?mode=update', 'POST', (at) => validating.valid({ id: at })],
    ['/DocumentReference/AT/$validate', 'POST', () => undefined],
    ['/DocumentReference/AT/$validate', 'GET', () => undefined],
  ];
  it.each(asks)('%s %s', async (path, method, body) => {
    const [hidden, never] = await Promise.all(
      [validating.id, absent()].map(async (at) => await validating.sent('stranger', path.replace('AT', at), body(at), method)),
    );
    expect([hidden?.status, hidden?.text]).toEqual([never?.status, never?.text]);
    const visible = await validating.sent('hospital', path.replace('AT', validating.id), body(validating.id), method);
    expect(visible.text).not.toBe(hidden?.text);
  });
});

it('writes nothing but its trace', async () => {
  const count = async (path: string): Promise<number> =>
    (await validating.ground.as('holder').get(`${path}&_summary=count`)).body.total;
  const documents = `/DocumentReference?patient=Patient/${validating.ground.key}`;
  const traces = `/AuditEvent?patient=Patient/${validating.ground.key}`;
  const before = [await count(documents), await count(traces)];
  await validating.sent('hospital', '/DocumentReference/$validate?mode=create', validating.valid());
  await validating.sent('hospital', '/DocumentReference/ID/$validate?mode=delete');
  const after = [await count(documents), await count(traces)];
  expect(after[0]).toBe(before[0]);
  expect(after[1]).toBeGreaterThan(before[1] ?? 0);
  const [entry] = (await validating.ground.as('holder').get(`${traces}&_count=20`)).body.entry.filter(
    ({ resource: one }: Body) => one.subtype[0].code === 'operation',
  );
  expect(entry.resource).toMatchObject({ subtype: [{ code: 'operation' }], action: 'E', outcome: '0' });
});
