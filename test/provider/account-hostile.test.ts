// The pages of accounts against other sites, other people and those who read what is not theirs.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { cookiesOf } from '../../src/provider/page/cookie.ts';
import { html, textOf } from '../../src/provider/page/html.ts';
import { peerOf, proxiesOf } from '../../src/provider/page/peer.ts';
import type { Reply } from '../carnet.ts';
import { type Browser, browserOf, type Fields, hiddenIn, secretIn } from './browser.ts';
import { invited, password, somebody } from './person.ts';
import { openTown, type Town } from './town.ts';

let town: Town;
/** Every page that there is, as it looks first and with a fault. */
const pages = new Map<string, Reply>();

beforeAll(async () => {
  town = await openTown();
  await visit();
}, 60_000);
afterAll(async () => await town.stop());

async function visit(): Promise<void> {
  const ins = somebody();
  const code = await invited(town.kept, ins, town.in(60));
  const browser = browserOf(town.carnet);
  const keep = async (name: string, reply: Promise<Reply>): Promise<void> => void pages.set(name, await reply);
  for (const path of ['connexion', 'inscription', 'recuperation']) await keep(path, browser.get(`/compte/${path}`));
  const fields = { ins: ins.value, code, password, again: password };
  await keep('connexion, refused', browser.submit('/compte/connexion', { ins: ins.value, password, totp: '000000' }));
  await keep('inscription, refused', browser.submit('/compte/inscription', { ...fields, again: 'another', code: '' }));
  await keep('recuperation, refused', browser.submit('/compte/recuperation', { ...fields, password: 'short', again: 'short' }));
  await browser.submit('/compte/inscription', fields);
  await keep('second-facteur', browser.get('/compte/second-facteur'));
  await keep('second-facteur, refused', browser.submit('/compte/second-facteur', { totp: '000000' }));
  const person = await town.person();
  await town.signsIn(browser, person);
  await keep('compte', browser.get('/compte'));
  await keep('deconnexion', town.leaves(browser, '/compte/deconnexion'));
  await keep('foreign', browser.post('/compte/connexion', {}));
}

async function signedIn(): Promise<Browser> {
  const browser = browserOf(town.carnet);
  expect((await town.signsIn(browser, await town.person())).status).toBe(303);
  return browser;
}

describe('a form', () => {
  const foreign: readonly (readonly [string, Fields])[] = [
    ['of another site', { Origin: 'https://evil.example' }],
    ['of a site that hides', { Origin: 'null' }],
    ['of another port', { Origin: 'http://carnet.test:8080' }],
    ['of another site, as the browser says', { 'Sec-Fetch-Site': 'cross-site' }],
    ['of a sister of the site', { 'Sec-Fetch-Site': 'same-site' }],
  ];

  it.each(foreign)('%s is refused, and nothing changes', async (_, headers) => {
    const browser = await signedIn();
    expect((await town.leaves(browser, '/compte/deconnexion-partout', headers)).status).toBe(403);
    expect((await browser.get('/compte')).status).toBe(200);
  });

  it('without its token, or with that of another browser, is refused', async () => {
    const [browser, other] = [await signedIn(), browserOf(town.carnet)];
    const stolen = hiddenIn((await other.get('/compte/connexion')).text);
    expect(Object.keys(stolen)).toHaveLength(1);
    for (const fields of [{}, { jeton: '' }, { jeton: 'x'.repeat(43) }, stolen])
      expect((await browser.post('/compte/deconnexion', fields)).status).toBe(403);
    expect((await browser.get('/compte')).status).toBe(200);
  });

  it('with two cookies of one name is refused', async () => {
    const browser = browserOf(town.carnet);
    const fields = hiddenIn((await browser.get('/compte/connexion')).text);
    const Cookie = `carnet-form=${browser.cookies.get('carnet-form')}; carnet-form=${'x'.repeat(43)}`;
    expect((await browser.post('/compte/connexion', fields, { Cookie })).status).toBe(403);
  });

  it('is a form, and no larger than one', async () => {
    const browser = browserOf(town.carnet);
    const asked = request(town.carnet.address)
      .post('/compte/connexion')
      .ok(() => true);
    expect((await asked.send({ ins: '1' })).status).toBe(415);
    expect((await browser.post('/compte/connexion', { ins: '1'.repeat(20_000) })).status).toBe(413);
  });

  it.each(['/compte/deconnexion', '/compte/deconnexion-partout'])('is what changes anything: not a visit of %s', async (path) => {
    const browser = await signedIn();
    const { status, headers } = await browser.get(path);
    expect([status, headers.allow]).toEqual([405, 'POST']);
    expect((await browser.get('/compte')).status).toBe(200);
  });

  it('is no address of FHIR, and FHIR none of a form', async () => {
    for (const path of ['/compte/autre', '/compte/connexion/', '/compte/constructor'])
      expect((await browserOf(town.carnet).get(path)).status).toBe(404);
  });
});

