// The README is true: its paths exist, its dependencies are those of package.json, its examples run.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { patientIns } from '../src/demo/callers.ts';
import { demonstrate } from '../src/demo/demo.ts';
import { createIssuer, type DevelopmentIssuer } from '../src/demo/issuer.ts';
import { type Started, startPractice } from '../src/demo/practice.ts';
import { isObject, type JsonObject, objectsOf, parseJson } from '../src/fhir/json.ts';
import { codeAt } from '../src/provider/account/one-time-code.ts';
import { baseUrl, type Carnet, clientOf, startCarnet } from './carnet.ts';
import { giveBack, takeDatabase, uriOf } from './database.ts';
import { newBrowser } from './provider/app-browser.ts';
import { challengeOf } from './provider/apps.ts';

const database = await takeDatabase();
const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const run = promisify(execFile);

function example(name: string): string {
  const [, script] = new RegExp(`<!-- run: ${name} -->\\n\`\`\`sh\\n([\\s\\S]*?)\`\`\``).exec(readme) ?? [];
  if (script === undefined) throw new Error(`README has no example ${name}`);
  return script;
}

describe('README', () => {
  let carnet: Carnet;
  let dataDir = '';
  let issuer: DevelopmentIssuer;
  let practice: Started;
  const said: string[] = [];
  const demo = async (): Promise<void> =>
    await demonstrate({
      dataDir,
      baseUrl,
      address: carnet.address,
      issuer,
      isEmpty: carnet.server.isEmpty,
      mongodbUri: uriOf(database),
      login: practice.login,
      log: (line) => void said.push(line),
    });

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'carnet-readme-'));
    issuer = await createIssuer({ dataDir, baseUrl });
    practice = await startPractice({ dataDir, baseUrl });
    const { upstreamIssuers } = practice;
    carnet = await startCarnet({ issuers: [issuer.trusted], database, upstreamIssuers });
    await demo();
  }, 240_000);
  afterAll(async () => {
    await carnet.server.stop();
    await practice.stop();
    giveBack(database);
    await rm(dataDir, { recursive: true });
  });

  /** What the example prints, one JSON resource a request. */
  const answers = async (name: string): Promise<readonly JsonObject[]> => {
    const script = example(name).replace('source data/demo-tokens.sh\n', '').replaceAll('"$FHIR/', `"${carnet.address}/fhir/`);
    const { stdout } = await run('bash', [
      '-c',
      `source '${join(dataDir, 'demo-tokens.sh')}'; ${script.replaceAll('curl -s', "curl -s -w '\\n'")}`,
    ]);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map(parseJson)
      .filter(isObject);
  };

  it('finds the laboratory report as the doctor, and nothing as the others', async () => {
    const [found] = await answers('first request');
    expect([found?.total, objectsOf(found?.entry).length]).toEqual([1, 1]);
    expect((await answers('nothing')).map(({ total }) => total)).toEqual([0, 0]);
  });

  it('authorises a doctor by one call', async () => {
    const [consent] = await answers('authorise');
    expect([consent?.resourceType, consent?.status]).toEqual(['Consent', 'active']);
  });

  it('pushes a document and lists the traces', async () => {
    const [pushed] = await answers('push');
    expect([pushed?.resourceType, pushed?.status]).toEqual(['DocumentReference', 'current']);
    const [traces] = await answers('traces');
    const told = objectsOf(traces?.entry).map(({ resource }) => JSON.stringify(resource));
    expect(told.length).toBe(5);
    expect(told.filter((text) => !/<p>Le \d.* (?:a|avez) /.test(text))).toEqual([]);
  });

  it('gets a professional a token by the Pro Santé Connect of the demonstration, for an emergency too', async () => {
    const tokens = await run('bash', ['-c', example('practice')], { cwd: root, env: { ...process.env, DATA_DIR: dataDir } });
    const [doctor = '', emergency = ''] = tokens.stdout.split('\n');
    const { system, value } = patientIns;
    const seen = async (token: string): Promise<unknown> => {
      const { status, body } = await clientOf(carnet.address, token).get(
        `/DocumentReference?patient.identifier=${system}|${value}&type=11502-2&_total=accurate`,
      );
      return [status, body.total];
    };
    expect([await seen(doctor), await seen(emergency)]).toEqual([
      [200, 1],
      [200, 1],
    ]);
  });

  it('lets the patient sign in and allow the app of the demonstration what it asks', async () => {
    const line = said.findLast((text) => text.includes('authenticator')) ?? '';
    const [, ins = '', password = '', secret = ''] = /(\d{15}) {3}(.+?) {3}.*: (\w+)$/.exec(line) ?? [];
    const redirect_uri = 'http://localhost:3000/';
    const verifier = 'v'.repeat(43);
    const browser = newBrowser(carnet.address);
    const asked = {
      ...{ response_type: 'code', client_id: 'demonstration', redirect_uri, scope: 'launch/patient patient/*.rs', aud: baseUrl },
      ...{ code_challenge: challengeOf(verifier), code_challenge_method: 'S256' },
    };
    const form = await browser.open(`/oidc/auth?${new URLSearchParams(asked)}`);
    const consent = await browser.submit(form, { ins, password, totp: codeAt(secret, new Date()) });
    const { url } = await browser.submit(consent, { choice: 'accept' });
    const code = url.searchParams.get('code') ?? '';
    const given = await browser.send('/oidc/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: String(
        new URLSearchParams({
          ...{ grant_type: 'authorization_code', code, redirect_uri, client_id: 'demonstration', code_verifier: verifier },
        }),
      ),
    });
    const { access_token: token, patient } = JSON.parse(given.text);
    const { body } = await clientOf(carnet.address, token).get(`/Patient/${patient}`);
    expect(body.name[0].family).toBe('Lefèvre');
  });

  it('loads the demonstration once, and says what to try each time', async () => {
    const counted = async (): Promise<unknown> =>
      (await carnet.as({ ...isOperator }).get('/Practitioner?_summary=count')).body.total;
    const before = await counted();
    said.length = 0;
    await demo();
    expect(await counted()).toBe(before);
    expect(said.join('\n')).toContain('demo-tokens.sh');
  });

  it('names paths that exist', () => {
    const map = readme.slice(readme.indexOf('## The code'), readme.indexOf('## Configuration'));
    const paths = [...map.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, path]) => path ?? '');
    expect(paths.length).toBeGreaterThan(15);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('gives a reason for each dependency', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const section = readme.slice(readme.indexOf('## What it stands on'), readme.indexOf('## Glossary'));
    const names = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith('@types/'));
    expect(names.filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
  });
});

const isOperator = {
  scope: 'user/*.rs',
  extensions: {
    ihe_iua: { subject_role: [{ system: 'https://carnet.example/fhir/CodeSystem/caller-role', code: 'HEBERGEUR' }] },
  },
};
