// Conditional read: 304 to whoever holds the version already, and is still allowed to read it.
// https://hl7.org/fhir/R4/http.html#cread, https://www.rfc-editor.org/rfc/rfc9110#name-precedence-of-preconditions
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { document, mask } from '../resources.ts';
import { asked, version } from './asked.ts';
import { expectOutcome } from './expect.ts';

let ground: Ground;
let id = '';
let changed = 0;
beforeAll(async () => {
  ground = await openGround();
  const made = written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3')));
  id = idIn(made);
  changed = Date.parse(made.headers['last-modified'] ?? '');
});
afterAll(async () => await ground.stop());

const imf = (seconds: number): string => new Date(changed + seconds * 1000).toUTCString();

/** The two older forms of a date in HTTP. */
function rfc850(text: string): string {
  const [, , day, month, year, time] = /^(\w+), (\d+) (\w+) \d\d(\d\d) (\S+)/.exec(text) ?? [];
  return `${['Sun', 'Mon', 'Tues', 'Wednes', 'Thurs', 'Fri', 'Satur'][new Date(text).getUTCDay()]}day, ${day}-${month}-${year} ${time} GMT`;
}
function asctime(text: string): string {
  const [, weekday, day, month, year, time] = /^(\w+), (\d+) (\w+) (\d+) (\S+)/.exec(text) ?? [];
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
}

type Case = readonly [name: string, headers: () => Readonly<Record<string, string>>, status: 200 | 304];
const cases: readonly Case[] = [
  ['the version', () => ({ 'if-none-match': 'W/"1"' }), 304],
  ['the version, strong', () => ({ 'if-none-match': '"1"' }), 304],
  ['any version', () => ({ 'if-none-match': '*' }), 304],
  ['a list with it', () => ({ 'if-none-match': 'W/"9", "x,y" ,W/"1"' }), 304],
  ['a list without it', () => ({ 'if-none-match': 'W/"9", "11"' }), 200],
  ['another version', () => ({ 'if-none-match': 'W/"2"' }), 200],
  ['no tag', () => ({ 'if-none-match': '1' }), 200],
  ['half a tag', () => ({ 'if-none-match': 'W/"1' }), 200],
  ['a tag and rubbish', () => ({ 'if-none-match': '"1" x' }), 200],
  ['nothing', () => ({ 'if-none-match': '' }), 200],
  ['the instant', () => ({ 'if-modified-since': imf(0) }), 304],
  ['a later instant', () => ({ 'if-modified-since': imf(3600) }), 304],
  ['an earlier instant', () => ({ 'if-modified-since': imf(-1) }), 200],
  ['the instant as RFC 850', () => ({ 'if-modified-since': rfc850(imf(0)) }), 304],
  ['an earlier instant as RFC 850', () => ({ 'if-modified-since': rfc850(imf(-1)) }), 200],
  ['the instant as asctime', () => ({ 'if-modified-since': asctime(imf(0)) }), 304],
  ['an earlier instant as asctime', () => ({ 'if-modified-since': asctime(imf(-1)) }), 200],
  ['no date', () => ({ 'if-modified-since': 'yesterday' }), 200],
  ['a date of FHIR', () => ({ 'if-modified-since': '2040-01-01' }), 200],
  ['a later instant of FHIR', () => ({ 'if-modified-since': new Date(changed + 3_600_000).toISOString() }), 304],
  ['an earlier instant of FHIR', () => ({ 'if-modified-since': new Date(changed - 1000).toISOString() }), 200],
  ['another tag, whatever the instant', () => ({ 'if-none-match': 'W/"2"', 'if-modified-since': imf(3600) }), 200],
  ['the tag, whatever the instant', () => ({ 'if-none-match': 'W/"1"', 'if-modified-since': imf(-3600) }), 304],
];

describe.each(['GET', 'HEAD'])('%s', (method) => {
  it.each(cases)('%s', async (_, headers, status) => {
    const reply = await asked(ground, 'doctor', method, `/DocumentReference/${id}`, { headers: headers() });
    expect([reply.status, reply.bytes.length > 0]).toEqual([status, status === 200 && method === 'GET']);
    expect(reply.headers).toMatchObject({ ...version(1), 'cache-control': 'no-store', vary: expect.any(String) });
    if (status === 304) expect(reply.headers).not.toHaveProperty('content-type');
  });
});

describe('who may not read it is told what is told of nothing', () => {
  it.each(['hospital', 'stranger'] as const)('%s', async (name) => {
    const hidden = idIn(written(await ground.as('clinic').post('/DocumentReference', document(ground.key, '34112-3'))));
    for (const headers of [{ 'if-none-match': '*' }, { 'if-none-match': 'W/"1"' }, { 'if-modified-since': imf(3600) }]) {
      const replies = [
        await asked(ground, name, 'GET', `/DocumentReference/${hidden}`, { headers }),
        await asked(ground, name, 'GET', `/DocumentReference/${hidden.slice(0, -3)}222`, { headers }),
      ];
      for (const reply of replies) expectOutcome(reply, 404);
      expect(replies[0]?.text).toBe(replies[1]?.text);
    }
  });

  it('what was deleted is gone', async () => {
    const gone = idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
    expect((await ground.as('hospital').delete(`/DocumentReference/${gone}`)).status).toBe(204);
    const headers = { 'if-none-match': '*' };
    expectOutcome(await asked(ground, 'hospital', 'GET', `/DocumentReference/${gone}`, { headers }), 410);
  });
});

it('a new version is given in full', async () => {
  const made = idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
  expect((await ground.as('holder').patch(`/DocumentReference/${made}`, mask)).status).toBe(200);
  const ask = async (tag: string) =>
    await asked(ground, 'doctor', 'GET', `/DocumentReference/${made}`, { headers: { 'if-none-match': tag } });
  expect([(await ask('W/"1"')).status, (await ask('W/"2"')).status]).toEqual([200, 304]);
});

it('leaves a trace as any read', async () => {
  const traces = async (): Promise<number> =>
    (await ground.as('holder').get(`/AuditEvent?patient=Patient/${ground.key}&entity=DocumentReference/${id}&_summary=count`))
      .body.total;
  const before = await traces();
  const reply = await asked(ground, 'doctor', 'GET', `/DocumentReference/${id}`, { headers: { 'if-none-match': 'W/"1"' } });
  expect([reply.status, await traces()]).toEqual([304, before + 1]);
});
