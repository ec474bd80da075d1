// The pages on which a person signs in and allows: what a browser keeps of them, and what they keep from others.
// https://cheatsheetseries.owasp.org/cheatsheets/Content_Security_Policy_Cheat_Sheet.html
import { describe, expect, it } from '@jest/globals';
import { startCarnet } from '../carnet.ts';
import { type Browser, newBrowser } from './app-browser.ts';
import { authorized, authorizeUrl, openForFile, registerApp, typeIn, upToConsent } from './apps.ts';

const { apps, app } = await openForFile();

const fresh = (): Browser => newBrowser(apps.ground.carnet.address);

describe('the pages', () => {
  it('keep cookies out of the reach of scripts and other sites', async () => {
    const browser = fresh();
    const page = await browser.open(authorizeUrl(app));
    await typeIn(apps, browser, page);
    const cookies = browser.cookies();
    expect(cookies.length).toBeGreaterThan(3);
    for (const { attributes } of cookies) expect(attributes.toLowerCase()).toMatch(/httponly/);
    for (const { attributes } of cookies) expect(attributes.toLowerCase()).toMatch(/samesite=(lax|strict)/);
    // No cookie is the session's without its signature.
    const forged = newBrowser(
      apps.ground.carnet.address,
      cookies.filter(({ name }) => !name.endsWith('.sig')),
    );
    expect((await forged.open(authorizeUrl(app))).text).toContain('name="password"');
  });

  it('say it on https only where the server is there', async () => {
    const secure = await startCarnet({ database: apps.database, clock: apps.now, at: 'https://carnet.test/fhir' });
    try {
      const answer = await fetch(
        `${secure.address}${new URL(authorizeUrl(app, { aud: 'https://carnet.test/fhir' })).pathname}?${new URL(authorizeUrl(app, { aud: 'https://carnet.test/fhir' })).searchParams}`,
        { redirect: 'manual' },
      );
      expect([answer.status, answer.headers.get('location')]).toEqual([
        303,
        expect.stringMatching(/^https:\/\/carnet\.test\/oidc\/interaction\//),
      ]);
      for (const cookie of answer.headers.getSetCookie()) expect(cookie).toMatch(/; secure/i);
    } finally {
      await secure.server.stop();
    }
  });

  it('know nobody any more whose cookies were signed by a key that is forgotten', async () => {
    const browser = fresh();
    await authorized(apps, app, {}, browser);
    await apps.keys.rotate(apps.now());
    expect((await browser.open(authorizeUrl(app))).text).toContain('value="accept"');
    await apps.keys.rotate(apps.now(), { forget: true });
    expect((await browser.open(authorizeUrl(app))).text).toContain('name="password"');
  });

  it('run no script, stand in no frame, and send forms nowhere else', async () => {
    const nasty = await registerApp(apps, { name: '"><script>alert(1)</script>' });
    const page = await upToConsent(apps, apps.browser, nasty);
    expect(page.text).not.toContain('<script');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'self' https://app.example;");
    expect(policy).toContain("frame-ancestors 'none'");
    expect([page.headers.get('x-frame-options'), page.headers.get('cache-control'), page.headers.get('referrer-policy')]).toEqual(
      ['DENY', 'no-store', 'same-origin'],
    );
  });

  it('are of the browser that came, and take nothing from another site', async () => {
    const page = await upToConsent(apps, apps.browser, app);
    const stranger = await fresh().open(page.url.href);
    expect([stranger.status, stranger.text]).toEqual([400, expect.stringContaining('n’est plus en cours')]);
    const crossed = await apps.browser.send(page.url.href, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
      body: 'choice=accept',
    });
    expect(crossed.status).toBe(403);
    expect((await apps.browser.submit(page, { choice: 'accept' })).url.searchParams.has('code')).toBe(true);
    // It is over then.
    expect((await apps.browser.submit(page, { choice: 'accept' })).status).toBe(400);
  });

  it('say in French that the service has failed, and nothing else', async () => {
    const browser = fresh();
    const { url } = await browser.open(authorizeUrl(app));
    await apps.provider.updateMany({ _id: `Interaction|${url.pathname.split('/').at(-1)}` as never }, { $set: { text: '{' } });
    const { status, text } = await browser.open(url.href);
    expect([status, text]).toEqual([500, expect.stringContaining('Le service a rencontré une erreur')]);
    expect(text).not.toMatch(/SyntaxError|JSON|node_modules/);
  });

  it('let nobody in with a wrong password or code', async () => {
    const browser = fresh();
    const page = await browser.open(authorizeUrl(app));
    const typed = { ins: apps.person.ins.value, password: 'faux', totp: await apps.code(apps.person) };
    const refused = await browser.submit(page, typed);
    expect([refused.url.pathname, refused.text]).toEqual([page.url.pathname, expect.stringContaining('name="password"')]);
    expect((await browser.submit(refused, { ...typed, password: '', totp: '000000' })).text).toContain('name="password"');
  });

  it('hold two persons apart in one browser', async () => {
    const page = await apps.browser.open(authorizeUrl(app, { prompt: 'login' }));
    const other = await apps.somebody();
    const shown = await typeIn(apps, apps.browser, page, other);
    expect([shown.status, shown.text]).toEqual([409, expect.stringContaining('Un autre compte est connecté')]);
  });
});
