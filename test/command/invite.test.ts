// `npm run invite`: a file of persons becomes a file of codes, and hashes in the database.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Db, MongoClient } from 'mongodb';
import { invite } from '../../src/command/invite/invite.ts';
import { insKeyOf } from '../../src/identity/identifiers.ts';
import { openDatabase } from '../../src/store/database.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { root } from '../conformance/example.ts';
import { giveBack, takeDatabase, uriOf } from '../database.ts';
import { activate } from '../store/activate.ts';

const database = await takeDatabase();
const folder = mkdtempSync(join(tmpdir(), 'carnet-invite-'));
const oid = '1.2.250.1.213.1.4.10';
let client: MongoClient;
let db: Db;
let store: Store;
beforeAll(async () => {
  client = await MongoClient.connect(uriOf(database));
  db = client.db(database);
  store = openStore(await openDatabase(client, database, []));
});
afterAll(async () => {
  await client.close();
  giveBack(database);
  rmSync(folder, { recursive: true });
});

const insOf = (number: number): string => {
  const thirteen = String(2_790_351_000_000 + number);
  return thirteen + insKeyOf(thirteen);
};

let files = 0;
/** Gives the path. */
function file(content: string | Buffer): string {
  files += 1;
  const path = join(folder, `${files}.csv`);
  writeFileSync(path, content);
  return path;
}

function started(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const program = join(root, 'src/command/invite.ts');
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    env: { ...process.env, MONGODB_URI: uriOf(database), NODE_ENV: 'test', ...env },
  });
}

type Run = { readonly code: number; readonly out: string; readonly err: string; readonly codes: readonly string[] };

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const child = started(args, env);
  let [out, err] = ['', ''];
  child.stdout.on('data', (part: Buffer) => {
    out += part.toString();
  });
  child.stderr.on('data', (part: Buffer) => {
    err += part.toString();
  });
  const [code] = await once(child, 'close');
  const written = args.includes('--out') ? args[args.indexOf('--out') + 1] : `${args[0]}.codes.csv`;
  return {
    code,
    out,
    err,
    codes:
      code === 2
        ? []
        : readFileSync(written ?? '', 'utf8')
            .trimEnd()
            .split('\r\n'),
  };
}

/** As the command does, in this process. */
async function here(path: string, out = `${path}.codes.csv`): Promise<Omit<Run, 'code'>> {
  const said: string[] = [];
  const complain = (line: string): void => void said.push(line);
  const asked = { path, out, days: 42, keep: false, now: new Date(), log: () => undefined, complain };
  await invite({ ...asked, activations: store.activations });
  return { out: '', err: `${said.join('\n')}\n`, codes: readFileSync(out, 'utf8').trimEnd().split('\r\n') };
}

const lastOf = (line: string | undefined, separator = ','): readonly string[] => (line ?? '').split(separator).slice(-2);
const used = async (value: string, typed: string): Promise<string> =>
  await activate(store, { ins: { system: `urn:oid:${oid}`, value }, typed, now: new Date() });

