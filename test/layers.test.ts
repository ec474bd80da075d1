// The house of the sources: who may import whom, how large a file may be and what it may not be called.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');

/** A part imports only from those of later lines. */
const layers: readonly (readonly string[])[] = [
  ['main'],
  ['demo', 'command', 'server'],
  ['gateway', 'provider', 'portal'],
  ['http', 'notice'],
  ['operation'],
  ['interaction'],
  ['text'],
  ['search', 'audit'],
  ['store'],
  ['access'],
  ['identity'],
  ['filter'],
  ['conformance'],
  ['fhir'],
];

/** They never know each other, in neither direction. */
const strangers: readonly (readonly [string, string])[] = [['search', 'access']];

/** A type alone may cross where a value may not: nothing of it is left at run time. */
const typesOnly: readonly (readonly [string, string])[] = [['server', 'src/command/environment.ts']];

/** The places that a package may be used from. Its types may be used anywhere. */
const doors: Readonly<Record<string, readonly string[]>> = {
  '@lhncbc/ucum-lhc': ['src/fhir/ucum.ts'],
  '@medplum/fhirtypes': ['src/fhir/'],
  '@orama/stemmers': ['src/search/stem.ts'],
  express: ['src/http/'],
  fhirpath: ['src/fhir/fhirpath.ts'],
  htmlparser2: ['src/search/markup.ts'],
  jsonwebtoken: ['src/identity/', 'src/demo/'],
  'oidc-provider': ['src/provider/'],
  mongodb: ['src/store/'],
  'mongodb-memory-server-core': ['src/store/'],
  nodemailer: ['src/notice/smtp.ts'],
  otpauth: ['src/provider/account/one-time-code.ts'],
  qr: ['src/provider/page/'],
  saxes: ['src/conformance/xml/', 'src/text/cda.ts'],
  unpdf: ['src/text/pdf.ts'],
};

type Import = { readonly from: string; readonly target: string; readonly type: boolean };

const statement = /^\s*(?:import|export)\s+(type\s+)?(?:[\w$*{][^'"`;]*?\bfrom\s*)?['"]([^'"]+)['"]/gm;
const call = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

function filesOf(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

function importsOf(file: string): readonly Import[] {
  const text = textOf(file);
  const stated = [...text.matchAll(statement)].map(([, type, target]) => ({
    from: file,
    target: target ?? '',
    type: type !== undefined,
  }));
  const called = [...text.matchAll(call)].map(([, target]) => ({ from: file, target: target ?? '', type: false }));
  return [...stated, ...called].map((found) =>
    found.target.startsWith('.')
      ? { ...found, target: relative(root, resolve(root, dirname(file), found.target)).replaceAll('\\', '/') }
      : found,
  );
}

const partOf = (file: string): string => (file.split('/')[1] ?? '').replace(/\.ts$/, '');
const rankOf = (part: string): number => layers.findIndex((layer) => layer.includes(part));

function fits({ from, target, type }: Import): boolean {
  const [mine, theirs] = [partOf(from), partOf(target)];
  if (mine === theirs) return true;
  if (type && typesOnly.some(([part, file]) => part === mine && file === target)) return true;
  const apart = strangers.some(([one, other]) => (one === mine && other === theirs) || (one === theirs && other === mine));
  return !apart && rankOf(mine) >= 0 && rankOf(mine) < rankOf(theirs);
}

function throughItsDoor({ from, target, type }: Import): boolean {
  const name = target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : (target.split('/')[0] ?? '');
  const places = Object.hasOwn(doors, name) ? doors[name] : undefined;
  return type || places === undefined || places.some((place) => from.startsWith(place));
}

const say = ({ from, target }: Import): string => `${from} imports ${target}`;
const sources = filesOf('src');
const imports = sources.flatMap(importsOf);

test('every part of src has its layer', () => {
  expect([...new Set(sources.map(partOf))].filter((part) => rankOf(part) < 0)).toEqual([]);
});

test('a part imports only from those to its right', () => {
  const inside = imports.filter(({ target }) => target.startsWith('src/'));
  expect(inside.filter((found) => !fits(found)).map(say)).toEqual([]);
});

test('src imports nothing of the project but src and its definitions', () => {
  const outside = imports.filter(({ target }) => target.startsWith('..') || /^(test|node_modules)\//.test(target));
  expect(outside.map(say)).toEqual([]);
});

test('a package is used through its one door', () => {
  expect(imports.filter((found) => !throughItsDoor(found)).map(say)).toEqual([]);
});

test('no file has more than 300 lines', () => {
  const long = [...sources, ...filesOf('test')].filter((file) => textOf(file).trimEnd().split('\n').length > 300);
  expect(long).toEqual([]);
});

test('a file is named after its idea', () => {
  const vague = /(^|-)(utils?|helpers?|managers?|common|services?)(-|$)/;
  expect([...sources, ...filesOf('test')].filter((file) => vague.test(basename(file).replace(/\..*$/, '')))).toEqual([]);
});

const judged: readonly (readonly [string, string, boolean, boolean])[] = [
  ['src/main.ts', 'src/server.ts', false, true],
  ['src/server.ts', 'src/command/environment.ts', true, true],
  ['src/server.ts', 'src/command/environment.ts', false, false],
  ['src/server.ts', 'src/http/router.ts', false, true],
  ['src/store/a.ts', 'src/store/b.ts', false, true],
  ['src/store/a.ts', 'src/access/permission.ts', false, true],
  ['src/access/a.ts', 'src/store/b.ts', true, false],
  ['src/search/a.ts', 'src/access/b.ts', true, false],
  ['src/search/a.ts', 'src/audit/b.ts', false, false],
  ['src/fhir/a.ts', 'src/unknown/b.ts', false, false],
];

test.each(judged)('the rule itself: %s imports %s, type only %s: %s', (from, target, type, allowed) => {
  expect(fits({ from, target, type })).toBe(allowed);
});
