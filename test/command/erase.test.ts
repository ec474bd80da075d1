// `npm run erase`: closed ten years ago, or asked for; everything of the record goes, nothing of another does, while servers run.
// Code de la santé publique, R. 1111-36: https://www.legifrance.gouv.fr/codes/id/LEGITEXT000006072665
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Document } from 'mongodb';
import { type Body, type Reply, startCarnet } from '../carnet.ts';
import { idIn, written } from '../interaction/ground.ts';
import { consent, document, patient, testIns } from '../resources.ts';
import { everything, type Ground, multiply, naming, type Opened, openGround, present, shows, startErase } from './erasing.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
}, 120_000);
afterAll(async () => await ground.stop());

const erased = (asked: number, kept: number): string =>
  `Erased: ${asked + kept} records, ${asked} on request, ${kept} ten years after closure.`;
const at = (instant: string): void => ground.setClock(new Date(instant));
afterEach(() => ground.setClock(present));

describe('which records', () => {
  it('a dry run counts, and changes nothing', async () => {
    await ground.closed('2016-11-20T12:00:00Z', 0);
    const asked = await ground.closed('2026-10-01T12:00:00Z', 0);
    at('2026-10-02T12:00:00Z');
    await ground.operate(asked, 'request-erasure');
    ground.setClock(present);
    const before = await everything(ground);
    expect(await ground.erase({ dryRun: true })).toEqual([
      'On request: 1 (0 overdue, the nearest limit in 38 days)',
      'Ten years after closure: 1 (the first 4 days ago)',
      'Under way: 0',
      'Nothing was changed.',
    ]);
    at('2027-01-05T12:00:00Z');
    expect((await ground.erase({ dryRun: true }))[0]).toBe('On request: 1 (1 overdue)');
    expect(await everything(ground)).toBe(before);
    ground.setClock(present);
    expect(await ground.erase()).toContain(erased(1, 1));
  }, 120_000);

  it('ten years to the second in Paris', async () => {
    const record = await ground.closed('2016-03-20T10:00:00+01:00', 0);
    at('2026-03-20T09:59:59+01:00');
    expect(await ground.erase()).toEqual([erased(0, 0)]);
    at('2026-03-20T10:00:00+01:00');
    expect(await ground.erase()).toContain(erased(0, 1));
    expect(await ground.statusOf(record)).toBe('none');
  }, 120_000);

  it('none that is open or was never opened; of one that was reopened from when it was closed again, without the request before', async () => {
    at('2010-01-01T12:00:00Z');
    const [open, made] = [await ground.opened(0), await ground.made()];
    const reopened = await ground.closed('2012-01-01T12:00:00Z', 0);
    at('2013-01-01T12:00:00Z');
    await ground.operate(reopened, 'request-erasure', 'reopen', 'close');
    at('2022-12-31T12:00:00Z');
    expect(await ground.erase()).toEqual([erased(0, 0)]);
    ground.setClock(present);
    expect(await ground.erase()).toContain(erased(0, 1));
    expect(await Promise.all([open, made, reopened].map(ground.statusOf))).toEqual(['open', 'closed', 'none']);
  }, 120_000);

  it('as a program; a wrong option is refused with one line', async () => {
    const [wrong, dry] = await Promise.all(['--dry', '--dry-run'].map(async (option) => await startErase(ground, option).ended));
    expect(wrong).toMatch(/^The only option is --dry-run\nexit 1$/);
    expect(dry).toMatch(/\nUnder way: 0\nNothing was changed\.\nexit 0$/);
  }, 120_000);
});

const filesLeft = async (): Promise<readonly number[]> =>
  await Promise.all(['attachments.files', 'attachments.chunks'].map((name) => ground.db.collection(name).countDocuments()));

