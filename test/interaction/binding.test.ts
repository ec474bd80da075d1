// Bytes that no document has taken yet are there for who uploaded them, and for nobody else: a secretary in the doctor's name, a representative.
// https://hl7.org/fhir/R4/binary.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client, Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, document, label, patient } from '../resources.ts';
import { type Ground, idIn, openGround, written } from './ground.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});
afterAll(async () => await ground.stop());

async function uploaded(client: Client, key: string): Promise<string> {
  const securityContext = { reference: `Patient/${key}` };
  const binary = { resourceType: 'Binary', contentType: 'text/plain', data: 'Qm9uam91cg==', securityContext };
  return idIn(written(await client.post('/Binary', binary)));
}

function withUrl(key: string, code: string, id: string, attachment: object = {}): object {
  const content = [{ attachment: { contentType: 'text/plain', title: 'Document', url: `Binary/${id}`, ...attachment } }];
  return { ...document(key, code), content };
}

describe('a secretary', () => {
  let secretary: Client;
  const bound = async (client: Client, id: string): Promise<Reply> =>
    await client.post('/DocumentReference', withUrl(ground.key, '34112-3', id));

  beforeAll(async () => {
    const reference = { identifier: { system: 'https://issuer.example', value: 'nadia' } };
    const delegation = consent('delegation', undefined, { type: 'permit', actor: [{ ...actor({ rpps: '' }), reference }] });
    written(await ground.as('doctor').post('/Consent', delegation));
    secretary = ground.carnet.as(claims.delegate({ rpps: '10003461033', secretary: { sub: 'nadia' } }));
  });

  it('binds what she uploaded, and not what the doctor did', async () => {
    const his = await uploaded(ground.as('doctor'), ground.key);
    const refused = await bound(secretary, his);
    expectOutcome(refused, 422, 'DocumentReference.content.attachment.url');
    expect(refused.body).toEqual((await bound(secretary, `${ground.key}-aaaaaaaaaaaaa`)).body);
    expect((await bound(ground.as('doctor'), his)).status).toBe(201);
    expect((await bound(secretary, await uploaded(secretary, ground.key))).status).toBe(201);
  });

  it('uploads for the doctor, who binds it', async () => {
    expect((await bound(ground.as('doctor'), await uploaded(secretary, ground.key))).status).toBe(201);
  });
});

describe('a representative', () => {
  const child = '115067512345628';
  let key = '';
  let people: Readonly<Record<'mother' | 'father' | 'minor', Client>>;
  const parent = async (agent: Client, code: string): Promise<Client> => {
    const person = {
      resourceType: 'RelatedPerson',
      patient: { reference: `Patient/${key}` },
      relationship: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code }] }],
      period: { start: '2015-06-07', end: '2033-06-07' },
      extension: [
        {
          url: 'https://carnet.example/fhir/StructureDefinition/guardianship-proof',
          valueAttachment: { title: 'Livret de famille' },
        },
      ],
    };
    return ground.carnet.as(claims.related(idIn(written(await agent.post('/RelatedPerson', person)))));
  };

  beforeAll(async () => {
    const agent = ground.carnet.as(claims.agent({ vitale: [cx(child)] }));
    key = idIn(written(await agent.post('/Patient', patient(child, { birthDate: '2015-06-07' }))));
    written(await agent.post('/Consent', consent('opening', key, { type: 'permit' })));
    people = {
      mother: await parent(agent, 'MTH'),
      father: await parent(agent, 'FTH'),
      minor: ground.carnet.as(claims.holder(cx(child))),
    };
  });

  const statuses = async (id: string): Promise<readonly number[]> =>
    await Promise.all([people.mother, people.father, people.minor].map(async (one) => (await one.get(`/Binary/${id}`)).status));

  it('reads what she uploaded herself, alone', async () => {
    const id = await uploaded(people.mother, key);
    expect(await statuses(id)).toEqual([200, 404, 404]);
    expect((await people.mother.delete(`/Binary/${id}`)).status).toBe(204);
    expect(await statuses(id)).toEqual([410, 404, 404]);
  });

  it('binds it as what it is, and reads it from then on as she does the document', async () => {
    const id = await uploaded(people.mother, key);
    const other = await people.mother.post('/DocumentReference', withUrl(key, 'EXPPAT_1', id, { size: 5 }));
    expectOutcome(other, 422, 'DocumentReference.content[0].attachment.size');
    const made = written(await people.mother.post('/DocumentReference', withUrl(key, 'EXPPAT_1', id)));
    expect(await statuses(id)).toEqual([200, 200, 200]);
    const secret = [{ op: 'add', path: '/securityLabel', value: [label('INVISIBLE_REPRESENTANTS_LEGAUX')] }];
    expect((await people.minor.patch(`/DocumentReference/${idIn(made)}`, secret)).status).toBe(200);
    expect(await statuses(id)).toEqual([404, 404, 200]);
  });
});
