// Patient/$activation-code: for the agent with the card in the reader, about those whom the card lists, and for nobody else.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MongoClient } from 'mongodb';
import { connect, openDatabase } from '../../src/store/database.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import type { Body, Client, Reply } from '../carnet.ts';
import { giveBack, takeDatabase, uriOf } from '../database.ts';
import { expectOutcome } from '../http/expect.ts';
import { type Claims, claims, cx } from '../identity/issuer.ts';
import { type Ground, ins, type Name, openGround } from '../interaction/ground.ts';
import { testIns } from '../resources.ts';
import { activate } from '../store/activate.ts';

const path = '/Patient/$activation-code';
const child = '116097511201253';
const database = await takeDatabase();
let ground: Ground;
let store: Store;
let mongo: MongoClient;
beforeAll(async () => {
  ground = await openGround({}, { database });
  mongo = await connect(uriOf(database));
  store = openStore(await openDatabase(mongo, database, []));
}, 60_000);
afterAll(async () => {
  await ground.carnet.server.stop();
  await mongo.close();
  giveBack(database);
});

const asked = (value: string, system = testIns): object => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'identifier', valueIdentifier: { system, value } }],
});
const codeIn = ({ body }: Reply): string => body.parameter[0].valueString;
const used = async (value: string, typed: string): Promise<string> =>
  await activate(store, { ins: { system: testIns, value }, typed, now: new Date() });
const agent = (more: Claims = {}, ...cards: readonly string[]): Client =>
  ground.carnet.as({ ...claims.agent({ vitale: cards.map((one) => cx(one)) }), ...more });

describe('to the agent with the card in the reader', () => {
  it('is given a code, with its end, that makes one account', async () => {
    const reply = await ground.as('agent').post(path, asked(ins));
    expect([reply.status, reply.body]).toEqual([
      200,
      {
        resourceType: 'Parameters',
        parameter: [
          { name: 'code', valueString: expect.stringMatching(/^(\w{4}-){3}\w{4}$/) },
          { name: 'end', valueInstant: expect.stringMatching(/T2[23]:59:59\.999Z$/) },
        ],
      },
    ]);
    const days = (Date.parse(reply.body.parameter[1].valueInstant) - Date.now()) / (24 * 3600 * 1000);
    expect(days > 42 && days < 43).toBe(true);
    expect([await used(ins, codeIn(reply)), await used(ins, codeIn(reply))]).toEqual(['activated', 'used']);
  });

  it('is given one in place of the one before', async () => {
    const [first, second] = [await ground.as('agent').post(path, asked(ins)), await ground.as('agent').post(path, asked(ins))];
    expect([await used(ins, codeIn(first)), await used(ins, codeIn(second))]).toEqual(['wrong', 'activated']);
  });

  it('is given one of them for many at the same time', async () => {
    const replies = await Promise.all(Array.from({ length: 5 }, async () => await ground.as('agent').post(path, asked(ins))));
    const answers = replies.filter(({ status }) => status === 200);
    expect(answers.length).toBeGreaterThan(0);
    expect(replies.every(({ status }) => status === 200 || status === 503)).toBe(true);
    const outcomes = [];
    for (const reply of answers) outcomes.push(await used(ins, codeIn(reply)));
    expect(outcomes.filter((outcome) => outcome === 'activated')).toHaveLength(1);
  });

  it("is given a child's with the parent's card, which lists it, whether or not there is a record", async () => {
    const reply = await agent({}, ins, child).post(path, asked(child));
    expect(reply.status).toBe(200);
    expect(await used(ins, codeIn(reply))).not.toBe('activated');
    expect(await used(child, codeIn(reply))).toBe('activated');
  });

  it('is given it in XML, asked in XML', async () => {
    const xml = `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="identifier"/><valueIdentifier><system value="${testIns}"/><value value="${ins}"/></valueIdentifier></parameter></Parameters>`;
    const type = 'application/fhir+xml';
    const { status, text } = await ground.as('agent').send('POST', path, { 'Content-Type': type, Accept: type }, xml);
    expect([status, /<valueString value="[\w-]{19}"\/>/.test(text)]).toEqual([200, true]);
  });
});