describe('every page', () => {
  it('is of this style, without script, and goes nowhere else', () => {
    expect(pages.size).toBe(11);
    for (const [name, { headers, text }] of pages) {
      const [, style = ''] = /<style>([^<]*)<\/style>/.exec(text) ?? [];
      const hash = createHash('sha256').update(style).digest('base64');
      const policy = `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;
      expect([name, headers['content-security-policy']]).toEqual([name, policy]);
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-language': 'fr',
        'cache-control': 'no-store',
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(text).not.toMatch(/<script|<link|<img|<iframe| on\w+=| style=|javascript:|https?:/i);
      expect(text.match(/ (?:action|href)="(?!\/compte(?:[/"])|otpauth:)/g)).toBeNull();
    }
  });

  it('can be read and filled in by everybody', () => {
    for (const [name, { text, status }] of pages) {
      const all = (pattern: RegExp): readonly string[] => [...text.matchAll(pattern)].map(([, one = '']) => one);
      expect([name, all(/<html lang="(..)">/g), all(/<(h1)>/g), all(/<(main)>/g)]).toEqual([name, ['fr'], ['h1'], ['main']]);
      expect(all(/<title>([^<]+) – Mon carnet de santé<\/title>/g)).toEqual(all(/<h1>([^<]+)<\/h1>/g));
      expect(text).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
      const inputs = all(/<input id="(\w+)"/g);
      expect(all(/<label for="(\w+)">/g)).toEqual(inputs);
      expect(all(/<input id="\w+"[^>]* autocomplete="([\w-]+)"/g)).toHaveLength(inputs.length);
      const ids = all(/ id="([\w-]+)"/g);
      expect(new Set(ids).size).toBe(ids.length);
      expect(all(/ aria-describedby="([^"]+)"/g).flatMap((tied) => tied.split(' ').filter((id) => !ids.includes(id)))).toEqual(
        [],
      );
      expect(all(/ (autofocus)/g).length).toBeLessThan(2);
      expect([name, text.includes('role="alert"')]).toEqual([name, status >= 400]);
      expect(all(/<button type="(submit)"/g).length).toBe(all(/<(form) method="post"/g).length);
    }
  });

  it('says to a browser what each field is', () => {
    const known = (name: string): readonly string[] =>
      [...(pages.get(name)?.text ?? '').matchAll(/ name="(\w+)" type="(\w+)" autocomplete="([\w-]+)"/g)].map((one) =>
        one.slice(1).join(' '),
      );
    expect(known('connexion')).toEqual(['ins text username', 'password password current-password', 'totp text one-time-code']);
    const made = ['ins text username', 'code text off', 'password password new-password', 'again password new-password'];
    expect([known('inscription'), known('recuperation'), known('second-facteur')]).toEqual([
      made,
      made,
      ['totp text one-time-code'],
    ]);
  });

  it('writes what was typed as text', async () => {
    const typed = `"><script>alert('1')</script>&`;
    const { text } = await browserOf(town.carnet).submit('/compte/connexion', { ins: typed, password: typed, totp: typed });
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;"');
    expect(text).not.toContain('<script');
    expect(textOf(html`<p title="${'"'}">${['<', '&'].map((one) => html`<b>${one}</b>`)}${undefined}${0}</p>`)).toBe(
      '<p title="&quot;"><b>&lt;</b><b>&amp;</b>0</p>',
    );
  });
});

describe('a cookie', () => {
  it('is out of the reach of scripts and of other sites', async () => {
    const browser = browserOf(town.carnet);
    const first = await browser.get('/compte/connexion');
    const second = await town.signsIn(browser, await town.person());
    const given = [first, second].flatMap(({ headers }) => headers['set-cookie'] as unknown as string[]);
    expect(given.map((one) => one.replace(/=[\w-]{43};/, '=…;'))).toEqual([
      'carnet-form=…; Path=/; HttpOnly; SameSite=Lax',
      'carnet-session=…; Path=/; HttpOnly; SameSite=Lax',
      'carnet-browser=…; Path=/; HttpOnly; SameSite=Lax; Max-Age=34560000',
    ]);
  });

  it('is of this host alone and encrypted, where the address is https', () => {
    const cookies = cookiesOf({ secure: true });
    expect(cookies.keep('session', 'x')).toBe('__Host-carnet-session=x; Path=/; HttpOnly; SameSite=Lax; Secure');
    expect(cookies.read({ headers: { cookie: 'carnet-session=x; a=b' } }, 'session')).toBeUndefined();
    expect(cookies.read({ headers: { cookie: 'a=b; __Host-carnet-session=x' } }, 'session')).toBe('x');
  });

  it('of a session is another one each time, whatever the browser had before', async () => {
    const browser = browserOf(town.carnet);
    browser.cookies.set('carnet-session', 'planted');
    const person = await town.person();
    await town.signsIn(browser, person);
    const first = browser.cookies.get('carnet-session');
    town.pass(1);
    await town.signsIn(browser, person);
    const second = browser.cookies.get('carnet-session') ?? '';
    expect(new Set(['planted', first, second]).size).toBe(3);
    browser.cookies.set('carnet-session', first ?? '');
    expect((await browser.get('/compte')).status).toBe(303);
    browser.cookies.set('carnet-session', second);
    expect((await browser.get('/compte')).status).toBe(200);
  });
});

describe('the network address', () => {
  const proxies = proxiesOf(['10.0.0.0/8', '2001:db8::/32', '127.0.0.1']);
  const from = (remoteAddress: string, forwarded?: string): string | undefined =>
    peerOf(
      { socket: { remoteAddress } as never, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } },
      proxies,
    );

  it('is of who connects, or the last that is no known proxy', () => {
    expect([from('192.0.2.1'), from('192.0.2.1', '203.0.113.5'), from('10.1.1.1', '203.0.113.5')]).toEqual([
      '192.0.2.1',
      '192.0.2.1',
      '203.0.113.5',
    ]);
    expect(from('::ffff:10.1.1.1', 'made-up, 203.0.113.5, 10.2.2.2')).toBe('203.0.113.5');
    expect([from('2001:db8::1', '10.3.3.3'), from('10.1.1.1', 'made-up')]).toEqual(['10.3.3.3', 'made-up']);
  });
});

