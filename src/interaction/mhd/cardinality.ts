// How often each element stands in the resources of a Provide Document Bundle, by the level of its metadata.
// https://profiles.ihe.net/ITI/MHD/artifacts.html, https://interop.esante.gouv.fr/ig/fhir/pdsm/artifacts.html
import { isObject, type JsonObject, objectsOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import { faultsIn } from './fault.ts';
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

/** `at`: `Bundle.entry[3].resource`. Of each rule as many faults as are ever told. */
export function cardinalityFaults(rules: readonly Rule[], level: Level, resource: JsonObject, at: string): readonly Fault[] {
  const required = new Set(rules.flatMap((rule) => (rule[column[level]].startsWith('1') ? [rule[0]] : [])));
  // Many rules have one parent.
  const known = new Map<string, readonly Node[]>();
  return rules.flatMap((rule) => {
    const steps = rule[0].split('.').map(stepOf);
    const last = steps.pop();
    if (last === undefined) return [];
    const path = steps.map(({ name }) => name).join('.');
    const parents = known.get(path) ?? nodesAt(resource, steps);
    known.set(path, parents);
    const where = parents.length > 0 ? parents : placesOf(steps, required);
    return faultsIn(where, (node) => faultOf(rule, level, countIn(node.value, last), () => `${at}${pathOf(node)}.${last.text}`));
  });
}

/** `text`: as it stands in an expression. */
type Step = { readonly name: string; readonly url: string | undefined; readonly text: string };

function stepOf(step: string): Step {
  const [name = '', extension] = step.split(':');
  if (extension === undefined) return { name, url: undefined, text: name };
  const url = `${extensions}/${extension}`;
  return { name, url, text: `${name}('${url}')` };
}

/** Its path is written only where it is needed: there may be very many. */
type Node = {
  readonly value: JsonObject;
  readonly parent: Node | undefined;
  readonly step: Step | undefined;
  readonly index: number | undefined;
};

function pathOf({ parent, step, index }: Node): string {
  if (parent === undefined || step === undefined) return '';
  return `${pathOf(parent)}.${step.text}${index === undefined ? '' : `[${index}]`}`;
}

const rootOf = (value: JsonObject): Node => ({ value, parent: undefined, step: undefined, index: undefined });

function nodesAt(resource: JsonObject, steps: readonly Step[]): readonly Node[] {
  let nodes: readonly Node[] = [rootOf(resource)];
  for (const step of steps) {
    const next: Node[] = [];
    for (const parent of nodes) {
      const found = Object.hasOwn(parent.value, step.name) ? parent.value[step.name] : undefined;
      if (isObject(found)) next.push({ value: found, parent, step, index: undefined });
      if (!Array.isArray(found)) continue;
      for (let index = 0; index < found.length; index += 1)
        if (isObject(found[index])) next.push({ value: found[index], parent, step, index });
    }
    nodes = next;
  }
  return nodes;
}

/** Where the parent is not there: nowhere if its own rule misses it, else where it would be. */
function placesOf(steps: readonly Step[], required: ReadonlySet<string>): readonly Node[] {
  const names = steps.map(({ name }) => name);
  if (names.some((_name, index) => required.has(names.slice(0, index + 1).join('.')))) return [];
  // What is optional may be left out with all that it needs; `context` has no rule of its own.
  const [step] = steps;
  return step?.name === 'context' ? [{ value: {}, parent: rootOf({}), step, index: undefined }] : [];
}

function countIn(node: JsonObject, { name, url }: Step): number {
  const found = Object.hasOwn(node, name) ? node[name] : undefined;
  if (url !== undefined) return objectsOf(found).filter((value) => value.url === url).length;
  return Array.isArray(found) ? found.length : found === undefined || found === null ? 0 : 1;
}

function faultOf(rule: Rule, level: Level, count: number, place: () => string): readonly Fault[] {
  const [min = '', max = ''] = rule[column[level]].split('..');
  if (count >= Number(min) && (max === '*' || count <= Number(max))) return [];
  const expression = place();
  const element = expression.replace(/^Bundle\.entry\[\d+\]\.resource\./, '');
  if (count < Number(min))
    return [{ code: 'required', expression, text: `${element} is required here${rule[4] === undefined ? '' : `: ${rule[4]}`}` }];
  const text = max === '0' ? `${element} has no place here: leave it out` : `${element} stands once here`;
  return [{ code: 'structure', expression, text }];
}
