// Extensions: one whose definition is in profiles/ is held to it, a modifier that is in none of them is refused.
// https://hl7.org/fhir/R4/extensibility.html#modifierExtension, https://hl7.org/fhir/R4/defining-extensions.html#context
import { isObject, type JsonObject, listOf, objectsOf, textOf, typeOf } from '../../fhir/json.ts';
import type { Definitions } from '../definitions.ts';
import type { Visit } from '../validation/visit.ts';
import { report } from '../validation/visit.ts';
import { treeOf } from './differential.ts';
import { stepOf } from './place.ts';
import type { Rule } from './rule.ts';
import { cardinalityOf } from './rule.ts';

export type Extension = {
  readonly rule: Rule;
  readonly isModifier: boolean;
  /** How many of it one element may have. */
  readonly max: number;
  /** Paths and types of elements, urls of extensions: where it may stand. */
  readonly elements: ReadonlySet<string>;
  readonly extensions: ReadonlySet<string>;
};

export type Extensions = ReadonlyMap<string, Extension>;

export function extensionOf(definition: JsonObject, rule: Rule): Extension {
  const contexts = objectsOf(definition.context);
  const odd = contexts.find(({ type }) => type !== 'element' && type !== 'extension');
  if (odd !== undefined || definition.contextInvariant !== undefined || contexts.length === 0)
    throw new Error(`${definition.url}: only contexts by element and extension are enforced, so none else may be published`);
  const of = (wanted: string): ReadonlySet<string> =>
    new Set(contexts.flatMap(({ type, expression }) => (type === wanted ? [String(expression)] : [])));
  const root = treeOf(definition).element;
  const { max } = cardinalityOf(root);
  return { rule, isModifier: root?.isModifier === true, max, elements: of('element'), extensions: of('extension') };
}

/** What an extension stands on: its types and paths, of the resource and of each datatype on the way. */
type Host = { readonly value: unknown; readonly type: string; readonly paths: readonly string[] };

function hostOf(definitions: Definitions, resource: JsonObject, at: string): Host {
  const type = typeOf(resource);
  const steps = at.split('.').slice(1, -1);
  return steps.reduce<Host>((host, step) => childOf(definitions, host, step), { value: resource, type, paths: [type] });
}

function childOf(definitions: Definitions, { value, type, paths }: Host, step: string): Host {
  const [, name = '', index = '0'] = /^(\w+)(?:\[(\d+)\])?$/.exec(step) ?? [];
  const child = isObject(value) ? listOf(value[name])[Number(index)] : undefined;
  const found = stepOf(definitions, [type], name)?.names[0]?.[1] ?? 'Element';
  if (found === 'Resource') {
    const own = isObject(child) ? typeOf(child) : found;
    return { value: child, type: own, paths: [own] };
  }
  return { value: child, type: found, paths: [...new Set([...paths, type])].map((path) => `${path}.${name}`) };
}

function mayStandOn({ elements, extensions }: Extension, { value, type, paths }: Host, isResource: boolean): boolean {
  if (isObject(value) && typeof value.url === 'string' && type === 'Extension' && extensions.has(value.url)) return true;
  const general = isResource ? ['Resource', 'DomainResource'] : ['Element'];
  return [...paths, type, ...general].some((name) => elements.has(name));
}

/** `found`: every extension of the resource, with its place. */
export function checkExtensions(
  known: Extensions,
  definitions: Definitions,
  resource: JsonObject,
  found: Visit['extensions'],
  visit: Visit,
): void {
  const counts = new Map<string, number>();
  for (const { value, at } of found) {
    const url = textOf(value.url) ?? '';
    const isModifier = /\.modifierExtension\[\d+\]$/.test(at);
    const extension = known.get(url);
    if (extension === undefined) {
      if (isModifier) report(visit, 'extension', 'this modifier extension is not known here', at);
      continue;
    }
    const host = hostOf(definitions, resource, at);
    const place = `${at.replace(/\[\d+\]$/, '')} ${url}`;
    counts.set(place, (counts.get(place) ?? 0) + 1);
    if (extension.isModifier !== isModifier) report(visit, 'extension', 'this extension may not stand here', at);
    else if (!mayStandOn(extension, host, definitions.resourceTypes.includes(host.type)))
      report(visit, 'extension', 'this extension may not stand on this element', at);
    else if ((counts.get(place) ?? 0) > extension.max)
      report(visit, 'extension', `at most ${extension.max} of this extension`, at);
    else extension.rule({ value, at, type: 'Extension' }, visit);
  }
}