describe('npm run invite', () => {
  const [anne, bruno, chloe] = [insOf(1), insOf(2), insOf(3)];
  const persons = [
    'system;value;name;birthDate;rue;ville',
    `${oid};${anne};"Lefèvre ""Nanou""; Anne";1979-03-15;12 rue des Lilas;Brest`,
    `urn:oid:${oid};${bruno};Bruno Roux;1951-01-30;;`,
    '',
    `${oid};${chloe.slice(0, 13)}00;Chloé Secrète;2001-05-06;1 rue X;Y`,
  ].join('\n');
  let path = '';

  it('writes a code for each person, without the INS, for its owner alone', async () => {
    path = file(`\uFEFF${persons}`);
    const { code, out, err, codes } = await run([path]);
    expect([code, err]).toEqual([1, 'line 5 has an INS whose key is wrong\n']);
    expect(out).toBe(
      `3 lines: 2 codes\n2 codes in ${path}.codes.csv, 0 in place of one that was not used; 1 lines are invalid\n`,
    );
    expect(codes.map((line) => line.replace(/(\w{4}-){3}\w{4};\d{4}-\d\d-\d\d$/, 'CODE'))).toEqual([
      'name;birthDate;rue;ville;code;until',
      '"Lefèvre ""Nanou""; Anne";1979-03-15;12 rue des Lilas;Brest;CODE',
      'Bruno Roux;1951-01-30;;;CODE',
    ]);
    expect(statSync(`${path}.codes.csv`).mode & 0o777).toBe(0o600);
    const stored = JSON.stringify(await db.collection('activations').find().toArray());
    for (const line of codes.slice(1)) expect(stored).not.toContain(lastOf(line, ';')[0]?.replaceAll('-', ''));
    expect([stored.includes(anne), stored.includes('Anne')]).toEqual([true, false]);
    expect(await used(anne, lastOf(codes[1], ';')[0] ?? '')).toBe('activated');
    expect(await used(anne, lastOf(codes[2], ';')[0] ?? '')).toBe('wrong');
  });

  it('writes over no file', async () => {
    const before = readFileSync(`${path}.codes.csv`);
    const { code, err } = await run([path]);
    expect([code, err]).toEqual([2, `${path}.codes.csv exists already\n`]);
    expect(readFileSync(`${path}.codes.csv`)).toEqual(before);
  });

  it('replaces what was not used when it runs again, and says how many', async () => {
    const [, , first] = readFileSync(`${path}.codes.csv`, 'utf8').split('\r\n');
    const second = join(folder, 'second.csv');
    const { code, out, codes } = await run([path, '--out', second]);
    expect([code, codes.length]).toEqual([1, 3]);
    expect(out).toContain(`2 codes in ${second}, 1 in place of one that was not used; 1 lines are invalid`);
    expect(await used(bruno, lastOf(first, ';')[0] ?? '')).toBe('wrong');
    expect(await used(bruno, lastOf(codes[2], ';')[0] ?? '')).toBe('activated');
  });

  it('with --keep gives a code to those alone who have none and have used none', async () => {
    const more = file(`${persons}\n${oid};${chloe};Chloé;2001-05-06;1 rue X;Y\n`);
    const first = await run([more, '--keep', '--days', '1']);
    expect(first.codes).toHaveLength(2);
    expect(first.out).toContain('1 codes in');
    expect(first.out).toContain('2 had one or have used theirs; 1 lines are invalid');
    const tomorrow = new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Paris' }).format(Date.now() + 24 * 3600 * 1000);
    expect(lastOf(first.codes[1], ';')[1]).toBe(tomorrow);
    const again = await run([more, '--keep', '--out', join(folder, 'again.csv')]);
    expect(again.codes).toHaveLength(1);
    expect(await used(chloe, lastOf(first.codes[1], ';')[0] ?? '')).toBe('activated');
  });

  it('takes many, and NDJSON', async () => {
    const line = (number: number): string =>
      JSON.stringify({ system: oid, value: insOf(number), name: `N, ${number}`, birthDate: '1979-03-15' });
    const many = Array.from({ length: 450 }, (_, at) => line(100 + at));
    const { code, out, err, codes } = await run([file([...many, many[0], many[449]].join('\n'))]);
    expect([code, err]).toEqual([1, 'line 451 has the INS of a line before\nline 452 has the INS of a line before\n']);
    expect(out).toContain('450 codes in');
    expect(codes).toHaveLength(451);
    expect(codes[1]).toMatch(/^"N, 100",1979-03-15,/);
    expect(await used(insOf(100), lastOf(codes[1])[0] ?? '')).toBe('activated');
    expect(await db.collection('activations').countDocuments()).toBe(453);
  });
});

describe('a run that is killed', () => {
  it('is taken up again: each person has one code, in one of the two files', async () => {
    const numbers = Array.from({ length: 900 }, (_, at) => 10_000 + at);
    const lines = numbers.map((number) => `${oid},${insOf(number)},N${number},1979-03-15`);
    const path = file(['system,value,name,birthDate', ...lines].join('\n'));
    const child = started([path]);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    const second = await run([path, '--keep', '--out', `${path}.second.csv`]);
    const first = readFileSync(`${path}.codes.csv`, 'utf8').split('\r\n').slice(1, -1);
    const rest = second.codes.slice(1);
    expect(first.length).toBeLessThan(900);
    expect(rest.length).toBeGreaterThan(0);
    expect(first.length + rest.length - 900).toBeLessThanOrEqual(200);
    const codes = new Map([...first, ...rest].map((line) => [line.split(',')[0] ?? '', lastOf(line)[0] ?? '']));
    const asked = numbers.filter((number) => number % 5 === 0);
    const outcomes = await Promise.all(asked.map(async (number) => await used(insOf(number), codes.get(`N${number}`) ?? '')));
    expect(outcomes.filter((outcome) => outcome !== 'activated')).toEqual([]);
  });
});

