// A server that is killed while the relay has not answered: the e-mail is another's once the time to answer is over.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { uriOf } from '../database.ts';
import { startProcess } from '../server-process.ts';
import { openTown } from './house.ts';
import { startRelay } from './relay.ts';

it('is sent by the other', async () => {
  const database = `test-${randomUUID().slice(0, 8)}`;
  const relay = await startRelay();
  const mail = { url: `smtp://127.0.0.1:${relay.port}`, from: 'a@carnet.test', portal: 'https://portail.carnet.test/' };
  const town = await openTown({ database, mail }, new Date().toISOString());
  const dataDir = await mkdtemp(join(tmpdir(), 'carnet-mail-'));
  const house = await town.house({ patient: { telecom: [{ system: 'email', value: 'lea@famille.test' }] } });
  await house.as('doctor').get(`/DocumentReference/${await house.deposit()}`);
  let answer = (): void => undefined;
  relay.hold(
    new Promise((resolve) => {
      answer = resolve;
    }),
  );
  const server = await startProcess({
    MONGODB_URI: uriOf(database),
    DATA_DIR: dataDir,
    DEMO: 'off',
    SMTP_URL: mail.url,
    MAIL_FROM: mail.from,
    PORTAL_URL: mail.portal,
  });
  try {
    while (relay.received.length === 0) await wait(50);
    process.kill(server.pid, 'SIGKILL');
    relay.hold(Promise.resolve());
    await town.carnet.server.work();
    expect(relay.received).toHaveLength(1);
    town.pass({ seconds: 150 });
    await town.carnet.server.work();
    expect(relay.received.map(({ to }) => to)).toEqual(['lea@famille.test', 'lea@famille.test']);
    town.pass({ days: 1 });
    await town.carnet.server.work();
    expect(relay.received).toHaveLength(2);
    // Whoever gets both sees that they are one.
    const [first, second] = relay.received.map(({ text }) => /^Message-ID: .*$/im.exec(text)?.[0]);
    expect(second).toBe(first);
  } finally {
    answer();
    await server.stop();
    await town.stop();
    await relay.stop();
    await rm(dataDir, { recursive: true });
  }
}, 60_000);
