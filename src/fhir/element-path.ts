// The fast path for the expressions of search parameters: a union of plain element paths is walked directly, anything else is
// left to the FHIRPath engine. https://hl7.org/fhir/R4/searchparameter.html#expression, https://hl7.org/fhir/R4/fhirpath.html
import { compileFhirPath } from './fhirpath.ts';
import { isObject, type JsonObject, listOf } from './json.ts';
import { referencedType } from './reference.ts';

export type ElementPath = (resource: JsonObject) => readonly unknown[];

// What follows the type, a step at a time: a call of these functions, or the name of an element, which may be the choice `as` a type.
const steps = {
  extension: /^\.?extension\('([^'\\]*)'\)/,
  where: /^\.where\(([a-z]\w*) ?= ?'([^'\\]*)'\)/,
  resolves: /^\.where\(resolve\(\) is ([A-Z]\w*)\)/,
  element: /^\.([a-z][A-Za-z0-9]*)(?:\.(?:as|ofType)\(([A-Za-z]\w*)\))?(?![\w(])/,
};

// The types that the elements named in R4 `…[x]` take; `Id` is not among them: `subscriberId` is no choice of `subscriber`.
const choiceTypes = new Set(
  `Address Age Annotation Attachment Base64Binary Boolean Canonical Code CodeableConcept Coding ContactPoint Date
  DateTime Decimal Duration HumanName Identifier Instant Integer Markdown Money Oid Period PositiveInt Quantity Range Ratio Reference
  SampledData String Time Timing UnsignedInt Uri Url Uuid`.split(/\s+/),
);

export function compileElementPath(expression: string): ElementPath {
  return compileTerms(expression, '') ?? whereItCan(compileFhirPath(expression));
}

/** The expression begins at the element that is given, of whatever type. Throws where it is more than a path. */
export function compilePathFromElement(expression: string): ElementPath {
  const path = compileTerms(expression, `${anything}.`);
  if (path === undefined) throw new Error(`${expression} is not the path of an element`);
  return path;
}

function compileTerms(expression: string, start: string): ElementPath | undefined {
  const terms = expression.split('|').map((term) => compileTerm(`${start}${withoutParentheses(term.trim())}`));
  return terms.every((term) => term !== undefined) ? (resource) => terms.flatMap((term) => term(resource)) : undefined;
}

/** What the engine cannot say of a resource (a function of one value, where there are two) is no value. */
function whereItCan(path: ElementPath): ElementPath {
  return (resource) => {
    try {
      return path(resource);
    } catch {
      return [];
    }
  };
}

/** `(a.b as T)` is `a.b.as(T)`, and the parentheses around a whole path are none. */
function withoutParentheses(term: string): string {
  const [, inside = term] = /^\((.+)\)$/.exec(term) ?? [];
  return inside.replace(/^([^ ()]+(?:\('[^']*'\)[^ ()]*)?) as (\w+)$/, '$1.as($2)');
}

const anything = 'Resource';

type Step = (nodes: readonly unknown[]) => readonly unknown[];

/** Undefined where something in it is no step. A path without a type begins at the resource, whatever it is. */
function compileTerm(term: string): ElementPath | undefined {
  const [, root, path = ''] = /^(?:([A-Z][A-Za-z]*)(?=\.|$))?(.*)$/.exec(term) ?? [];
  const compiled: Step[] = [];
  let rest = root === undefined && !path.startsWith('extension(') ? '' : path;
  while (rest !== '') {
    const found = compileStep(rest);
    if (found === undefined) return undefined;
    compiled.push(found.step);
    rest = rest.slice(found.length);
  }
  if (root === undefined && compiled.length === 0) return undefined;
  const ofRoot = (type: unknown): boolean => root === undefined || /^(?:Domain)?Resource$/.test(root) || type === root;
  return (resource) =>
    ofRoot(resource.resourceType) ? compiled.reduce<readonly unknown[]>((nodes, step) => step(nodes), [resource]) : [];
}

function compileStep(path: string): { readonly step: Step; readonly length: number } | undefined {
  const element = steps.element.exec(path);
  if (element) return { step: into(element[1] ?? '', element[2]), length: element[0].length };
  const extension = steps.extension.exec(path);
  if (extension) {
    const [whole, url] = extension;
    return { step: (nodes) => filtered(into('extension')(nodes), 'url', url), length: whole.length };
  }
  const where = steps.where.exec(path);
  if (where) return { step: (nodes) => filtered(nodes, where[1], where[2]), length: where[0].length };
  const resolves = steps.resolves.exec(path);
  if (resolves)
    return { step: (nodes) => nodes.filter((node) => referencedType(node) === resolves[1]), length: resolves[0].length };
  return undefined;
}

function filtered(nodes: readonly unknown[], name: string | undefined, text: string | undefined): readonly unknown[] {
  return nodes.filter((node) => isObject(node) && listOf(own(node, name)).includes(text));
}

/** The element itself, or the one that stands for it as a choice; as a type, that one first. */
function into(name: string, type?: string): Step {
  const typed = type === undefined ? undefined : name + capital(type);
  const isChoice = (key: string): boolean => key.startsWith(name) && choiceTypes.has(key.slice(name.length));
  const keyOf = (node: JsonObject): string | undefined => {
    if (typed !== undefined && Object.hasOwn(node, typed)) return typed;
    if (Object.hasOwn(node, name)) return name;
    return typed === undefined ? Object.keys(node).find(isChoice) : undefined;
  };
  return (nodes) =>
    nodes.flatMap((node) => {
      if (!isObject(node)) return [];
      const key = keyOf(node);
      return key === undefined ? [] : listOf(node[key]).filter((value) => value !== null);
    });
}

function own(node: JsonObject, name: string | undefined): unknown {
  return name !== undefined && Object.hasOwn(node, name) ? node[name] : undefined;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