describe('a line that is no person', () => {
  it('is listed by its number without its content, and stops no other', async () => {
    const good = `${oid},${insOf(9)},Anne,1979-03-15`;
    const lines = [
      'system,value,name,birthDate',
      good.replace(oid, '1.2.3'),
      good.replace(insOf(9), '123'),
      good.replace('Anne', ' '),
      good.replace('1979-03-15', '15/03/1979'),
      good.replace('1979-03-15', '1979-02-30'),
      good.replace('Anne', '"Anne'),
      `${good},more`,
      good.replace('Anne', 'An\u0007ne'),
      good,
      good,
    ];
    const latin = Buffer.concat([Buffer.from(lines.join('\r\n')), Buffer.from(good.replace('Anne', '\r\nAgn\u00e8s'), 'latin1')]);
    const { err, codes } = await here(file(latin));
    expect(err.trimEnd().split('\n')).toEqual([
      'line 2 has no INS: a system of INS and fifteen characters',
      'line 3 has no INS: a system of INS and fifteen characters',
      'line 4 has no name',
      'line 5 has no birthDate of the form YYYY-MM-DD',
      'line 6 has no birthDate of the form YYYY-MM-DD',
      'line 7 has quotation marks that do not match',
      'line 8 has 5 columns, the first line 4',
      'line 9 has a control character',
      expect.stringMatching(/^line 1[12] /),
      expect.stringMatching(/^line 1[12] /),
    ]);
    expect(codes).toHaveLength(2);
  });

  it('is so in NDJSON too', async () => {
    const person = { system: oid, value: insOf(10), name: 'Anne', birthDate: '1979-03-15' };
    const lines = [person, { ...person, ville: 'Brest' }, { ...person, name: 7 }, [person]].map((one) => JSON.stringify(one));
    const { err, codes } = await here(file([...lines, '{"system":'].join('\n')));
    expect(codes).toHaveLength(2);
    expect(err.trimEnd().split('\n')).toEqual([
      'line 2 has a member that the first line has not',
      'line 3 has a member that is no text',
      'line 4 is no JSON object',
      'line 5 is no JSON object',
    ]);
  });
});

describe('what cannot be done', () => {
  it.each<[string, readonly string[], string, Readonly<Record<string, string>>]>([
    ['no file', [], 'npm run invite -- FILE', {}],
    ['an unknown option', ['--all'], 'npm run invite -- FILE', {}],
    ['no days', ['x.csv', '--days', '0'], '--days takes 1 to 366', {}],
    ['a file that is not there', [join(folder, 'none.csv')], 'cannot be read (ENOENT)', {}],
    ['the embedded database', ['x.csv'], 'MONGODB_URI is not set', { MONGODB_URI: '' }],
  ])('%s is said in one line', async (_, args, text, env) => {
    const { code, err, out } = await run(args, env);
    expect([code, out, err.trimEnd().split('\n').length]).toEqual([2, '', 1]);
    expect(err).toContain(text);
  });

  it.each<[string, string, string]>([
    ['an empty file', '', 'The first line lacks system, value, name, birthDate'],
    ['a column that lacks', 'system,value,name\n', 'The first line lacks birthDate'],
    ['a column twice', 'system,value,name,birthDate,name\n', 'names a column twice'],
    ['a column of ours', 'system,value,name,birthDate,code\n', 'names a column twice'],
    ['quotation marks among the columns', 'system,value,"name\n', 'must name the columns'],
  ])('%s', async (_, text, fault) => await expect(here(file(text))).rejects.toThrow(fault));

  it('a folder that is not there', async () => {
    await expect(here(file('system,value,name,birthDate\n'), join(folder, 'no/x'))).rejects.toThrow('cannot be made (ENOENT)');
  });
});
