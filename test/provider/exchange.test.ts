// RFC 8693: what Pro Santé Connect gave a professional becomes a token for this server, and nothing else does.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { MongoClient } from 'mongodb';
import request from 'supertest';
import { type JsonObject, parseJson } from '../../src/fhir/json.ts';
import { type Client, type Clients, clientsOf } from '../../src/store/client.ts';
import { connect, openDatabase } from '../../src/store/database.ts';
import { clientOf, type Reply } from '../carnet.ts';
import { giveBack, takeDatabase, uriOf } from '../database.ts';
import { cx } from '../identity/issuer.ts';
import { type Ground, ins, openGround, written } from '../interaction/ground.ts';
import { actor, consent, document } from '../resources.ts';
import { askToken, assertion, issuer, newKeys, register } from './backend.ts';
import { activity, capacity, doctor, type ProSanteConnect, rpps, startProSanteConnect } from './pro-sante-connect.ts';

const grant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const type = 'urn:ietf:params:oauth:token-type:access_token';
const database = await takeDatabase();
const keys = newKeys();
const azp = 'logiciel';
let psc: ProSanteConnect;
let stranger: ProSanteConnect;
let file: string;
let ground: Ground;
let mongo: MongoClient;
let clients: Clients;
let software: string;

beforeAll(async () => {
  [psc, stranger] = [await startProSanteConnect(azp), await startProSanteConnect(azp)];
  file = join(mkdtempSync(join(tmpdir(), 'carnet-exchange-')), 'upstream.json');
  writeFileSync(file, JSON.stringify([psc.entry]));
  ground = await openGround({}, { database, upstreamIssuers: file });
  mongo = await connect(uriOf(database));
  const [national, testers] = [await openDatabase(mongo, database, []), await openDatabase(mongo, `${database}-htest`, [])];
  clients = clientsOf(national, [national, testers]);
  software = await add();
}, 60_000);
afterEach(() => psc.answer(undefined));
afterAll(async () => {
  await ground.carnet.server.stop();
  await mongo.close();
  giveBack(database);
  await Promise.all([psc.stop(), stranger.stop()]);
  rmSync(dirname(file), { recursive: true });
});

const add = async (more: Partial<Client> = {}): Promise<string> => {
  const upstream = [`${psc.issuer}|${azp}`, `${stranger.issuer}|${azp}`];
  const given = await register(clients, keys, { kind: 'software', name: 'Logiciel', scope: 'user/*.cruds', upstream, ...more });
  return given;
};
type Form = Readonly<Record<string, string>>;
const ask = async (subject: string, form: Form = {}, said: JsonObject = {}, id = software): Promise<Reply> =>
  await askToken(ground.carnet, {
    grant_type: grant,
    subject_token: subject,
    subject_token_type: type,
    scope: 'user/*.cruds',
    client_assertion: assertion(id, keys, said),
    ...form,
  });
const errorOf = async (reply: Promise<Reply>): Promise<readonly unknown[]> => {
  const { status, body } = await reply;
  return [status, body.error, body.access_token];
};
const refused = [400, 'invalid_request', undefined];
const payloadOf = ({ body }: Reply): JsonObject =>
  parseJson(Buffer.from(String(body.access_token).split('.')[1] ?? '', 'base64url').toString()) as JsonObject;
const as = ({ body }: Reply) => clientOf(ground.carnet.address, body.access_token);