it('everything of the record goes, and of no other; its trace stays; the same INS opens another', async () => {
  const closed = await ground.closed('2018-01-01T12:00:00Z');
  const open = await ground.opened();
  const before = await filesLeft();
  const record = await ground.closed('2015-01-01T12:00:00Z');
  const mails = ground.db.collection<{ _id: string; rec: string; next: Date }>('outbox');
  await mails.insertMany([record, open].map(({ key: rec }) => ({ _id: `${rec}-n|h`, rec, next: new Date('2100-01-01') })));
  await signedIn(record.ins, 'erased');
  await signedIn(open.ins, 'open');
  const others = [closed.key, open.key, closed.ins, open.ins];
  const untouched = await naming(ground, ...others);
  const kinds = new Set((await naming(ground, record.key)).map((row) => row.split(':')[0]));
  const everywhere = ['records', 'keys', 'history', 'outbox', 'AuditEvent', 'Binary', 'Communication', 'Consent', 'Immunization'];
  expect([...kinds]).toEqual(expect.arrayContaining(everywhere));
  expect((await naming(ground, record.ins)).map((row) => row.split(':')[0])).toEqual(
    expect.arrayContaining(['accounts', 'activations', 'enrolments']),
  );
  const said = await ground.erase();
  expect(said.join()).not.toMatch(new RegExp(`${record.key}|${record.ins}`));
  expect(said).toContain(erased(0, 1));
  expect(said.at(-1)).toMatch(/^With them went \d+ resources, \d+ old versions, \d+ traces, 3 files\.$/);
  expect(await filesLeft()).toEqual(before);

  const left = await naming(ground, record.key, record.ins);
  expect(left.filter((row) => !/^AuditEvent: .*destroy/.test(row)).map((row) => row.slice(-200))).toEqual([]);
  expect(left.length).toBe(1);
  const trace = await ground.db.collection('AuditEvent').findOne({ dep: 'server', j: new RegExp(record.key) });
  expect([trace?.rec, trace?.rd]).toEqual([undefined, []]);
  judgeTrace(JSON.parse(trace?.j), record);
  expect(await naming(ground, ...others)).toEqual(untouched);
  expect(await ground.db.collection('erasures').countDocuments()).toBe(0);

  // Who had signed in has no session and no token any more.
  const sessions = async (account: string): Promise<number> => await ground.db.collection('provider').countDocuments({ account });
  expect([await sessions('erased'), await sessions('open')]).toEqual([0, 1]);
  expect(await ground.db.collection<{ _id: string }>('records').findOne({ _id: 'revoked|grant|of erased' })).not.toBeNull();

  // His deposits are gone for whoever made them.
  for (const id of record.documents) expect((await ground.as.hospital.get(`/DocumentReference/${id}`)).status).toBe(404);
  expect(await ground.statusOf(record)).toBe('none');
  const holder = ground.holder(record);
  const again = idIn(written(await holder.post('/Patient', patient(record.ins))));
  expect(again).not.toBe(record.key);
  written(await holder.post('/Consent', consent('opening', again, { type: 'permit' })));
  expect((await holder.get(`/DocumentReference?patient=${again}&_total=accurate`)).body.total).toBe(0);
}, 120_000);

/** With an account, other credentials on their way, and an app that he has allowed something. */
async function signedIn(value: string, account: string): Promise<void> {
  const ins = { system: testIns, value };
  const insert = async (name: string, row: { readonly _id: string } & Document): Promise<unknown> =>
    await ground.db.collection<{ _id: string } & Document>(name).insertOne(row);
  await insert('accounts', { _id: account, ins });
  await insert('enrolments', { _id: account, ins, gone: new Date('2100-01-01') });
  await insert('provider', { _id: `Grant|${account}`, account, grant: `of ${account}` });
}

function judgeTrace(event: Body, { key, ins }: Opened): void {
  expect(event).toMatchObject({ type: { code: 'destroy' }, action: 'D', period: { start: present.toISOString() } });
  expect(event.entity[0].what).toEqual({ type: 'Patient', identifier: { value: key } });
  const details = Object.fromEntries(event.entity[0].detail.map(({ type, valueString }: Document) => [type, valueString]));
  expect(Object.keys(details)).toEqual(['reason', 'statute', 'resources', 'versions', 'traces', 'files']);
  expect([details.reason, details.files]).toEqual(['retention', '3']);
  expect(JSON.stringify(event)).not.toContain(ins);
}

type Row = Document & { _id: string };
const rows = () => ground.db.collection<Row>('DocumentReference');
const count = async (rec: string): Promise<number> => await rows().countDocuments({ rec });

