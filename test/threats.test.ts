// Every way in which something hidden could show is named in a test, or the reason is given why it is none here: test/cases/threats.
// https://hl7.org/fhir/R4/security.html
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body } from './carnet.ts';
import { ask } from './http/raw.ts';
import { type Ground, type Name, openGround } from './interaction/ground.ts';

type Named = { readonly file: string; readonly test: string };
type Refused = readonly [method: string, path: string, status: number];
/** `tests`: those that fail without the protection; `reason`: why there are none, or none yet; `refused`: what is not offered. */
type Threat = {
  readonly number: number;
  readonly title: string;
  readonly tests?: readonly Named[];
  readonly reason?: string;
  readonly refused?: readonly Refused[];
};

const root = join(import.meta.dirname, '..');
const tables = join(root, 'test/cases/threats');
const threats: readonly Threat[] = readdirSync(tables).flatMap((name) => JSON.parse(readFileSync(join(tables, name), 'utf8')));
const last = 170;

const literal = /\/\*[\s\S]*?\*\/|\/\/.*$|'((?:\\.|[^'\\\n])*)'|"((?:\\.|[^"\\\n])*)"|`((?:\\.|[^`\\])*)`/gm;

/** All texts of a file: titles of tests and rows of their tables are among them, comments and names are not. */
function textsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  if (file.endsWith('.json')) return textsIn(JSON.parse(text));
  return [...text.matchAll(literal)].flatMap(([, one, two, three]) => (one ?? two ?? three)?.replaceAll(/\\(.)/g, '$1') ?? []);
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsIn(inner)]);
}

const known = new Map<string, readonly string[]>();
function hasTest({ file, test }: Named): boolean {
  const texts = known.get(file) ?? textsOf(file);
  known.set(file, texts);
  return texts.includes(test) || (test.length > 12 && texts.some((text) => text.includes(test)));
}

describe('the table', () => {
  it('has each number once, and a title of its own', () => {
    const numbers = threats.map(({ number }) => number).toSorted((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: last }, (_, at) => at + 1));
    expect(new Set(threats.map(({ title }) => title)).size).toBe(last);
  });

  it('gives tests or a reason', () => {
    const bare = threats.filter(
      ({ tests = [], reason }) => (tests.length === 0 && reason === undefined) || reason?.trim() === '',
    );
    expect(bare).toEqual([]);
    // What is not offered is asked for.
    expect(
      threats.filter(({ tests, reason, refused }) => refused !== undefined && reason === undefined && tests === undefined),
    ).toEqual([]);
  });

  it.each(threats.filter(({ tests }) => tests !== undefined).map(({ number, title, tests = [] }) => ({ number, title, tests })))(
    '$number $title: its tests are there',
    ({ tests }) => {
      expect(tests.filter((named) => !hasTest(named))).toEqual([]);
    },
  );

  it('would miss a test that is renamed', () => {
    const [named] = threats.flatMap(({ tests = [] }) => tests);
    expect(named !== undefined && hasTest(named)).toBe(true);
    expect(hasTest({ file: 'test/threats.test.ts', test: ['would miss a test that is', 'called otherwise'].join(' ') })).toBe(
      false,
    );
  });
});

describe('what is not offered', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await openGround();
  });
  afterAll(async () => await ground.stop());
  const callers: readonly Name[] = ['doctor', 'holder', 'hospital', 'operator', 'tester'];

  it.each(threats.flatMap(({ number, refused = [] }) => refused.map((one) => [number, ...one] as const)))(
    '%p: %s %s is %p to everybody',
    async (_number, method, path, status) => {
      await Promise.all(
        callers.map(async (name) => {
          const headers = { authorization: `Bearer ${ground.as(name).token}`, 'content-type': 'application/fhir+json' };
          const body = method === 'POST' ? { body: '{"resourceType":"Parameters"}' } : {};
          const reply = await ask(ground.carnet.address, { method, path: encodeURI(`/fhir${path}`), headers, ...body });
          // Who reads nothing is refused that before.
          const refusals = name === 'operator' && method === 'GET' ? [status, 403] : [status];
          expect([name, refusals.includes(reply.status) ? status : reply.status]).toEqual([name, status]);
          expect(reply.body.resourceType).toBe('OperationOutcome');
        }),
      );
    },
  );

  it('is not declared: no further operation, type or channel', async () => {
    const { body } = await ask(ground.carnet.address, { path: '/fhir/metadata' });
    const [rest] = body.rest;
    const declared = new Set(rest.resource.flatMap(({ operation = [] }: Body) => operation.map(({ name }: Body) => name)));
    const refused = threats.flatMap(({ refused = [] }) => refused.flatMap(([, path]) => /\$([\w-]+)/.exec(path)?.[1] ?? []));
    expect(refused.filter((name) => declared.has(name))).toEqual([]);
    expect([body.messaging, body.document, rest.operation, body.rest.length]).toEqual([undefined, undefined, undefined, 1]);
    const types = new Set(rest.resource.map(({ type }: Body) => type));
    for (const type of ['Subscription', 'Group', 'Person', 'Task', 'Basic', 'Linkage', 'Flag', 'Measure', 'ValueSet'])
      expect([type, types.has(type)]).toEqual([type, false]);
    expect(JSON.stringify(body)).not.toMatch(/"(?:count|total)":/);
  });
});