describe('a professional', () => {
  it('gets a token for this server, with what his issuer says of him, for an hour', async () => {
    const reply = await ask(psc.login(doctor()), {}, { vitale: [cx(ins)] });
    expect([reply.status, reply.body]).toEqual([
      200,
      {
        access_token: expect.any(String),
        issued_token_type: type,
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'user/*.cruds',
      },
    ]);
    const payload = payloadOf(reply);
    expect(payload).toMatchObject({
      iss: issuer,
      aud: 'http://carnet.test/fhir',
      sub: `8${rpps}`,
      client_id: software,
      exp: Number(payload.iat) + 3600,
      vitale: [cx(ins)],
      extensions: {
        ihe_iua: {
          subject_name: 'CLAIRE MARTIN',
          national_provider_identifier: rpps,
          subject_role: [{ code: '10' }, { code: 'SM26' }],
          subject_organization: 'Cabinet',
          subject_organization_id: 'https://finess.esante.gouv.fr|750712184',
          purpose_of_use: [{ code: 'TREAT' }],
        },
      },
    });
    written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3')));
    expect((await as(reply).get(`/DocumentReference?patient=Patient/${ground.key}&_total=accurate`)).body.total).toBeGreaterThan(
      0,
    );
  });

  it('names one of several activities', async () => {
    const subject = () =>
      psc.login(doctor({}, [capacity({ activities: [activity('750712184'), activity('130786049', 'Clinique')] })]));
    const { status, body } = await ask(subject());
    expect([status, body.error]).toEqual([400, 'invalid_request']);
    expect(body.error_description).toContain('activity');
    expect(JSON.stringify(body)).not.toMatch(/750712184|130786049|Clinique/);
    const organization = async (name: string): Promise<unknown> =>
      (payloadOf(await ask(subject(), { activity: name })).extensions as JsonObject).ihe_iua;
    expect(await organization('130786049')).toMatchObject({ subject_organization: 'Clinique' });
    expect(await organization('R750712184')).toMatchObject({ subject_organization: 'Cabinet' });
    expect(await errorOf(ask(subject(), { activity: '999999999' }))).toEqual(refused);
  });

  it('has a secretary deposit in his name as long as his delegation is in force, and read nothing', async () => {
    const other = psc.login({ SubjectNameID: '3-secretaire', sub: 'other' }, { sub: 'nadia' });
    expect(await errorOf(ask(psc.login(doctor()), { actor_token: other, actor_token_type: type }))).toEqual(refused);
    const nadia = psc.login({ SubjectNameID: '3-secretaire', name: 'Nadia Colin', sub: 'nadia' }, { sub: 'nadia' });
    const token = await ask(psc.login(doctor()), { actor_token: nadia, actor_token_type: type });
    expect(payloadOf(token).act).toEqual({ sub: `${psc.issuer}#nadia`, name: 'Nadia Colin' });
    const deposit = async (): Promise<number> =>
      (await as(token).post('/DocumentReference', document(ground.key, '34112-3'))).status;
    expect([await deposit(), (await as(token).get('/DocumentReference')).status]).toEqual([422, 403]);
    const reference = { identifier: { system: issuer, value: `${psc.issuer}#nadia` } };
    const named = { ...actor({ rpps }), reference };
    const delegation = consent('delegation', undefined, { type: 'permit', actor: [named] });
    written(await as(await ask(psc.login(doctor()))).post('/Consent', delegation));
    expect([await deposit(), (await as(token).get('/DocumentReference')).status]).toEqual([201, 403]);
  });
});

describe('no token is given for', () => {
  const now = Math.floor(Date.now() / 1000);
  it.each<[string, () => string]>([
    ['a foreign issuer', () => stranger.login(doctor())],
    ['a foreign issuer under the name of ours', () => stranger.login(doctor(), { iss: psc.issuer })],
    ['a token that has expired', () => psc.login(doctor(), { exp: now - 120 })],
    ['a token that is none', () => 'x.y.z'],
    ['a token given to another client', () => psc.login(doctor(), { azp: 'autre' })],
    ['a token of no client', () => psc.login(doctor(), { azp: undefined })],
    ['an ID token', () => psc.login(doctor(), { typ: 'ID' })],
    ['a token bound to its sender', () => psc.login(doctor(), { cnf: { jkt: 'x' } })],
    ['the userinfo of another', () => psc.login(doctor({ sub: 'f:other' }))],
    ['nobody with an RPPS', () => psc.login(doctor({ SubjectNameID: '0751234567' }))],
    ['another RPPS beside', () => psc.login(doctor({ otherIds: [{ identifiant: '810000000010', origine: 'RPPS' }] }))],
    ['no professional', () => psc.login(doctor({ SubjectRefPro: undefined }))],
    ['a student', () => psc.login(doctor({}, [capacity({ codeCategorieProfessionnelle: 'E' })]))],
    ['a profession that his role is not', () => psc.login(doctor({}, [capacity({ codeProfession: '60' })]))],
    [
      'an unknown profession',
      () => psc.login(doctor({ SubjectRole: ['999^1.2.250.1.71.1.2.7'] }, [capacity({ codeProfession: '999' })])),
    ],
  ])('%s', async (_, subject) => expect(await errorOf(ask(subject()))).toEqual(refused));

  it('a token of this server', async () => {
    const ours = (await ask(psc.login(doctor()))).body.access_token;
    expect(await errorOf(ask(ours))).toEqual(refused);
  });

  it.each<[string, Parameters<ProSanteConnect['answer']>[0]]>([
    ['too long', (response) => void response.end(JSON.stringify({ ...doctor(), more: 'x'.repeat(70_000) }))],
    ['a redirection', (response) => void response.writeHead(302, { location: `${psc.issuer}/certs` }).end()],
    ['no JSON', (response) => void response.end('<html>')],
    ['a failure', (response) => void response.writeHead(500).end()],
    ['never ending', (response) => void response.write('{')],
  ])(
    'a userinfo that is %s',
    async (_, other) => {
      psc.answer(other);
      expect(await errorOf(ask(psc.login(doctor())))).toEqual(refused);
    },
    30_000,
  );

  it('more than the registration allows, or for somebody else', async () => {
    const narrow = await add({ scope: 'user/DocumentReference.rs' });
    for (const scope of ['user/*.cruds', 'user/DocumentReference.cruds', 'system/*.rs', 'patient/*.rs', 'openid', ''])
      expect([scope, ...(await errorOf(ask(psc.login(doctor()), { scope }, {}, narrow)))]).toEqual([
        scope,
        400,
        'invalid_scope',
        undefined,
      ]);
    expect((await ask(psc.login(doctor()), { scope: 'user/DocumentReference.r' }, {}, narrow)).status).toBe(200);
    expect((await errorOf(ask(psc.login(doctor()), { audience: 'https://other.example' })))[1]).toBe('invalid_target');
    expect(await errorOf(ask(psc.login(doctor()), { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }))).toEqual(
      refused,
    );
    expect(await errorOf(ask(psc.login(doctor()), {}, {}, await add({ kind: 'structure' })))).toEqual(refused);
    expect((await ask('', { grant_type: 'client_credentials' })).status).toBe(400);
  });
});

