import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import { loadConformance } from '../../src/conformance/conformance.ts';
import { addMonths } from '../../src/fhir/instant.ts';
import type { Body, Reply } from '../carnet.ts';
import { document, label, mask, vaccination, visibility } from '../resources.ts';
import { type House, type Name, openTown, type Town } from './house.ts';

let town: Town;
let house: House;
beforeAll(async () => {
  town = await openTown();
});
afterAll(async () => await town.stop());
beforeEach(async () => {
  house = await town.house();
});

const secret = 'INVISIBLE_REPRESENTANTS_LEGAUX';
const hold = 'INVISIBLE_PATIENT';
const instant = new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', dateStyle: 'long', timeStyle: 'short' });
const when = (at: Date): string => instant.format(at);
const codeOf = (notice: Body): string => notice.category[0].coding[0].code;
const aboutWhom = (notice: Body): string => notice.about[0].identifier.value;
const read = async (name: Name, id: string, status = 200): Promise<void> =>
  expect((await house.as(name).get(`/DocumentReference/${id}`)).status).toBe(status);
const counts = async (...names: readonly Name[]): Promise<readonly number[]> => {
  const found: number[] = [];
  for (const name of names) found.push((await house.noticesOf(name)).length);
  return found;
};

it('names who has read, when and as what, and is what R4 says of a Communication', async () => {
  await read('doctor', await house.deposit());
  const [notice, ...more] = await house.noticesOf('holder');
  expect(more).toEqual([]);
  expect(notice).toMatchObject({
    status: 'completed',
    category: [{ coding: [{ system: 'https://carnet.example/fhir/CodeSystem/notice', code: 'first-access' }] }],
    subject: { reference: `Patient/${house.key}` },
    sent: town.clock().toISOString(),
    recipient: [{ reference: `Patient/${house.key}` }],
    payload: [
      {
        contentString: `Dr Claire Martin, médecin, a consulté votre dossier pour la première fois le ${when(town.clock())}.`,
      },
    ],
  });
  const trace = await house.as('holder').get(`/${notice.about[1].reference}`);
  expect([trace.status, trace.body.recorded]).toEqual([200, notice.sent]);
  expect(loadConformance(`${import.meta.dirname}/../..`).validate(notice, 'national')).toEqual([]);
  expect(await house.noticesOf('holder', '&category=first-access&recipient=Patient/x')).toEqual([]);
  expect(await house.noticesOf('holder', `&category=first-access&recipient=Patient/${house.key}`)).toHaveLength(1);
});

it('is given once, whatever is read later and in whatever way', async () => {
  const [one, other] = [await house.deposit(), await house.deposit('MASQUE_PS')];
  for (const path of [`DocumentReference/${one}`, `DocumentReference?patient=Patient/${house.key}`, `Patient/${house.key}/*`])
    expect((await house.as('treating').get(`/${path}`)).status).toBe(200);
  await read('treating', other);
  expect((await house.noticesOf('holder')).map(aboutWhom)).toEqual(['10000000012']);
  town.pass({ seconds: 400 });
  const entry = (url: string): object => ({ request: { method: 'GET', url } });
  for (const type of ['batch', 'transaction'])
    await house
      .as('doctor')
      .post('/', { resourceType: 'Bundle', type, entry: [entry(`DocumentReference/${one}`), entry('Patient')] });
  expect((await house.noticesOf('holder')).map(aboutWhom)).toEqual(['10003461033', '10000000012']);
});

it('is not given of what delivers nothing, or a deposit of his own that is answered back', async () => {
  await read('doctor', `${house.key}-aaaaaaaaaaaaa`, 404);
  expect((await house.as('doctor').get(`/List?patient=Patient/${house.key}`)).body.total ?? 0).toBe(0);
  const sent = await house
    .as('doctor')
    .post('/DocumentReference', document(house.key, '34112-3'), { Prefer: 'return=representation' });
  expect([sent.status, sent.body.resourceType]).toEqual([201, 'DocumentReference']);
  await read('hospital', await house.deposit());
  await house.as('feeder').get(`/Patient/${house.key}`);
  expect(await house.noticesOf('holder')).toEqual([]);
});

it('is given of a change of labels, which answers with what somebody else deposited', async () => {
  const id = await house.deposit();
  const set = [{ op: 'add', path: '/securityLabel', value: [label(hold)] }];
  expect((await house.as('doctor').patch(`/DocumentReference/${id}`, set)).status).toBe(200);
  town.pass({ days: 32 });
  expect((await house.noticesOf('holder')).map(aboutWhom)).toEqual(['10003461033']);
});

