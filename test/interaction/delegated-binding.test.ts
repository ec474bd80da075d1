// A secretary deposits in the doctor's name: what he uploaded himself is to her as if it were not there.
// https://hl7.org/fhir/R4/binary.html
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Client, Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { claims } from '../identity/issuer.ts';
import { actor, consent, document } from '../resources.ts';
import { type Ground, idIn, openGround, written } from './ground.ts';

let ground: Ground;
let secretary: Client;

beforeAll(async () => {
  ground = await openGround();
  const reference = { identifier: { system: 'https://issuer.example', value: 'nadia' } };
  const delegation = consent('delegation', undefined, { type: 'permit', actor: [{ ...actor({ rpps: '' }), reference }] });
  written(await ground.as('doctor').post('/Consent', delegation));
  secretary = ground.carnet.as(claims.delegate({ rpps: '10003461033', secretary: { sub: 'nadia' } }));
});
afterAll(async () => await ground.stop());

async function uploaded(client: Client): Promise<string> {
  const securityContext = { reference: `Patient/${ground.key}` };
  const binary = { resourceType: 'Binary', contentType: 'text/plain', data: 'Qm9uam91cg==', securityContext };
  return idIn(written(await client.post('/Binary', binary)));
}

async function bound(client: Client, id: string): Promise<Reply> {
  const content = [{ attachment: { contentType: 'text/plain', title: 'Document', url: `Binary/${id}` } }];
  return await client.post('/DocumentReference', { ...document(ground.key, '34112-3'), content });
}

it('a document of hers takes the bytes that she uploaded, and not the doctor’s', async () => {
  const his = await uploaded(ground.as('doctor'));
  const refused = await bound(secretary, his);
  expectOutcome(refused, 422, 'DocumentReference.content.attachment.url');
  expect(refused.body).toEqual((await bound(secretary, `${ground.key}-aaaaaaaaaaaaa`)).body);
  expect((await bound(ground.as('doctor'), his)).status).toBe(201);
  expect((await bound(secretary, await uploaded(secretary))).status).toBe(201);
});

it('a document of the doctor’s takes what she uploaded for him', async () => {
  expect((await bound(ground.as('doctor'), await uploaded(secretary))).status).toBe(201);
});