describe('is refused', () => {
  it.each<Name>(['holder', 'doctor', 'stranger', 'hospital', 'clinic', 'insurance', 'operator', 'tester'])(
    'to %s',
    async (name) => {
      expectOutcome(await ground.as(name).post(path, asked(ins)), 403);
    },
  );

  it.each<[string, () => Client]>([
    ['a doctor with the card', () => ground.carnet.as(claims.professional({ rpps: '10003461033', vitale: [cx(ins)] }))],
    ['an agent without a card', () => agent()],
    ['an agent with the card of another', () => agent({}, child)],
    ['an agent whose card has the number under another authority', () => agent({ vitale: [cx(ins, '1.2.250.1.213.1.4.8')] })],
    ['a token without the scope', () => agent({ scope: 'user/Patient.rs user/Consent.c' }, ins)],
    ['a token whose scope is about some Patients', () => agent({ scope: 'user/Patient.c?active=true' }, ins)],
    ['a token bound to a record', () => agent({ scope: 'patient/Patient.c', patient: ground.key }, ins)],
  ])('to %s', async (_, client) => {
    expectOutcome(await client().post(path, asked(ins)), 403);
  });

  it.each<[string, object | undefined, string]>([
    ['no body', undefined, 'Parameters.parameter'],
    ['no identifier', { resourceType: 'Parameters' }, 'Parameters.parameter'],
    ['another system', asked(ins, 'urn:oid:1.2.3'), 'Parameters.parameter[0]'],
    ['an OID alone', asked(ins, testIns.replace('urn:oid:', '')), 'Parameters.parameter[0]'],
    ['no number', asked('27903512151898'), 'Parameters.parameter[0]'],
    ['a text', { resourceType: 'Parameters', parameter: [{ name: 'identifier', valueString: ins }] }, 'Parameters.parameter[0]'],
    ['another resource', { resourceType: 'Patient' }, 'resourceType'],
  ])('%s, where it stands', async (_, body, expression) => {
    const reply = body === undefined ? await ground.as('agent').send('POST', path) : await ground.as('agent').post(path, body);
    expectOutcome(reply, 400, expression);
  });

  it('in the address, by GET and of an instance', async () => {
    const inAddress = await ground.as('agent').post(`${path}?identifier=${testIns}|${ins}`, { resourceType: 'Parameters' });
    expectOutcome(inAddress, 400, 'http.identifier');
    expectOutcome(await ground.as('agent').get(path), 405);
    expectOutcome(await ground.as('agent').post(`/Patient/${ground.key}/$activation-code`, asked(ins)), 404);
  });
});

describe('its trace', () => {
  it('is read by the holder and tells for whom, without the code', async () => {
    const traces = async (): Promise<readonly Body[]> =>
      (await ground.as('holder').get('/AuditEvent?subtype=operation&_count=200')).body.entry ?? [];
    const before = await traces();
    const code = codeIn(await ground.as('agent').post(path, asked(ins)));
    const after = await traces();
    expect(after).toHaveLength(before.length + 1);
    const query = after[0].resource.entity.flatMap(({ query: sent }: Body) =>
      sent ? Buffer.from(sent, 'base64').toString() : [],
    );
    expect(query).toEqual([`POST /fhir/Patient/$activation-code identifier=${testIns}|${ins}`]);
    const everything = JSON.stringify(await mongo.db(database).collection('AuditEvent').find().toArray());
    for (const hidden of [code, code.replaceAll('-', '')]) {
      expect(everything).not.toContain(hidden);
      expect(ground.carnet.lines.join('\n')).not.toContain(hidden);
    }
  });

  it('is left by a refusal too', async () => {
    const refused = async (): Promise<number> =>
      await mongo
        .db(database)
        .collection('AuditEvent')
        .countDocuments({ j: /activation-code|"outcomeDesc":"403"/ });
    const before = await refused();
    await agent({}, child).post(path, asked(ins));
    expect(await refused()).toBe(before + 1);
  });
});