describe('beside servers', () => {
  it('killed half-way it goes on; from its first step on no server has anything', async () => {
    const { key, ins, documents } = await ground.closed('2014-01-01T12:00:00Z');
    const [first = ''] = documents;
    await multiply(ground, first, 300);
    const whole = await count(key);
    const other = await startCarnet({ database: ground.database, clock: () => present });
    // Its INS stands in no token, so in no trace of what is asked after the record is gone.
    const said = { sub: 'holder', scope: 'patient/*.cruds', fhirUser: `Patient/${key}` };
    const holders = [ground.carnet, other].map(({ as }) => as(said));
    const ways = ['', '/_history'].flatMap((way) => [`/Patient/${key}${way}`, `/DocumentReference/${first}${way}`]);
    const searches = ['DocumentReference', 'AuditEvent'].map((type) => `/${type}?patient=Patient/${key}&_count=2`);
    const looks = async (): Promise<readonly Reply[]> =>
      await Promise.all(holders.flatMap((holder) => [...ways, ...searches].map(async (way) => await holder.get(way))));
    expect((await looks()).map(shows)).toEqual(Array.from({ length: 12 }, () => true));

    // A writer has the last row: the first step of the rows goes, the second waits.
    const last = (await rows().find({ rec: key }).toArray()).at(-1)?._id ?? '';
    const writer = ground.mongo.startSession();
    writer.startTransaction();
    await rows().updateOne({ _id: last }, { $set: { n: 1 } }, { session: writer });
    const killed = startErase(ground);
    const replies = await (async () => {
      while ((await count(key)) === whole) {
        if (killed.exitCode !== null) throw new Error(await killed.ended);
        await pause(20);
      }
      return await looks();
    })().finally(() => killed.kill('SIGKILL'));
    await killed.ended;
    await writer.endSession();
    await other.server.stop();
    expect(await count(key)).toBeGreaterThan(0);
    expect(replies.filter(shows).map(({ text }) => text.slice(0, 300))).toEqual([]);
    expect([...new Set(replies.map(({ status }) => status))].toSorted()).toEqual([200, 404]);

    expect((await ground.erase({ dryRun: true })).at(2)).toBe('Under way: 1');
    const lines = await ground.erase();
    expect(lines[0]).toBe('1 were under way.');
    expect(Number(/went (\d+) resources/.exec(lines.at(-1) ?? '')?.[1])).toBeGreaterThan(300);
    expect(await naming(ground, ins)).toEqual([]);
    // Its own trace aside only those of who asked for it by name when there was no such record.
    const left = (await naming(ground, key)).filter((row) => !row.startsWith('AuditEvent: ') || row.includes('"rec":'));
    expect(left.map((row) => row.slice(0, 300))).toEqual([]);
  }, 120_000);

  it('what a write under way leaves after the first step goes as well; the next is refused', async () => {
    const { key, documents } = await ground.closed('2014-01-01T12:00:00Z', 1);
    const [written = ''] = documents;
    const row = await rows().findOne({ _id: written });
    const waits: number[] = [];
    await ground.erase({
      pause: async (ms) => {
        waits.push(ms);
        expect(await count(key)).toBe(0);
        const refused = await ground.as.hospital.post('/DocumentReference', document(key, '34112-3'));
        expect([refused.status, refused.body.issue[0].diagnostics]).toEqual([422, 'This record does not take deposits from you']);
        await rows().insertOne({ ...row, _id: written });
        expect((await ground.as.hospital.get(`/DocumentReference/${written}`)).status).toBe(404);
      },
    });
    expect(waits).toEqual([90_000]);
    expect(await count(key)).toBe(0);
  }, 120_000);
});

/** Its opening permit ends by itself. */
async function limit(record: Opened, end: string): Promise<void> {
  const { body } = await ground.holder(record).get(`/Consent?patient=${record.key}`);
  const consents = body.entry.map(({ resource }: Body) => resource);
  const opening = consents.find(({ category }: Body) => category[0].coding[0].code === 'opening');
  const text = JSON.stringify({ ...opening, provision: { type: 'permit', period: { end } } });
  const json = { 'Content-Type': 'application/fhir+json' };
  expect((await ground.holder(record).send('PUT', `/Consent/${opening.id}`, json, text)).status).toBe(200);
}

// From here on that law is younger than the records.
it('none that the law in force alone has closed, before ten years of that law', async () => {
  at('2010-01-01T12:00:00Z');
  const record = await ground.opened(0);
  await limit(record, '2011-01-01');
  at('2020-01-01T12:00:00Z');
  await ground.erase({ regime: '2022' });
  ground.setClock(present);
  expect(await ground.erase()).toEqual([erased(0, 0)]);
  expect(await ground.statusOf(record)).toBe('closed');
  at('2036-11-26T12:00:00Z');
  await ground.erase();
  expect(await ground.statusOf(record)).toBe('none');
}, 120_000);
