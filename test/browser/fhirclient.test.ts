// fhirclient, the SMART library of JavaScript, in a real Chromium: a page of another origin reads a record with its token.
// https://docs.smarthealthit.org/client-js/
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { baseUrl } from '../carnet.ts';
import { type Ground, openGround, written } from '../interaction/ground.ts';
import { document } from '../resources.ts';
import { type Chromium, findChromium, openChromium } from './chromium.ts';

const program = findChromium();
if (program === undefined) console.warn('SKIPPED: no Chromium for this machine. CHROMIUM=/path/to/chromium names one.');
const inBrowser = program === undefined ? it.skip : it;
const [app, stranger] = ['http://app.test', 'http://stranger.test'];
const script = join(import.meta.dirname, '..', '..', 'node_modules', 'fhirclient', 'build', 'fhir-client.min.js');

let ground: Ground;
let pages: Server;
let chromium: Chromium | undefined;
beforeAll(async () => {
  if (program === undefined) return;
  ground = await openGround({}, { appOrigins: [app] });
  written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3')));
  const files: Readonly<Record<string, readonly [string, string]>> = {
    '/': ['text/html; charset=utf-8', page()],
    '/fhir-client.js': ['text/javascript; charset=utf-8', readFileSync(script, 'utf8')],
  };
  pages = createServer(({ url = '' }, response) => {
    const [type, text] = files[url] ?? ['text/plain', ''];
    response.writeHead(text === '' ? 404 : 200, { 'Content-Type': type, Connection: 'close' }).end(text);
  });
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  const own = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  chromium = await openChromium(program, { 'carnet.test': ground.carnet.address, 'app.test': own, 'stranger.test': own });
}, 120_000);
afterAll(async () => {
  await chromium?.close();
  if (program === undefined) return;
  await new Promise((resolve) => pages.close(resolve));
  await ground.stop();
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
