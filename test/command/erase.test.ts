// `npm run erase`: closed ten years ago, or asked for; everything of the record goes, nothing of another does.
// Code de la santé publique, R. 1111-36: https://www.legifrance.gouv.fr/codes/id/LEGITEXT000006072665
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Document } from 'mongodb';
import type { Body } from '../carnet.ts';
import { idIn, written } from '../interaction/ground.ts';
import { consent, patient } from '../resources.ts';
import { everything, type Ground, naming, type Opened, openGround, present, startErase } from './erasing.ts';

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
    await ground.closed('2016-11-20T12:00:00Z');
    const asked = await ground.closed('2026-10-01T12:00:00Z');
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

  it('a wrong option is refused with one line', async () => {
    expect(await startErase(ground, '--dry').ended).toMatch(/^The only option is --dry-run\nexit 1$/);
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
  const others = [closed.key, open.key, closed.ins, open.ins];
  const untouched = await naming(ground, ...others);
  const kinds = new Set((await naming(ground, record.key)).map((row) => row.split(':')[0]));
  const everywhere = ['records', 'keys', 'history', 'outbox', 'AuditEvent', 'Binary', 'Communication', 'Consent', 'Immunization'];
  expect([...kinds]).toEqual(expect.arrayContaining(everywhere));
  expect((await naming(ground, record.ins)).map((row) => row.split(':')[0])).toContain('activations');
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

  // His deposits are gone for whoever made them.
  for (const id of record.documents) expect((await ground.as.hospital.get(`/DocumentReference/${id}`)).status).toBe(404);
  expect(await ground.statusOf(record)).toBe('none');
  const holder = ground.holder(record);
  const again = idIn(written(await holder.post('/Patient', patient(record.ins))));
  expect(again).not.toBe(record.key);
  written(await holder.post('/Consent', consent('opening', again, { type: 'permit' })));
  expect((await holder.get(`/DocumentReference?patient=${again}&_total=accurate`)).body.total).toBe(0);
}, 120_000);

function judgeTrace(event: Body, { key, ins }: Opened): void {
  expect(event).toMatchObject({ type: { code: 'destroy' }, action: 'D', period: { start: present.toISOString() } });
  expect(event.entity[0].what).toEqual({ type: 'Patient', identifier: { value: key } });
  const details = Object.fromEntries(event.entity[0].detail.map(({ type, valueString }: Document) => [type, valueString]));
  expect(Object.keys(details)).toEqual(['reason', 'statute', 'resources', 'versions', 'traces', 'files']);
  expect([details.reason, details.files]).toEqual(['retention', '3']);
  expect(JSON.stringify(event)).not.toContain(ins);
}

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
