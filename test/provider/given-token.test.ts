// A client takes back a token that it was given, and asks what one says: of its own alone.
// https://www.rfc-editor.org/rfc/rfc7009, https://www.rfc-editor.org/rfc/rfc7662
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MongoClient } from 'mongodb';
import request from 'supertest';
import { type Clients, clientsOf } from '../../src/store/client.ts';
import { connect, openDatabase } from '../../src/store/database.ts';
import { clientOf, type Reply } from '../carnet.ts';
import { giveBack, takeDatabase, uriOf } from '../database.ts';
import { type Ground, openGround } from '../interaction/ground.ts';
import { askToken, assertion, issuer, newKeys, register } from './backend.ts';

const database = await takeDatabase();
const keys = newKeys();
let clock = (): Date => new Date();
let ground: Ground;
let mongo: MongoClient;
let clients: Clients;

beforeAll(async () => {
  ground = await openGround({}, { database, clock: () => clock() });
  mongo = await connect(uriOf(database));
  const databases = [await openDatabase(mongo, database, []), await openDatabase(mongo, `${database}-htest`, [])] as const;
  clients = clientsOf(databases[0], databases);
}, 60_000);
afterAll(async () => {
  await ground.carnet.server.stop();
  await mongo.close();
  giveBack(database);
});

type Form = Readonly<Record<string, string>>;
type Held = { readonly id: string; readonly token: string };

async function held(): Promise<Held> {
  const id = await register(clients, keys);
  const { body } = await askToken(ground.carnet, { scope: 'system/*.cruds', client_assertion: assertion(id, keys) });
  return { id, token: body.access_token };
}

async function post(endpoint: 'revocation' | 'introspection', id: string, form: Form): Promise<Reply> {
  const { status, headers, body, text } = await request(ground.carnet.address)
    .post(`/oidc/token/${endpoint}`)
    .type('form')
    .send({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion(id, keys),
      ...form,
    })
    .ok(() => true);
  return { status, headers, body, text };
}

const read = async (token: string): Promise<number> =>
  (await clientOf(ground.carnet.address, token).get('/DocumentReference')).status;

describe('introspection', () => {
  it('says what the token says, to the client that was given it', async () => {
    const { id, token } = await held();
    const { status, body, headers } = await post('introspection', id, { token });
    expect([status, headers['cache-control'], body]).toEqual([
      200,
      'no-store',
      {
        active: true,
        iss: issuer,
        sub: undefined,
        aud: 'http://carnet.test/fhir',
        client_id: id,
        jti: expect.any(String),
        scope: 'system/*.cruds',
        token_type: 'Bearer',
        iat: expect.any(Number),
        exp: expect.any(Number),
        extensions: {
          ihe_iua: { subject_organization: 'CHU', subject_organization_id: 'https://finess.esante.gouv.fr|750712184' },
        },
      },
    ]);
  });

  it('says nothing of what is not in force, not ours or not its own', async () => {
    const [mine, other] = [await held(), await held()];
    const foreign = ground.as('hospital').token;
    const [start = '', payload = '', end = ''] = mine.token.split('.');
    const forged = [start, payload, end.replace(/^./, (one) => (one === 'A' ? 'B' : 'A'))].join('.');
    for (const token of [other.token, foreign, forged, 'x', 'x.y.z', `${start}..${end}`, `given:${mine.token}`])
      expect((await post('introspection', mine.id, { token })).body).toEqual({ active: false });
    clock = () => new Date(Date.now() + 400_000);
    try {
      expect((await post('introspection', mine.id, { token: mine.token })).body).toEqual({ active: false });
    } finally {
      clock = () => new Date();
    }
  });

  it('is for clients that prove who they are', async () => {
    const { id, token } = await held();
    expect((await post('introspection', id, { token, client_assertion: assertion(id, newKeys()) })).body.error).toBe(
      'invalid_client',
    );
    const answer = await request(ground.carnet.address).post('/oidc/token/introspection').type('form').send({ token });
    expect(answer.body.error).toBe('invalid_request');
  });
});

describe('revocation', () => {
  it('voids the token at the next request, and that one alone', async () => {
    const { id, token } = await held();
    const { body } = await askToken(ground.carnet, { scope: 'system/*.cruds', client_assertion: assertion(id, keys) });
    expect(await read(token)).toBe(200);
    expect(await post('revocation', id, { token, token_type_hint: 'access_token' })).toMatchObject({ status: 200, text: '' });
    expect([await read(token), await read(body.access_token)]).toEqual([401, 200]);
    expect((await post('introspection', id, { token })).body).toEqual({ active: false });
    expect((await post('revocation', id, { token })).status).toBe(200);
  });

  it("does nothing to another client's, and does not tell that there is one", async () => {
    const [mine, other] = [await held(), await held()];
    for (const token of [other.token, ground.as('hospital').token, 'x.y.z', 'x'])
      expect(await post('revocation', mine.id, { token })).toMatchObject({ status: 200, text: '' });
    expect([await read(other.token), await read(ground.as('hospital').token)]).toEqual([200, 200]);
  });
});