describe('an emergency', () => {
  const break_ = { purpose_of_use: 'BTG', reason: 'Patiente inconsciente', person_id: cx(ins) };
  it('is for one record, with a reason, for four hours', async () => {
    const reply = await ask(psc.login(doctor()), break_);
    expect([reply.status, reply.body.expires_in]).toEqual([200, 4 * 3600]);
    expect(payloadOf(reply)).toMatchObject({ reason: break_.reason, extensions: { ihe_iua: { person_id: cx(ins) } } });
    const permit = { type: 'permit', purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' }] };
    written(await ground.as('holder').post('/Consent', consent('sharing', ground.key, permit)));
    expect((await as(reply).get(`/DocumentReference?patient=Patient/${ground.key}`)).status).toBe(200);
  });

  it.each<[string, Form]>([
    ['without reason', { ...break_, reason: '' }],
    ['without record', { ...break_, person_id: '' }],
    ['with half a record', { ...break_, person_id: '12' }],
    ['with another purpose', { ...break_, purpose_of_use: 'HMARKT' }],
  ])('%s is refused', async (_, form) => expect(await errorOf(ask(psc.login(doctor()), form))).toEqual(refused));

  it('of centre 15 is for its doctors', async () => {
    const of = async (finess: string, code = '10'): Promise<number> => {
      const person = doctor({ SubjectRole: [`${code}^1.2.250.1.71.1.2.7`] }, [
        capacity({ codeProfession: code, codeSavoirFaire: undefined, activities: [activity(finess)] }),
      ]);
      return (await ask(psc.login(person), { ...break_, purpose_of_use: 'ETREAT' })).status;
    };
    expect([await of('750712184'), await of('130786049'), await of('750712184', '60')]).toEqual([200, 400, 400]);
  });

  it('is none for a secretary', async () => {
    const nadia = psc.login({ SubjectNameID: '3', sub: 'nadia' }, { sub: 'nadia' });
    expect(await errorOf(ask(psc.login(doctor()), { ...break_, actor_token: nadia, actor_token_type: type }))).toEqual(refused);
  });
});

it('is refused at the next request once the software is revoked', async () => {
  const id = await add();
  const reply = await ask(psc.login(doctor()), {}, {}, id);
  expect((await as(reply).get('/Organization')).status).toBe(200);
  await clients.revoke(id, new Date());
  expect((await as(reply).get('/Organization')).status).toBe(401);
  expect((await ask(psc.login(doctor()), {}, {}, id)).body.error).toBe('invalid_client');
});

it('is announced in the smart-configuration', async () => {
  const { body } = await request(ground.carnet.address).get('/fhir/.well-known/smart-configuration');
  expect(body.grant_types_supported).toContain(grant);
});
