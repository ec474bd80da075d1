// The fast path for the expressions of search parameters: a union of plain element paths is walked directly, anything else is
// left to the FHIRPath engine. https://hl7.org/fhir/R4/searchparameter.html#expression, https://hl7.org/fhir/R4/fhirpath.html
import { compileFhirPath } from './fhirpath.ts';
import { isObject, type JsonObject, listOf } from './json.ts';
import { referencedType } from './reference.ts';

export type ElementPath = (resource: JsonObject) => readonly unknown[];

// `(Type.a.b as T)`, `Type.a.b.as(T)`, `(Type.a.b.ofType(T))`, `Type.a.b.where(resolve() is T)`, `Type.a.b.where(c='text')`, `Type.a.b`
const path = String.raw`([A-Z][A-Za-z]*)((?:\.[a-z][A-Za-z0-9]*)+)`;
const shapes = {
  as: new RegExp(String.raw`^(?:\(${path} as ([A-Za-z]\w*)\)|${path}\.(?:as|ofType)\(([A-Za-z]\w*)\))$`),
  resolves: new RegExp(String.raw`^${path}\.where\(resolve\(\) is ([A-Z]\w*)\)$`),
  where: new RegExp(String.raw`^${path}\.where\(([a-z]\w*) ?= ?'([^'\\]*)'\)$`),
  plain: new RegExp(`^${path}$`),
};

// The types that the elements named in R4 `…[x]` take; `Id` is not among them: `subscriberId` is no choice of `subscriber`.
const choiceTypes =
  `Address Age Annotation Attachment Base64Binary Boolean Canonical Code CodeableConcept Coding ContactPoint Date
  DateTime Decimal Duration HumanName Identifier Instant Integer Markdown Money Oid Period PositiveInt Quantity Range Ratio Reference
  SampledData String Time Timing UnsignedInt Uri Url Uuid`.split(/\s+/);

export function compileElementPath(expression: string): ElementPath {
  const terms = expression.split('|').map((term) => compileTerm(withoutParentheses(term.trim())));
  if (!terms.every((term) => term !== undefined)) return compileFhirPath(expression);
  return (resource) => terms.flatMap((term) => term(resource));
}

/** Around a path that ends with a function of its own. */
function withoutParentheses(term: string): string {
  return /^\([^( ]+\([^()]*\)\)$/.test(term) ? term.slice(1, -1) : term;
}

function compileTerm(term: string): ElementPath | undefined {
  const plain = shapes.plain.exec(term);
  if (plain) return walk(plain[1], plain[2]);
  const as = shapes.as.exec(term);
  if (as) return walk(as[1] ?? as[4], as[2] ?? as[5], as[3] ?? as[6]);
  const resolves = shapes.resolves.exec(term);
  if (resolves) return filtered(walk(resolves[1], resolves[2]), (node) => referencedType(node) === resolves[3]);
  const where = shapes.where.exec(term);
  if (where)
    return filtered(walk(where[1], where[2]), (node) => isObject(node) && listOf(own(node, where[3])).includes(where[4]));
  return undefined;
}

function filtered(found: ElementPath, keep: (node: unknown) => boolean): ElementPath {
  return (resource) => found(resource).filter(keep);
}

function walk(root = '', names = '', type?: string): ElementPath {
  const steps = names.slice(1).split('.');
  const last = steps.length - 1;
  const keys = steps.map((name, index) => (index === last && type !== undefined ? [name + capital(type), name] : keysOf(name)));
  const ofRoot = (resource: JsonObject): boolean =>
    root === 'Resource' || root === 'DomainResource' || resource.resourceType === root;
  return (resource) => (ofRoot(resource) ? keys.reduce<readonly unknown[]>(step, [resource]) : []);
}

function step(nodes: readonly unknown[], keys: readonly string[]): readonly unknown[] {
  return nodes.flatMap((node) => {
    if (!isObject(node)) return [];
    const key = keys.find((name) => Object.hasOwn(node, name));
    return key === undefined ? [] : listOf(node[key]).filter((value) => value !== null);
  });
}

/** The name itself first, then those it may have as a choice. */
function keysOf(name: string): readonly string[] {
  return [name, ...choiceTypes.map((type) => name + type)];
}

function own(node: JsonObject, name: string | undefined): unknown {
  return name !== undefined && Object.hasOwn(node, name) ? node[name] : undefined;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