describe('what is left behind', () => {
  it('has no password, secret, code or token in the database', async () => {
    const ins = somebody();
    const code = await invited(town.kept, ins, town.in(60));
    const browser = browserOf(town.carnet);
    await browser.submit('/compte/inscription', { ins: ins.value, code, password, again: password });
    const secret = secretIn((await browser.get('/compte/second-facteur')).text);
    const person = await town.person();
    await town.signsIn(browser, person);
    const names = ['accounts', 'enrolments', 'provider', 'activations', 'tries'];
    const rows = await Promise.all(names.map(async (one) => await town.db.collection(one).find().toArray()));
    expect(rows.map(({ length }) => length > 0)).toEqual(names.map(() => true));
    const stored = JSON.stringify(rows);
    const hidden = [password, secret, person.secret, code, person.browser, ...browser.cookies.values()];
    expect(hidden.every((one) => one.length > 10)).toBe(true);
    expect(hidden.filter((one) => stored.includes(one))).toEqual([]);
  });

  it('has no number and nothing else of a person in addresses or in the log', async () => {
    const log = town.carnet.lines.join('\n');
    expect(log).toContain('"route":"compte/connexion"');
    const accounts = await town.db.collection('accounts').find().toArray();
    const numbers = accounts.map(({ ins }) => String(ins.value));
    expect(numbers.filter((one) => log.includes(one))).toEqual([]);
    expect(log).not.toMatch(/cigognes|jeton|carnet-/);
    expect([...pages.values()].filter(({ headers }) => /\d{6}/.test(headers.location ?? ''))).toEqual([]);
  });

  it('has no word of what failed inside', async () => {
    const person = await town.person();
    await town.db.collection<{ _id: string }>('accounts').updateOne({ _id: person.account._id }, { $set: { totp: 'AAAA' } });
    const { status, text } = await town.signsIn(browserOf(town.carnet), person);
    expect([status, text.includes('Le service a rencontré une erreur. Rien n’a été changé.')]).toEqual([500, true]);
    expect(text).not.toMatch(/Error|at \w|\.ts/);
    expect(town.carnet.lines.filter((line) => line.includes('"failure"')).join()).not.toContain(person.ins.value);
  });
});
