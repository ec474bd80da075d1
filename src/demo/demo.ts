// The demonstration of a first start: loaded once into an empty server, and ready tokens for each kind of caller.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, parseJson, textOf } from '../fhir/json.ts';
import { type DemoAccount, demoApp, openDemoAccount } from './account.ts';
import { callers, type Loaded, patientIns } from './callers.ts';
import type { DevelopmentIssuer } from './issuer.ts';
import { loadDemo } from './load.ts';
import { professionals } from './people.ts';

export type Demo = {
  readonly dataDir: string;
  readonly baseUrl: string;
  /** Where the server listens; the base URL may be another server's in front of it. */
  readonly address: string;
  readonly issuer: DevelopmentIssuer;
  readonly isEmpty: () => Promise<boolean>;
  readonly mongodbUri: string;
  /** Where its professionals log in, if they can (practice.ts). */
  readonly login?: string;
  readonly log: (line: string) => void;
};

const day = 24 * 3600;
const emergencyHours = 4 * 3600;

export async function demonstrate(demo: Demo): Promise<void> {
  const loaded = (await load(demo)) ?? undefined;
  if (loaded === undefined) {
    demo.log('The database is not empty and holds no demonstration: none was loaded.');
    return;
  }
  const file = join(demo.dataDir, 'demo-tokens.sh');
  await writeFile(file, tokenFile(demo, loaded), { mode: 0o600 });
  const { dataDir, mongodbUri, baseUrl, login } = demo;
  const practice = login === undefined ? undefined : { dataDir, baseUrl, fhir: fhirAt(demo), login };
  const account = await openDemoAccount({ dataDir, mongodbUri, ins: patientIns, practice });
  for (const line of [...guide(demo, loaded, file), ...way(demo, account)]) demo.log(line);
}

/** A load that a crash cut short goes on where it was. */
async function load({ dataDir, baseUrl, address, issuer, isEmpty, log }: Demo): Promise<Loaded | undefined> {
  const file = join(dataDir, 'demo.json');
  const kept = await read(file);
  const empty = await isEmpty();
  if (!empty && kept !== 'loading') return kept;
  await mkdir(dataDir, { recursive: true });
  await writeFile(file, JSON.stringify('loading'));
  const loaded = await loadDemo({ url: fhirAt({ baseUrl, address }), issuer, progress: progressBar(log) });
  await writeFile(file, JSON.stringify(loaded));
  return loaded;
}

const fhirAt = ({ baseUrl, address }: Pick<Demo, 'baseUrl' | 'address'>): string => `${address}${new URL(baseUrl).pathname}`;

async function read(file: string): Promise<Loaded | 'loading' | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const value = parseJson(text);
  if (value === 'loading' || !isObject(value)) return 'loading';
  const of = (name: string): string => textOf(value[name]) ?? '';
  return { patient: of('patient'), child: of('child'), relative: of('relative'), parent: of('parent') };
}

function progressBar(log: (line: string) => void): (done: number, of: number) => void {
  const width = 30;
  return (done, of) => {
    const filled = Math.round((done / of) * width);
    const line = `Loading the demonstration [${'#'.repeat(filled)}${' '.repeat(width - filled)}] ${done}/${of}`;
    if (process.stdout.isTTY) process.stdout.write(`\r${line}${done === of ? '\n' : ''}`);
    else if (done === 1 || done === of) log(line);
  };
}

function tokenFile({ issuer, baseUrl }: Demo, loaded: Loaded): string {
  const tokens = Object.entries(callers(loaded)).map(
    ([name, claims]) => `export ${name}='${issuer.sign(claims, { expiresIn: name === 'EMERGENCY' ? emergencyHours : day })}'`,
  );
  return [`export FHIR='${baseUrl}'`, `export PATIENT='${loaded.patient}'`, `export CHILD='${loaded.child}'`, ...tokens, ''].join(
    '\n',
  );
}

function guide({ baseUrl }: Demo, loaded: Loaded, file: string): readonly string[] {
  return [
    '',
    `The server is at ${baseUrl}. Tokens of the demonstration's callers, good for a day (EMERGENCY: four hours):`,
    `  ${Object.keys(callers(loaded)).join(' ')}`,
    `Load them into your shell:  source '${file}'`,
    'Then try, as her doctor, as a doctor she does not know, and as herself:',
    '  curl -H "Authorization: Bearer $DOCTOR"   "$FHIR/DocumentReference?patient=Patient/$PATIENT&_pretty=true"',
    '  curl -H "Authorization: Bearer $STRANGER" "$FHIR/DocumentReference?patient=Patient/$PATIENT&_pretty=true"',
    '  curl -H "Authorization: Bearer $HOLDER"   "$FHIR/AuditEvent?patient=Patient/$PATIENT&_pretty=true"',
    '',
  ];
}

function way({ baseUrl }: Demo, { number, password, secret }: DemoAccount): readonly string[] {
  return [
    `She signs in at ${new URL('compte/connexion', baseUrl).href} with her number, her password and a one-time code:`,
    `  ${number}   ${password}   key for an authenticator app: ${secret}`,
    `An app at ${demoApp.redirect[0]} may ask her (SMART standalone launch): client_id ${demoApp.id}`,
    `Her doctor's practice software gets him a token by Pro Santé Connect, which is played here:  npm run practice -- ${professionals.doctor.rpps} --card`,
    '',
  ];
}
