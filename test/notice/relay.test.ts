// The ways to a relay: TLS from the first byte, STARTTLS, a password; and nothing is said in the clear where that was asked.
import { afterEach, expect, it, test } from '@jest/globals';
import { emailOf } from '../../src/notice/address.ts';
import { openRelay, type Sending } from '../../src/notice/smtp.ts';
import { startRelay, type TestRelay } from './relay.ts';

let relay: TestRelay;
afterEach(async () => await relay?.stop());

async function sendTo(url: string): Promise<Sending> {
  const opened = openRelay({ url, from: 'ne-pas-repondre@carnet.test', portal: 'https://portail.carnet.test/' });
  const sending = await opened.send({ id: '1', to: 'anne@famille.test' });
  opened.close();
  return sending;
}

const password = encodeURIComponent('sésame');
const lax = 'tls.rejectUnauthorized=false';

it('TLS with a password', async () => {
  relay = await startRelay({ secure: true, authOptional: false });
  expect(await sendTo(`smtps://carnet:${password}@127.0.0.1:${relay.port}/?${lax}`)).toEqual({ as: 'sent' });
  expect(relay.received).toMatchObject([{ to: 'anne@famille.test', user: 'carnet', secure: true }]);
});

it('STARTTLS with a password', async () => {
  relay = await startRelay({ disabledCommands: [], authOptional: false });
  expect(await sendTo(`smtp://carnet:${password}@127.0.0.1:${relay.port}/?${lax}`)).toEqual({ as: 'sent' });
  expect(relay.received).toMatchObject([{ user: 'carnet', secure: true }]);
});

it('no certificate that nobody vouches for', async () => {
  relay = await startRelay({ secure: true });
  expect(await sendTo(`smtps://127.0.0.1:${relay.port}`)).toMatchObject({ as: 'failed' });
  expect(relay.received).toEqual([]);
});

it('no password in the clear where TLS is asked for', async () => {
  let asked = false;
  relay = await startRelay({
    onAuth: (_auth, _session, done) => {
      asked = true;
      done(null, { user: 'carnet' });
    },
  });
  expect(await sendTo(`smtp://carnet:${password}@127.0.0.1:${relay.port}/?requireTLS=true`)).toMatchObject({ as: 'failed' });
  expect([asked, relay.received]).toEqual([false, []]);
});

it('a wrong password is mended and asked again, a refused person is not', async () => {
  relay = await startRelay({ disabledCommands: [], authOptional: false });
  expect(await sendTo(`smtp://carnet:x@127.0.0.1:${relay.port}/?${lax}`)).toEqual({ as: 'failed', why: '535' });
  await relay.stop();
  relay = await startRelay();
  relay.refuse('anne@famille.test', 550);
  expect(await sendTo(`smtp://127.0.0.1:${relay.port}`)).toEqual({ as: 'refused', why: '550' });
});

const email = (value: string, more: object = {}): object => ({ system: 'email', value, ...more });
const addresses: readonly (readonly [telecom: readonly object[], address: string | undefined])[] = [
  [[], undefined],
  [[{ system: 'phone', value: 'a@b.fr' }], undefined],
  [[email(' a@b.fr ')], 'a@b.fr'],
  [[email('a@b.fr, c@d.fr')], undefined],
  [[email('a@b.fr\r\nBcc: c@d.fr')], undefined],
  [[email('<a@b.fr>')], undefined],
  [[email('a@b')], undefined],
  [[email('a@b.fr', { rank: 2 }), email('c@d.fr', { rank: 1 })], 'c@d.fr'],
  [[email('a@b.fr'), email('c@d.fr', { rank: 3 })], 'c@d.fr'],
  [[email('a@b.fr', { use: 'work' }), email('c@d.fr', { use: 'home' })], 'c@d.fr'],
  [[email('a@b.fr', { use: 'old' })], undefined],
  [[email('a@b.fr', { period: { end: '2026-11-09' } }), email('c@d.fr', { period: { start: '2026-11-10' } })], 'c@d.fr'],
  [[email('a@b.fr', { period: { end: 'hier' } })], undefined],
];

test.each(addresses)('of %j the address is %s', (telecom, address) => {
  expect(emailOf({ telecom }, new Date('2026-11-10T09:00:00Z'))).toBe(address);
});