it('is given of what a conditional create finds, with its trace; but for his own', async () => {
  const make = async (name: Name, lot: string): Promise<Reply> =>
    await house.as(name).post('/Immunization', vaccination(house.key, { identifier: [{ system: 'urn:lot', value: lot }] }), {
      'If-None-Exist': `identifier=urn:lot|${lot}`,
    });
  const theirs = await make('hospital', '1');
  const statuses = [await make('doctor', '2'), await make('doctor', '2')].map(({ status }) => status);
  expect([theirs.status, ...statuses, (await house.noticesOf('holder')).length]).toEqual([201, 201, 200, 0]);
  const found = await make('doctor', '1');
  expect([found.status, found.body.id]).toEqual([200, theirs.body.id]);
  expect((await house.noticesOf('holder')).map(aboutWhom)).toEqual(['10003461033']);
  const traces = await house.as('holder').get(`/AuditEvent?patient=Patient/${house.key}&entity=Immunization/${theirs.body.id}`);
  // Of one instant: in whatever order.
  expect(traces.body.entry.map(({ resource }: Body) => resource.agent[0].who.identifier.value).toSorted()).toEqual([
    '10003461033',
    '750712184',
  ]);
});

describe('who reads it', () => {
  /** What is read, and who has notice of that: now, and when a month has passed. */
  const rows: readonly (readonly [labels: readonly string[], by: Name, now: readonly Name[], later: readonly Name[]])[] = [
    [[], 'doctor', ['holder', 'parent', 'treating'], ['holder', 'parent', 'treating']],
    [['MASQUE_PS'], 'inside', ['holder', 'parent', 'treating'], ['holder', 'parent', 'treating']],
    [[secret], 'doctor', ['holder', 'treating'], ['holder', 'treating']],
    [[hold], 'doctor', ['treating'], ['holder', 'parent', 'treating']],
    [[hold, secret], 'doctor', ['treating'], ['holder', 'treating']],
    [[], 'treating', ['holder', 'parent'], ['holder', 'parent']],
    [[], 'rescuer', ['holder', 'parent', 'treating'], ['holder', 'parent', 'treating']],
    [[secret], 'rescuer', ['holder', 'treating'], ['holder', 'treating']],
    [[hold], 'rescuer', ['treating'], ['holder', 'parent', 'treating']],
  ];
  const everybody = ['holder', 'parent', 'relative', 'doctor', 'second', 'inside', 'treating', 'rescuer', 'hospital'] as const;

  test.each(rows)('of %j read by %s', async (labels, by, now, later) => {
    await read(by, await house.deposit(...labels));
    const id = (await house.noticesOf(now.includes('treating') ? 'treating' : 'holder'))[0]?.id;
    const readers = async (): Promise<readonly Name[]> => {
      const found: Name[] = [];
      for (const name of everybody) {
        const { status } = await house.as(name).get(`/Communication/${id}`);
        expect([name, status === 200 || status === 404]).toEqual([name, true]);
        if (status === 200) found.push(name);
      }
      return found;
    };
    expect(await readers()).toEqual(now);
    town.pass({ days: 32 });
    expect(await readers()).toEqual(later);
  });
});

describe('what is hidden takes nothing away', () => {
  it('an access to what is held tells of itself later, and leaves the first to what is open', async () => {
    const began = town.clock().getTime();
    await read('doctor', await house.deposit(hold));
    expect(await counts('holder', 'parent')).toEqual([0, 0]);
    town.pass({ seconds: 60 });
    await read('doctor', await house.deposit());
    town.pass({ seconds: 60 });
    await read('doctor', await house.deposit(hold));
    const seconds = async (): Promise<readonly number[]> =>
      (await house.noticesOf('holder')).map(({ sent }: Body) => (Date.parse(sent) - began) / 1000);
    expect(await seconds()).toEqual([60]);
    town.pass({ days: 32 });
    expect(await seconds()).toEqual([60, 0]);
  });

  it('one request gives each his part', async () => {
    for (const labels of [[], [secret], [hold]]) await house.deposit(...labels);
    await house.as('doctor').get(`/DocumentReference?patient=Patient/${house.key}`);
    expect(await counts('holder', 'parent', 'treating')).toEqual([2, 1, 3]);
    town.pass({ days: 32 });
    expect(await counts('holder', 'parent', 'treating')).toEqual([3, 2, 3]);
  });

  it('representatives have their first as if what is secret were not there', async () => {
    await read('doctor', await house.deposit(secret));
    await read('doctor', await house.deposit());
    await read('doctor', await house.deposit(secret));
    expect(await counts('holder', 'parent')).toEqual([2, 1]);
  });

  it('a label that is set later hides it, and the next access has notice', async () => {
    const id = await house.deposit();
    await read('doctor', id);
    expect(await counts('holder', 'parent')).toEqual([1, 1]);
    const hide = [{ op: 'add', path: '/securityLabel', value: [label(secret)] }];
    expect((await house.as('holder').patch(`/DocumentReference/${id}`, hide)).status).toBe(200);
    expect(await counts('holder', 'parent')).toEqual([1, 0]);
    await read('doctor', await house.deposit());
    expect(await counts('holder', 'parent')).toEqual([2, 1]);
    const show = [{ op: 'remove', path: '/securityLabel' }];
    expect((await house.as('holder').patch(`/DocumentReference/${id}`, show)).status).toBe(200);
    expect(await counts('holder', 'parent')).toEqual([2, 2]);
    expect((await house.as('holder').patch(`/DocumentReference/${id}`, mask)).status).toBe(200);
    expect(await counts('holder', 'parent', 'treating', 'second')).toEqual([2, 2, 2, 0]);
  });

  it('ends with the hold that is lifted, or with the announcement', async () => {
    const id = await house.deposit(hold);
    await read('doctor', id);
    expect(await counts('holder')).toEqual([0]);
    const lift = [{ op: 'remove', path: '/securityLabel' }];
    expect((await house.as('hospital').patch(`/DocumentReference/${id}`, lift)).status).toBe(200);
    expect(await counts('holder')).toEqual([1]);
  });

  it('leaves the claims window with the claim that it tells of, and counts for no other', async () => {
    const day = addMonths(new Date(town.clock().getTime() + 10 * 86_400_000), -24)
      .toISOString()
      .slice(0, 10);
    const claim = {
      resourceType: 'Claim',
      status: 'active',
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/claim-type', code: 'professional' }] },
      use: 'claim',
      patient: { reference: `Patient/${house.key}` },
      billablePeriod: { start: day, end: day },
      created: day,
      provider: { display: 'Cabinet' },
      priority: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/processpriority', code: 'normal' }] },
      insurance: [{ sequence: 1, focal: true, coverage: { display: 'Assurance maladie' } }],
    };
    expect((await house.as('feeder').post('/Claim', claim)).status).toBe(201);
    expect((await house.as('treating').get(`/Claim?patient=Patient/${house.key}`)).body.entry).toHaveLength(1);
    expect(await counts('holder')).toEqual([1]);
    await read('treating', await house.deposit());
    expect(await counts('holder')).toEqual([2]);
    town.pass({ days: 20 });
    expect(await counts('holder')).toEqual([1]);
  });
});

