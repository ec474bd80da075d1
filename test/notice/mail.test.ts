// E-mails: that there is something new, to whoever may see the notice, once he may; through a real relay that fails, refuses and comes back.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Carnet, startCarnet } from '../carnet.ts';
import { label } from '../resources.ts';
import { type House, openTown, type Town } from './house.ts';
import { bodyOf, startRelay, type TestRelay } from './relay.ts';

const database = `test-${randomUUID().slice(0, 8)}`;
const mailOf = (url: string) => ({
  url,
  from: 'Mon dossier <ne-pas-repondre@carnet.test>',
  portal: 'https://portail.carnet.test/',
});
const email = (value: string, more: object = {}): object => ({ system: 'email', value, ...more });
let relay: TestRelay;
let town: Town;
let other: Carnet;
let house: House;
let child = '';
let father = '';
beforeAll(async () => {
  relay = await startRelay();
  const mail = mailOf(`smtp://127.0.0.1:${relay.port}`);
  town = await openTown({ database, mail });
  other = await startCarnet({ database, mail, clock: town.clock });
});
afterAll(async () => {
  await other.server.stop();
  await town.stop();
  await relay.stop();
});
beforeEach(async () => {
  const name = randomUUID().slice(0, 8);
  [child, father] = [`enfant-${name}@famille.test`, `pere-${name}@famille.test`];
  house = await town.house({
    patient: { telecom: [{ system: 'phone', value: '0600000000' }, email(child)] },
    parent: { telecom: [email(father)] },
  });
});

const work = async (): Promise<void> => await town.carnet.server.work();
const to = (address: string): readonly string[] =>
  relay.received.filter((one) => one.to === address).map(({ text }) => bodyOf(text));
const read = async (id: string): Promise<void> =>
  expect((await house.as('doctor').get(`/DocumentReference/${id}`)).status).toBe(200);

it('says in French that there is something new, where to read it, and nothing else', async () => {
  await read(await house.deposit());
  await work();
  expect(to(child)).toEqual([
    [
      'Bonjour,',
      'Il y a du nouveau dans votre dossier. Connectez-vous pour le consulter :',
      'https://portail.carnet.test/',
      'Ce message est envoyé automatiquement, merci de ne pas y répondre.\r\n',
    ].join('\r\n\r\n'),
  ]);
  expect(to(father)).toEqual(to(child));
  const { text } = relay.received.find((one) => one.to === child) ?? { text: '' };
  expect(text).toContain('Subject: Du nouveau dans votre dossier');
  for (const word of ['Martin', 'Lef', 'rapport', house.key, '34112']) expect(text).not.toContain(word);
  await work();
  expect([to(child).length, to(father).length]).toEqual([1, 1]);
});

describe('to whom', () => {
  it('nobody of what is held, before its hold ends', async () => {
    await read(await house.deposit('INVISIBLE_PATIENT'));
    await work();
    town.pass({ days: 13 });
    await work();
    expect([to(child), to(father)]).toEqual([[], []]);
    town.pass({ days: 20 });
    await work();
    // With it what has told of itself after two weeks.
    expect([to(child).length, to(father).length]).toEqual([1, 1]);
  });

  it('at once where the hold is lifted', async () => {
    const id = await house.deposit('INVISIBLE_PATIENT');
    await read(id);
    await house.as('hospital').patch(`/DocumentReference/${id}`, [{ op: 'remove', path: '/securityLabel' }]);
    await work();
    expect([to(child).length, to(father).length]).toEqual([1, 1]);
  });

  it('neither representatives nor what may be their address of what is secret', async () => {
    await read(await house.deposit('INVISIBLE_REPRESENTANTS_LEGAUX'));
    const later = await house.deposit('INVISIBLE_PATIENT');
    await house.as('second').get(`/DocumentReference/${later}`);
    const hide = [{ op: 'add', path: '/securityLabel/-', value: label('INVISIBLE_REPRESENTANTS_LEGAUX') }];
    expect((await house.as('hospital').patch(`/DocumentReference/${later}`, hide)).status).toBe(200);
    town.pass({ days: 33 });
    await work();
    expect([to(child), to(father)]).toEqual([[], []]);
    expect(await house.noticesOf('holder')).not.toEqual([]);
  });

  it('an adult alone, at the address in force', async () => {
    const old = email(`vieux-${child}`, { period: { end: '2020-01-01' }, rank: 1 });
    const adult = await town.house({
      born: '1979-03-15',
      patient: {
        telecom: [old, email(`travail-${child}`, { use: 'work' }), email(child, { use: 'home' }), email('sans adresse')],
      },
      parent: { period: { start: '1979-06-07', end: '1997-06-07' }, telecom: [email(father)] },
    });
    const id = await adult.deposit();
    expect((await adult.as('doctor').get(`/DocumentReference/${id}`)).status).toBe(200);
    await work();
    expect([to(child).length, to(father).length, to(`vieux-${child}`).length, to(`travail-${child}`).length]).toEqual([
      1, 0, 0, 0,
    ]);
  });

  it('several notices at once are one e-mail', async () => {
    const id = await house.deposit();
    for (let access = 0; access < 4; access += 1) await house.as('rescuer').get(`/DocumentReference/${id}`);
    await work();
    expect([to(child).length, to(father).length]).toEqual([1, 1]);
  });
});

describe('a relay', () => {
  it('that is not there is asked again, by whichever server', async () => {
    await read(await house.deposit());
    await relay.stop();
    await work();
    await other.server.work();
    relay = await startRelay({}, relay.port);
    town.pass({ seconds: 30 });
    await work();
    expect(to(child)).toEqual([]);
    town.pass({ seconds: 31 });
    await Promise.all([town.carnet.server.work(), other.server.work()]);
    expect([to(child).length, to(father).length]).toEqual([1, 1]);
  });

  it('that refuses one for good is not asked again, and the log counts it without an address', async () => {
    await read(await house.deposit());
    relay.refuse(father, 550);
    relay.refuse(child, 450);
    const before = town.carnet.lines.length;
    await work();
    const said = town.carnet.lines.slice(before).filter((line) => line.startsWith('{"mails"'));
    expect(said.map((line) => JSON.parse(line))).toEqual([
      {
        mails: { sent: 0, refused: 1, failed: 1, dropped: 0, waiting: expect.any(Number) },
        why: expect.arrayContaining(['550', '450']),
      },
    ]);
    relay.refuse(father, 250);
    await relay.stop();
    relay = await startRelay({}, relay.port);
    town.pass({ days: 1 });
    await work();
    expect([to(child).length, to(father).length]).toEqual([1, 0]);
    expect(town.carnet.lines.join('\n')).not.toContain('famille.test');
  });

  it('that keeps one server waiting: another sends when the first is given up, once more at the most', async () => {
    await read(await house.deposit());
    let answer = (): void => undefined;
    relay.hold(new Promise((resolve) => (answer = resolve)));
    const stuck = town.carnet.server.work();
    while (relay.received.every((one) => one.to !== child && one.to !== father))
      await new Promise((resolve) => setTimeout(resolve, 20));
    relay.hold(Promise.resolve());
    await other.server.work();
    const first = to(child).length + to(father).length;
    expect(first).toBe(2);
    town.pass({ seconds: 121 });
    await other.server.work();
    expect([to(child).length + to(father).length]).toEqual([3]);
    answer();
    await stuck;
    town.pass({ days: 1 });
    await work();
    expect([to(child).length + to(father).length]).toEqual([3]);
  });
});
