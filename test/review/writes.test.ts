// Hostile writes: each would widen somebody's access, go round a rule of ACCESS.md §5, or tell what the caller may not know.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Reply } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, document, mask, patient, visibility } from '../resources.ts';
import { child, type Ground, idIn, type Name, newcomer, prepare, rpps } from './people.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await prepare();
});
afterAll(async () => await ground.carnet.stop());

const post = async (by: Name, path: string, body: JsonObject): Promise<Reply> => await ground.as(by).post(path, body);
async function deposited(by: Name, more: JsonObject = {}, type = '34112-3'): Promise<string> {
  const reply = await post(by, '/DocumentReference', document(ground.key, type, more));
  expect([reply.status, reply.text]).toEqual([201, expect.anything()]);
  return idIn(reply);
}
const sees = async (by: Name, id: string): Promise<number> => (await ground.as(by).get(`/DocumentReference/${id}`)).status;
const allergy = (security: JsonObject[] = []): JsonObject => ({
  resourceType: 'AllergyIntolerance',
  patient: { reference: `Patient/${ground.key}` },
  code: { text: 'arachide' },
  clinicalStatus: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
  },
  ...(security.length === 0 ? {} : { meta: { security } }),
});
const restricted = { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' };

describe('a token of one record, or of an emergency', () => {
  it.each<[string, Name, () => [string, JsonObject], number]>([
    ['centre 15 reads only: no Consent', 'centre15', () => ['/Consent', consent('sharing', ground.key, ownPermit())], 403],
    ['an emergency opens no other record', 'emergency', () => ['/Patient', patient(newcomer)], 403],
    ['a bound token opens no other record', 'bound', () => ['/Patient', patient(newcomer)], 403],
    ['a bound token delegates nothing', 'bound', () => ['/Consent', delegation()], 403],
    ['an emergency delegates nothing', 'emergency', () => ['/Consent', delegation()], 403],
  ])('%s', async (_, by, request, status) => {
    const reply = await post(by, ...request());
    expect([reply.status, reply.text]).toEqual([status, expect.anything()]);
  });

  it('centre 15 changes and deletes nothing', async () => {
    const id = await deposited('doctor');
    const patched = await ground.as('centre15').patch(`/DocumentReference/${id}`, mask);
    const deleted = await ground.as('centre15').delete(`/DocumentReference/${id}`);
    expect([patched.status, deleted.status]).toEqual([403, 403]);
  });
});

function ownPermit(): JsonObject {
  const end = new Date(Date.now() + 30 * 24 * 3600 * 1000).toISOString().slice(0, 10);
  return { type: 'permit', actor: [actor({ rpps: rpps.doctor })], period: { end } };
}
function delegation(): JsonObject {
  const secretary = { ...actor({ rpps: 'x' }), reference: { identifier: { system: 'https://issuer.example', value: 's' } } };
  return consent('delegation', undefined, { type: 'permit', actor: [secretary] });
}

describe('labels', () => {
  it('are not lifted by giving them to a prototype', async () => {
    const id = await deposited('hospital');
    await ground.as('holder').patch(`/DocumentReference/${id}`, mask);
    const trick = [
      { op: 'add', path: '/meta/security/0/__proto__', value: { system: visibility, code: 'MASQUE_PS' } },
      { op: 'add', path: '/meta/security/0/display', value: 'x' },
      { op: 'remove', path: '/meta/security/0/system' },
      { op: 'remove', path: '/meta/security/0/code' },
    ];
    const reply = await ground.as('hospital').patch(`/DocumentReference/${id}`, trick);
    expect([reply.status >= 400, await sees('doctor', id)]).toEqual([true, 404]);
  });

  it('of other systems are the depositor’s alone', async () => {
    const id = await deposited('hospital', { securityLabel: [{ coding: [restricted] }] });
    const off = await ground.as('doctor').patch(`/DocumentReference/${id}`, [{ op: 'remove', path: '/securityLabel/0' }]);
    const on = await ground
      .as('doctor')
      .patch(`/DocumentReference/${await deposited('hospital')}`, [{ op: 'add', path: '/meta/security/-', value: restricted }]);
    expect([off.status, on.status]).toEqual([403, 403]);
  });

  it('of other systems stay when a visibility label comes', async () => {
    const id = await deposited('hospital', { meta: { security: [restricted] } });
    const reply = await ground.as('holder').patch(`/DocumentReference/${id}`, mask);
    expect(reply.body.meta.security.map(({ code }: { code: string }) => code)).toEqual(['R', 'MASQUE_PS']);
  });

  it('and texts stay when the status changes', async () => {
    const securityLabel = [{ coding: [restricted], text: 'restreint' }];
    const id = await deposited('hospital', { securityLabel });
    const reply = await ground
      .as('hospital')
      .patch(`/DocumentReference/${id}`, [{ op: 'replace', path: '/status', value: 'entered-in-error' }]);
    expect(reply.body.securityLabel).toEqual(securityLabel);
  });

  it('that nobody knows hide nothing, so they are refused', async () => {
    const reply = await post('hospital', '/AllergyIntolerance', allergy([{ system: visibility, code: 'MASQUE-PS' }]));
    expect(reply.status).toBe(422);
  });

  it('do not hide a rule of the record from its holder', async () => {
    const meta = { security: [{ system: visibility, code: 'INVISIBLE_PATIENT' }] };
    const wish = await post('present', '/Consent', { ...consent('sharing', ground.key, ownPermit()), meta });
    const opening = await post('agent', '/Consent', { ...consent('opening', ground.key, { type: 'permit' }), meta });
    const team = await post('present', '/CareTeam', { ...careTeam(rpps.doctor), meta });
    expect([wish.status, opening.status, team.status]).toEqual([403, 403, 403]);
  });
});

function careTeam(member: string): JsonObject {
  return {
    resourceType: 'CareTeam',
    status: 'active',
    subject: { reference: `Patient/${ground.key}` },
    participant: [{ member: { identifier: { system: 'https://rpps.esante.gouv.fr', value: member } } }],
  };
}

describe('succession', () => {
  it.each([
    ['relative', () => ''],
    ['absolute', () => `${ground.carnet.baseUrl}/`],
  ])('inherits by a %s reference', async (_, base) => {
    const id = await deposited('hospital');
    await ground.as('holder').patch(`/DocumentReference/${id}`, mask);
    const relatesTo = [{ code: 'appends', target: { reference: `${base()}DocumentReference/${id}` } }];
    expect(await sees('doctor', await deposited('hospital', { relatesTo }))).toBe(404);
  });

  it('names a document once', async () => {
    const id = await deposited('hospital');
    const target = { code: 'replaces', target: { reference: `DocumentReference/${id}` } };
    expect(await sees('hospital', await deposited('hospital', { relatesTo: [target, target] }))).toBe(200);
  });

  it('of many documents, each replacing the two before, costs no more than their number', async () => {
    let [one, two] = [await deposited('hospital'), await deposited('hospital')];
    for (let count = 0; count < 32; count += 1) {
      const relatesTo = [one, two].map((id) => ({ code: 'replaces', target: { reference: `DocumentReference/${id}` } }));
      [one, two] = [two, await deposited('hospital', { relatesTo })];
    }
    expect(await sees('holder', two)).toBe(200);
  }, 30_000);
});

describe('raw bytes', () => {
  const upload = async (by: Name, key: string, type = 'text/plain'): Promise<Reply> =>
    await ground
      .as(by)
      .send('POST', '/Binary', { 'Content-Type': type, 'X-Security-Context': `Patient/${key}` }, Buffer.from('octets'));

  it('of one record are not bound in another', async () => {
    const id = idIn(await upload('hospital', ground.other));
    const content = [{ attachment: { contentType: 'text/plain', title: 'Document', url: `Binary/${id}` } }];
    expect((await post('hospital', '/DocumentReference', document(ground.key, '34112-3', { content }))).status).toBe(422);
  });

  it.each<[Name]>([['holder'], ['treating'], ['hospital'], ['doctor']])('unbound are their depositor’s: %s', async (by) => {
    const id = idIn(await upload(by, ground.key));
    expect((await ground.as(by).get(`/Binary/${id}`)).status).toBe(200);
    const others = (['holder', 'treating', 'hospital', 'doctor'] as const).filter((other) => other !== by);
    for (const other of others) expect((await ground.as(other).get(`/Binary/${id}`)).status).toBe(404);
  });

  it('have a media type that a header can carry', async () => {
    const content = [{ attachment: { contentType: 'text/html\nX-Evil: 1', title: 'Document', data: 'AAAA' } }];
    expect((await post('hospital', '/DocumentReference', document(ground.key, '34112-3', { content }))).status).toBe(422);
  });
});

describe('rules of the record', () => {
  it('do not tell whether a care team exists that the writer may not see', async () => {
    const made = idIn(await post('holder', '/CareTeam', careTeam(rpps.stranger)));
    const naming = (id: string): JsonObject =>
      consent('sharing', ground.key, { ...ownPermit(), actor: [actor({ reference: `CareTeam/${id}` })] });
    for (const by of ['present', 'stranger', 'neighbour'] as const) {
      const [there, never] = [
        await post(by, '/Consent', naming(made)),
        await post(by, '/Consent', naming(`${made.slice(0, -1)}z`)),
      ];
      expect([by, there.status, there.text]).toEqual([by, never.status, never.text]);
    }
  });

  it('let a former médecin traitant be blocked, and only a former one', async () => {
    const write = async (provision: JsonObject): Promise<number> =>
      (await post('neighbour', '/Consent', consent('sharing', ground.other, provision))).status;
    const declared = { type: 'permit', actor: [actor({ rpps: rpps.former }, 'PCP')] };
    const block = { type: 'deny', actor: [actor({ rpps: rpps.former })] };
    expect(await write(declared)).toBe(201);
    expect(await write(block)).toBe(422);
    expect(await write({ ...declared, period: { start: '2020-01-01', end: '2021-01-01' } })).toBe(201);
    expect(await write(block)).toBe(201);
  });

  it('take no deposit of a secretary of the occupational physician', async () => {
    expect((await post('occupational', '/DocumentReference', document(ground.key, '34112-3'))).status).toBe(403);
  });

  it('are opened by the maker of a new record, not by everybody who deposits under his name', async () => {
    const { as } = ground.carnet;
    const newborn = as({ ...claims.holder(cx(newcomer)), scope: 'user/*.cruds' });
    const key = idIn(await newborn.post('/Patient', patient(newcomer)));
    const opening = consent('opening', key, { type: 'permit' });
    expect((await post('neighbour', '/Consent', opening)).status).toBe(422);
    expect((await newborn.post('/Consent', opening)).status).toBe(201);
  });

  it('take a guardian only once the record is open', async () => {
    const { as } = ground.carnet;
    const agent = as(claims.agent({ vitale: [cx(child)] }));
    const key = idIn(await agent.post('/Patient', patient(child, { birthDate: '2020-01-01' })));
    expect((await agent.post('/RelatedPerson', guardian(key))).status).toBe(422);
    await agent.post('/Consent', consent('opening', key, { type: 'permit' }));
    expect((await agent.post('/RelatedPerson', guardian(key))).status).toBe(201);
  });

  it('leave mandates to the holder: a representative brings none back', async () => {
    const relative = idIn(
      await post('holder', '/RelatedPerson', { resourceType: 'RelatedPerson', patient: { reference: `Patient/${ground.key}` } }),
    );
    const permits = { type: 'permit', actor: [actor({ reference: `RelatedPerson/${relative}` })] };
    const mandate = idIn(await post('holder', '/Consent', consent('mandate', ground.key, permits)));
    const status = (value: string): JsonObject[] => [{ op: 'replace', path: '/status', value }];
    expect((await ground.as('holder').patch(`/Consent/${mandate}`, status('inactive'))).status).toBe(200);
    const id = idIn(await post('agent', '/RelatedPerson', guardian(ground.key, 'GUARD')));
    const representative = ground.carnet.as(claims.related(id));
    expect((await representative.get(`/Consent/${mandate}`)).status).toBe(200);
    expect((await representative.patch(`/Consent/${mandate}`, status('active'))).status).toBe(403);
  });
});

function guardian(key: string, code = 'MTH'): JsonObject {
  const system = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';
  return {
    resourceType: 'RelatedPerson',
    extension: [
      {
        url: 'https://carnet.example/fhir/StructureDefinition/guardianship-proof',
        valueAttachment: { title: 'Livret de famille' },
      },
    ],
    patient: { reference: `Patient/${key}` },
    relationship: [{ coding: [{ system, code }] }],
    period: { start: '2020-01-01', end: '2040-01-01' },
  };
}

it('a resource too large for a row is refused as such', async () => {
  const sourceAttachment = { contentType: 'text/plain', data: 'A'.repeat(16 * 1024 * 1024) };
  const reply = await post('holder', '/Consent', consent('sharing', ground.key, { type: 'deny' }, { sourceAttachment }));
  expect(reply.status).toBe(413);
}, 60_000);