describe('in an emergency', () => {
  it('each access is told of, to the médecin traitant as well, with its reason', async () => {
    const began = when(town.clock());
    const id = await house.deposit();
    await read('rescuer', id);
    town.pass({ seconds: 5 });
    await house.as('rescuer').get(`/DocumentReference?patient=Patient/${house.key}`);
    await read('rescuer', `${house.key}-aaaaaaaaaaaaa`, 404);
    const notices = await house.noticesOf('treating');
    expect(notices.map(codeOf)).toEqual(['emergency-access', 'emergency-access']);
    expect(notices[0].recipient).toEqual([
      { reference: `Patient/${house.key}` },
      { type: 'Practitioner', identifier: { system: 'https://rpps.esante.gouv.fr', value: '10000000012' } },
    ]);
    expect(notices[1].payload[0].contentString).toBe(
      `Dr Zoé Sam, médecin, a accédé à votre dossier en urgence (« bris de glace ») le ${began}. Motif indiqué : inconscient`,
    );
    expect(await counts('holder', 'parent', 'rescuer')).toEqual([2, 2, 0]);
  });
});

describe('it is the server’s alone', () => {
  it('nobody changes, labels or deletes it', async () => {
    await read('doctor', await house.deposit());
    const [notice] = await house.noticesOf('holder');
    const path = `/Communication/${notice.id}`;
    const json = { 'Content-Type': 'application/fhir+json' };
    const security = [{ op: 'add', path: '/meta/security', value: [{ system: visibility, code: 'MASQUE_PS' }] }];
    for (const name of ['holder', 'parent', 'treating', 'doctor'] as const) {
      const statuses = [
        await house.as(name).delete(path),
        await house.as(name).delete(`/Communication?status=completed&patient=Patient/${house.key}`),
        await house.as(name).send('PUT', path, json, JSON.stringify({ ...notice, status: 'entered-in-error' })),
        await house.as(name).send('PUT', path, json, JSON.stringify(notice)),
        await house.as(name).patch(path, [{ op: 'remove', path: '/category' }]),
        await house.as(name).patch(path, security),
      ].map(({ status }) => status);
      expect([name, statuses.filter((status) => ![403, 404].includes(status))]).toEqual([name, []]);
    }
    expect(await house.noticesOf('holder')).toEqual([notice]);
  });

  it('nobody writes what looks like one', async () => {
    const [said, notice] = [{ payload: [{ contentString: 'Votre dossier' }] }, { code: 'first-access' }];
    const system = 'https://carnet.example/fhir/CodeSystem/notice';
    const communication = { resourceType: 'Communication', status: 'completed', subject: { reference: `Patient/${house.key}` } };
    const sent = { ...communication, ...said, category: [{ coding: [{ system, ...notice }] }] };
    const reply = await house.as('doctor').post('/Communication', sent);
    expect([reply.status, reply.body.issue[0].expression]).toEqual([403, ['Communication.category']]);
    expect((await house.as('doctor').post('/Communication', { ...communication, ...said })).status).toBe(201);
  });
});
