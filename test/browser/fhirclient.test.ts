// fhirclient, the SMART library of JavaScript, in a real Chromium: a page of another origin reads a record with its token.
// https://docs.smarthealthit.org/client-js/
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { baseUrl } from '../carnet.ts';
import { type Ground, written } from '../interaction/ground.ts';
import { type Apps, openApps, registerApp } from '../provider/apps.ts';
import { password } from '../provider/person.ts';
import { document } from '../resources.ts';
import { type Chromium, findChromium, openChromium, type Page } from './chromium.ts';

const program = findChromium();
if (program === undefined) console.warn('SKIPPED: no Chromium for this machine. CHROMIUM=/path/to/chromium names one.');
const inBrowser = program === undefined ? it.skip : it;
const [app, stranger] = ['http://app.test', 'http://stranger.test'];
const script = join(import.meta.dirname, '..', '..', 'node_modules', 'fhirclient', 'build', 'fhir-client.min.js');

let apps: Apps;
let ground: Ground;
let pages: Server;
/** Where the app is that is registered: a page may compute PKCE only on https or this machine. */
let here = '';
let chromium: Chromium | undefined;
let client = '';
const asked = 'launch/patient openid fhirUser offline_access patient/*.rs';
beforeAll(async () => {
  if (program === undefined) return;
  apps = await openApps({ appOrigins: [app] });
  ground = apps.ground;
  written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3')));
  const files: Readonly<Record<string, readonly [string, string]>> = {
    '/': ['text/html; charset=utf-8', page()],
    '/app': ['text/html; charset=utf-8', appPage],
    '/fhir-client.js': ['text/javascript; charset=utf-8', readFileSync(script, 'utf8')],
  };
  pages = createServer(({ url = '' }, response) => {
    const path = url.replace(/\?.*/, '');
    const [type, text] = (path === '/launch' ? ['text/html', launchPage(client)] : files[path]) ?? ['text/plain', ''];
    response.writeHead(text === '' ? 404 : 200, { 'Content-Type': type, Connection: 'close' }).end(text);
  });
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  const { port } = pages.address() as AddressInfo;
  const own = `http://127.0.0.1:${port}`;
  here = `http://localhost:${port}`;
  client = await registerApp(apps, { name: 'Mon application', redirect: [`${here}/app`], scope: asked });
  chromium = await openChromium(program, { 'carnet.test': ground.carnet.address, 'app.test': own, 'stranger.test': own });
}, 120_000);
afterAll(async () => {
  await chromium?.close();
  if (program === undefined) return;
  await new Promise((resolve) => pages.close(resolve));
  await apps.stop();
});

/** It shows what it read, or why it read nothing. */
function page(): string {
  const state = JSON.stringify({ serverUrl: baseUrl, tokenResponse: { access_token: ground.as('holder').token } });
  return `<!doctype html><title>App</title><script src="/fhir-client.js"></script><script>
    const show = (text) => { document.body.innerHTML = '<p id="read"></p>'; document.getElementById('read').textContent = text; };
    addEventListener('load', async () => {
      try {
        const open = await (await fetch('${baseUrl}/.well-known/smart-configuration')).json();
        show('');
        const client = FHIR.client(${state});
        const patient = await client.request('Patient/${ground.key}');
        const found = await client.request('DocumentReference?patient=${ground.key}');
        show([open.token_endpoint, patient.name[0].family, found.entry.length].join(' | '));
      } catch (error) { show('refused: ' + error.name); }
    });
  </script>`;
}

async function shown(origin: string): Promise<string | null> {
  const tab = await chromium?.newPage();
  await tab?.goto(`${origin}/`);
  await tab?.waitForSelector('#read:not(:empty)');
  return (await tab?.textContent('#read')) ?? null;
}

inBrowser(
  'reads the record from the origin of an app that the operator named',
  async () => {
    expect(await shown(app)).toBe('http://carnet.test/oidc/token | Lefèvre | 1');
  },
  60_000,
);

inBrowser(
  'reads nothing from another origin, though its token is right',
  async () => {
    expect(await shown(stranger)).toBe('refused: TypeError');
  },
  60_000,
);

/** What `FHIR.oauth2` does: it finds the server's addresses, sends the person there, and takes up the code that comes back. */
const launchPage = (id: string): string => `<!doctype html><script src="/fhir-client.js"></script><script>
  addEventListener('load', () => FHIR.oauth2.authorize({
    iss: '${baseUrl}', clientId: '${id}', scope: '${asked}', redirectUri: '/app', pkceMode: 'required',
  }));
</script>`;
const appPage = `<!doctype html><title>App</title><p id="read"></p><script src="/fhir-client.js"></script><script>
  const show = (text) => { document.getElementById('read').textContent = text; };
  addEventListener('load', async () => {
    try {
      const client = await FHIR.oauth2.ready();
      const patient = await client.patient.read();
      const found = await client.request('DocumentReference?patient=' + client.patient.id);
      const before = client.state.tokenResponse.access_token;
      await client.refresh();
      const again = await client.request('DocumentReference?patient=' + client.patient.id);
      const isOther = before !== client.state.tokenResponse.access_token;
      show([client.user.fhirUser, patient.name[0].family, found.total ?? found.entry.length, isOther, again.entry.length].join(' | '));
    } catch (error) { show('refused: ' + error.message); }
  });
</script>`;

async function launch(typed: { readonly password?: string } = {}): Promise<Page> {
  const tab = await chromium?.newPage();
  if (tab === undefined) throw new Error('no browser');
  await tab.goto(`${here}/launch`);
  await tab.waitForSelector('[name=ins]');
  await tab.fill('[name=ins]', apps.person.ins.value);
  await tab.fill('[name=password]', typed.password ?? password);
  await tab.fill('[name=totp]', await apps.code(apps.person));
  await tab.click('button[type=submit]');
  return tab;
}

inBrowser(
  'logs a patient in by the standalone launch, and reads his record',
  async () => {
    const tab = await launch();
    await tab.waitForSelector('[value=accept]');
    expect(await tab.textContent('main')).toContain('lire toutes les données de votre dossier');
    await tab.click('[value=accept]');
    await tab.waitForSelector('#read:not(:empty)');
    expect(await tab.textContent('#read')).toBe(`Patient/${ground.key} | Lefèvre | 1 | true | 1`);
    // Nothing of it stays in the address.
    expect(tab.url()).not.toContain('code=');
  },
  60_000,
);

inBrowser(
  'is told when the patient refuses',
  async () => {
    const tab = await launch();
    await tab.waitForSelector('[value=refuse]');
    await tab.click('[value=refuse]');
    await tab.waitForSelector('#read:not(:empty)');
    expect(await tab.textContent('#read')).toContain('the person has refused');
  },
  60_000,
);

inBrowser(
  'gets nothing with a wrong password',
  async () => {
    const tab = await launch({ password: 'faux' });
    await tab.waitForSelector('[role=alert]');
    expect(new URL(tab.url()).pathname).toMatch(/^\/oidc\/interaction\//);
    expect(await tab.textContent('[role=alert]')).toContain('n’est pas le bon');
  },
  60_000,
);
