// Who has recovered his account has closed it for whoever was on the way to an app with what it was before.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeAt } from '../../src/provider/account/one-time-code.ts';
import { confirmAccount, createAccount } from '../../src/provider/account/sign-up.ts';
import { type Browser, newBrowser, type Page } from './app-browser.ts';
import { type Apps, authorizeUrl, openApps, registerApp, typeIn, upToConsent } from './apps.ts';
import { hiddenIn } from './browser.ts';
import { invited, password } from './person.ts';

let apps: Apps;

beforeAll(async () => {
  apps = await openApps();
}, 60_000);
afterAll(async () => await apps.stop());

/** The secret of the new telephone. */
async function recovers(): Promise<string> {
  const { kept, person, now } = apps;
  const code = await invited(kept, person.ins, new Date(now().getTime() + 3600_000));
  const made = await createAccount(kept, { ins: person.ins.value, code, password, now: now() });
  if (made.is !== 'enrolling') throw new Error(made.is);
  const confirmed = await confirmAccount(kept, { ...made, totp: codeAt(made.secret, now()), now: now() });
  expect(confirmed.is).toBe('enrolled');
  return made.secret;
}

/** Signs in, and does not follow where that leads. */
async function signsIn(browser: Browser, page: Page): Promise<string> {
  apps.wait(30);
  const fields = { ...hiddenIn(page.text), ins: apps.person.ins.value, password, totp: apps.person.totp(apps.now()) };
  const cookie = browser.cookies().map(({ name, value }) => `${name}=${value}`);
  const { headers } = await fetch(apps.ground.carnet.address + page.url.pathname, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: page.url.origin, cookie: cookie.join('; '), connection: 'close' },
    body: new URLSearchParams(fields),
  });
  return headers.get('location') ?? '';
}

describe('a recovery', () => {
  it('ends what was about to be signed in, and what was about to be allowed', async () => {
    const client = await registerApp(apps);
    const [first, second] = [newBrowser(apps.ground.carnet.address), newBrowser(apps.ground.carnet.address)];
    const control = newBrowser(apps.ground.carnet.address);
    const leads = await signsIn(control, await control.open(authorizeUrl(client)));
    expect((await control.open(leads)).text).toContain('name="choice"');
    const waiting = await signsIn(first, await first.open(authorizeUrl(client)));
    const asked = await upToConsent(apps, second, client);
    expect(asked.text).toContain('name="choice"');
    apps.wait(60);
    const secret = await recovers();
    const { text, url } = await first.open(waiting);
    expect([text.includes('name="choice"'), url.searchParams.get('code')]).toEqual([false, null]);
    expect((await second.submit(asked, { choice: 'accept' })).url.searchParams.get('code')).toBeNull();
    apps.wait(60);
    const person = { ...apps.person, totp: (now: Date) => codeAt(secret, now) };
    const again = await typeIn(apps, second, await second.open(authorizeUrl(client)), person);
    expect((await second.submit(again, { choice: 'accept' })).url.searchParams.get('code')).not.toBeNull();
  });
});
