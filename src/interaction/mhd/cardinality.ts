// How often each element stands in the resources of a Provide Document Bundle, by the level of its metadata.
// https://profiles.ihe.net/ITI/MHD/artifacts.html, https://interop.esante.gouv.fr/ig/fhir/pdsm/artifacts.html
import { isObject, type JsonObject, listOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import type { Level } from './level.ts';
import { extensions } from './slice.ts';

export type Cardinality = '0..0' | '0..1' | '1..1' | '0..*' | '1..*';
/** A path of elements, `extension:<name>` for one of MHD's; what to do where it is missing. */
export type Rule = readonly [
  path: string,
  minimal: Cardinality,
  uncontained: Cardinality,
  comprehensive: Cardinality,
  toDo?: string,
];

const column = { minimal: 1, uncontained: 2, comprehensive: 3 } as const;

/** `at`: `Bundle.entry[3].resource`. */
export function cardinalityFaults(rules: readonly Rule[], level: Level, resource: JsonObject, at: string): readonly Fault[] {
  const required = new Set(rules.flatMap((rule) => (rule[column[level]].startsWith('1') ? [rule[0]] : [])));
  return rules.flatMap((rule) => {
    const steps = rule[0].split('.');
    const last = steps.pop() ?? '';
    const parents = nodesAt(resource, steps, at);
    const where = parents.length > 0 ? parents : placesOf(steps, at, required);
    return where.flatMap((node) => faultOf(rule, level, valuesIn(node.value, last).length, `${node.at}.${nameOf(last)}`));
  });
}

type Node = { readonly value: JsonObject; readonly at: string };

function nodesAt(resource: JsonObject, steps: readonly string[], at: string): readonly Node[] {
  return steps.reduce<readonly Node[]>(
    (nodes, step) =>
      nodes.flatMap((node) =>
        valuesIn(node.value, step).flatMap((value, index, { length }) => {
          if (!isObject(value)) return [];
          const isMany = length > 1 || Array.isArray(node.value[step]);
          return [{ value, at: `${node.at}.${nameOf(step)}${isMany ? `[${index}]` : ''}` }];
        }),
      ),
    [{ value: resource, at }],
  );
}

/** Where the parent is not there: nowhere if its own rule misses it, else where it would be. */
function placesOf(steps: readonly string[], at: string, required: ReadonlySet<string>): readonly Node[] {
  if (steps.some((_step, index) => required.has(steps.slice(0, index + 1).join('.')))) return [];
  // What is optional may be left out with all that it needs; `context` has no rule of its own.
  return steps.join('.') === 'context' ? [{ value: {}, at: `${at}.context` }] : [];
}

function valuesIn(node: JsonObject, step: string): readonly unknown[] {
  const [name = '', url] = step.split(':');
  const values = Object.hasOwn(node, name) ? listOf(node[name]) : [];
  return url === undefined ? values : values.filter((value) => isObject(value) && value.url === `${extensions}/${url}`);
}

function nameOf(step: string): string {
  const [name = '', url] = step.split(':');
  return url === undefined ? name : `${name}('${extensions}/${url}')`;
}

function faultOf(rule: Rule, level: Level, count: number, expression: string): readonly Fault[] {
  const [min = '', max = ''] = rule[column[level]].split('..');
  const element = expression.replace(/^Bundle\.entry\[\d+\]\.resource\./, '');
  if (count < Number(min))
    return [{ code: 'required', expression, text: `${element} is required here${rule[4] === undefined ? '' : `: ${rule[4]}`}` }];
  if (max === '0' && count > 0) return [{ code: 'structure', expression, text: `${element} has no place here: leave it out` }];
  if (max === '1' && count > 1) return [{ code: 'structure', expression, text: `${element} stands once here` }];
  return [];
}
