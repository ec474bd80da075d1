// The list of questions is complete, and it can tell worlds apart.
import { describe, expect, it } from '@jest/globals';
import { isObject } from '../../src/fhir/json.ts';
import { conformance } from '../conformance/example.ts';
import { compare } from './compare.ts';
import { byOperation, bySystem } from './operations.ts';
import { modifiers } from './parameters.ts';
import { byInteraction, parameterQuestions, questions } from './requests.ts';
import { isAsked, others, professionals, quarters, sampled } from './sample.ts';
import { kinds } from './searches.ts';
import { everybody, steps } from './story.ts';
import { build, isHidden, questionsFrom, type Step } from './world.ts';

function typesOf({ path, entries = [] }: Step): readonly string[] {
  const posted = entries.map(({ entry }) => entry({}).resource).filter(isObject);
  return [path({}).split('/')[1] ?? '', ...posted.map(({ resourceType }) => String(resourceType))];
}

describe('the list of questions', () => {
  it('knows every interaction that is declared', () => {
    const declared = new Set([...conformance.types.values()].flatMap(({ interactions }) => [...interactions]));
    expect([...declared].filter((name) => byInteraction[name] === undefined)).toEqual([]);
  });

  it('knows every operation and every interaction of the system that is declared', () => {
    const operations = new Set([...conformance.types.values()].flatMap((capability) => [...capability.operations]));
    expect([...operations].filter((name) => byOperation[name] === undefined)).toEqual([]);
    expect([...conformance.interactions].filter((name) => bySystem[name] === undefined)).toEqual([]);
  });

  it('knows every compartment that is declared', () => {
    expect([...conformance.compartments.keys()].filter((type) => !kinds.includes(type))).toEqual([]);
  });

  it('has something of every type in the story', () => {
    const made = new Set(['Binary', 'AuditEvent', ...steps.flatMap(typesOf)]);
    expect([...conformance.types.keys()].filter((type) => !made.has(type))).toEqual([]);
  });

  it('knows every parameter that is declared', () => {
    for (const capability of conformance.types.values()) {
      for (const parameter of capability.search.values()) {
        expect([parameter.code, parameterQuestions(capability, parameter, []).length > 0 || parameter.code === '_id']).toEqual([
          parameter.code,
          true,
        ]);
      }
    }
  });
});

describe('the sample', () => {
  const callers = [...quarters, ...professionals, ...others];
  const turns = Array.from({ length: 160 }, (_, at) => callers.filter((caller) => isAsked(caller, at, false)));

  it('has every caller of the story', () => {
    expect([...callers].sort()).toEqual(Object.keys(everybody({})).sort());
  });

  it('asks one caller each question, the doctor and the holder a quarter each', () => {
    expect(turns.filter((asked) => asked.length !== 1)).toEqual([]);
    expect(callers.map((caller) => turns.filter((asked) => asked.includes(caller)).length)).toEqual([
      ...quarters.map(() => 40),
      ...[...professionals, ...others].map(() => 5),
    ]);
  });
});

describe('the questions', () => {
  it('tell worlds apart: to the médecin traitant the world without what is hidden from the doctor is another', async () => {
    const full = await build(everybody, steps, () => false);
    const without = await build(everybody, steps, (step) => isHidden(step, 'doctor'), full.created);
    const { differences } = await compare(
      full,
      without,
      'treating',
      questions(conformance, full.created).slice(0, 400),
      questionsFrom,
    );
    await full.stop();
    await without.stop();
    expect(differences.length).toBeGreaterThan(50);
    const list = questions(conformance, full.created);
    const sample = sampled(list, false);
    expect(sample.length).toBeGreaterThan(list.length * 0.6);
    const paths = sample.map(({ path }) => path);
    const codes = new Set([...conformance.types.values()].flatMap(({ search }) => [...search.keys()]));
    const isAskedFor = (code: string): boolean => paths.some((path) => path.includes(`?${code}`) || path.includes(`&${code}`));
    expect([...codes].filter((code) => !isAskedFor(code))).toEqual([]);
    const isAskedWith = (modifier: string): boolean =>
      paths.some((path) => (modifier === 'Type' ? /:[A-Z]\w+=/.test(path) : path.includes(`:${modifier}=`)));
    expect(modifiers.filter((modifier) => !isAskedWith(modifier))).toEqual([]);
  }, 180_000);
});
