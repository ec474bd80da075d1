// A condition that goes over references: chains to what is referred to, `_has` to what refers, to any depth and mixed.
// https://hl7.org/fhir/R4/search.html#chaining, https://hl7.org/fhir/R4/search.html#has
import type { SearchParameter, TypeCapability } from '../conformance/conformance.ts';
import { type Filter, none } from '../filter/filter.ts';
import { type Context, headOf, type Identity, type Sent, type Simple, simple } from './condition.ts';
import { type Hierarchy, hierarchyOf } from './hierarchy.ts';
import { judgeContained } from './index-definition.ts';
import { badValue, tooMuch, unknownParameter } from './value.ts';

/** The reference `code` from resources of `type` to those of `target`; `record`: the row's `rec` stands for it. */
export type Link = { readonly type: string; readonly code: string; readonly target: string; readonly record: boolean };

/** `chain`: the rows of the link's type that refer to a visible row which meets `of`; `has`: those of its target that one refers to. */
export type Linked = {
  readonly op: 'chain' | 'has';
  /** The parameter as it was sent. */
  readonly name: string;
  readonly link: Link;
  readonly of: Condition;
  /** The whole condition of `patient.identifier` is one identifier with its system. */
  readonly identity?: Identity;
};
/** Of a chain that leads to several types: what any of them says. */
export type Any = { readonly op: 'any'; readonly of: readonly Linked[] };
export type Condition = Filter | Linked | Hierarchy | Any;

export type Parsed = Omit<Simple, 'condition'> & {
  readonly condition: Condition;
  /** How many references it goes over; `code` is then the one at its end. */
  readonly links: number;
};

const mostLinks = 8;
/** Of a name that is asked of each. */
const mostTypes = 8;

const named = new Set(['agent', 'entity', 'source']);

type Has = { readonly kind: 'has'; readonly type: string; readonly code: string; readonly rest: string };
type Chain = { readonly kind: 'chain'; readonly head: string; readonly rest: string };
type Step = Has | Chain | { readonly kind: 'end' | 'odd' };

/** `patient:Patient.…`, `_has:Observation:patient:…`, or the parameter at the end. */
function stepOf(path: string): Step {
  const [, type, code, rest] = /^_has:([^:.]+):([^:.]+):(.+)$/s.exec(path) ?? [];
  if (type !== undefined && code !== undefined && rest !== undefined) return { kind: 'has', type, code, rest };
  if (/^_has(?:[:.]|$)/.test(path)) return { kind: 'odd' };
  const dot = path.indexOf('.');
  return dot === -1 ? { kind: 'end' } : { kind: 'chain', head: path.slice(0, dot), rest: path.slice(dot + 1) };
}

function linksIn(path: string): number {
  const step = stepOf(path);
  return 'rest' in step ? 1 + linksIn(step.rest) : 0;
}

export function parseCondition(context: Context, capability: TypeCapability, name: string, text: string): Parsed {
  const links = linksIn(name);
  if (links > mostLinks) throw tooMuch(`Parameter ${name}: more than ${mostLinks} links`, name);
  return along({ context, name, text }, capability, name, leading(context));
}

function along(sent: Sent, capability: TypeCapability, path: string, leads: Leads): Parsed {
  const step = stepOf(path);
  if (step.kind === 'chain') return chain(sent, capability, step, leads);
  if (step.kind === 'has') return has(sent, capability, step, leads);
  if (step.kind === 'odd') throw unknownParameter(sent.name);
  const head = headOf(sent, capability, path);
  const hierarchy = hierarchyOf(sent, head);
  if (hierarchy !== undefined) return { condition: hierarchy, code: head.parameter.code, links: 1 };
  return { ...simple(sent, capability, head), links: 0 };
}

/** A name is asked of every type that it may lead to, as IHE MHD does by `author.given`; a code, which may mean another thing in each, of one. */
function chain(sent: Sent, capability: TypeCapability, { head, rest }: Chain, leads: Leads): Parsed {
  // Traces name people and systems by identifiers, and refer to none of them (https://profiles.ihe.net/ITI/TF/Volume2/ITI-81.html).
  if (capability.type === 'AuditEvent' && rest === 'identifier' && named.has(head))
    return along(sent, capability, `${head}:identifier`, leads);
  const { parameter, modifier } = headOf(sent, capability, head);
  const { type } = capability;
  const { code } = parameter;
  const possible = targetsOf(sent.context, type, parameter, modifier).filter((target) => leads(target, rest));
  const [end = ''] = rest.split(':');
  const isName = possible.length <= mostTypes && possible.every(({ search }) => search.get(end)?.type === 'string');
  if (possible.length > 1 && !isName) {
    const names = possible.map((one) => `${code}:${one.type}.${rest}`);
    throw badValue(sent.name, `several types are possible; say which: ${names.join(', ')}`);
  }
  const record = isRecord(sent.context, type, code);
  if (!record) for (const target of possible) judgeContained(capability, target.type, sent.name);
  const [first, ...others] = possible.map((target) =>
    linkTo(sent, { type, code, target: target.type, record }, target, rest, leads),
  );
  if (first === undefined) throw unknownParameter(sent.name);
  if (others.length === 0) return linked(first.condition, first.inner);
  return linked({ op: 'any', of: [first, ...others].map(({ condition }) => condition) }, first.inner);
}

function linkTo(
  sent: Sent,
  link: Link,
  target: TypeCapability,
  rest: string,
  leads: Leads,
): { readonly condition: Linked; readonly inner: Parsed } {
  const inner = along(sent, target, rest, leads);
  const { code } = link;
  const alone = linksIn(sent.name) === 1 && target.type === 'Patient' && (code === 'patient' || code === 'subject');
  const identity = alone && inner.identity ? { identity: inner.identity } : {};
  return { condition: { op: 'chain', name: sent.name, link, of: inner.condition, ...identity }, inner };
}

function has(sent: Sent, { type: target }: TypeCapability, { type, code, rest }: Has, leads: Leads): Parsed {
  const capability = sent.context.conformance.types.get(type);
  if (capability === undefined || !refersTo(capability, code, target)) throw unknownParameter(sent.name);
  const inner = along(sent, capability, rest, leads);
  const record = isRecord(sent.context, type, code);
  const condition = { op: 'has', name: sent.name, link: { type, code, target, record }, of: inner.condition } as const;
  // The record is a Patient's and nobody else's.
  return record && target !== 'Patient' ? { ...linked(condition, inner), condition: none } : linked(condition, inner);
}

function linked(condition: Linked | Any, { code, links }: Parsed): Parsed {
  return { condition, code, links: links + 1 };
}

function isRecord({ recordParameters }: Context, type: string, code: string): boolean {
  return recordParameters(type).has(code);
}

function refersTo({ search }: TypeCapability, code: string, target: string): boolean {
  const parameter = search.get(code);
  return parameter?.type === 'reference' && parameter.target.includes(target);
}

/** The declared types that the reference may lead to, `modifier` being one of them. */
function targetsOf(
  context: Context,
  type: string,
  { code, type: kind, target }: SearchParameter,
  modifier: string | undefined,
): readonly TypeCapability[] {
  if (kind !== 'reference') return [];
  const possible = isRecord(context, type, code) ? ['Patient'] : target;
  return possible
    .filter((one) => modifier === undefined || one === modifier)
    .flatMap((one) => context.conformance.types.get(one) ?? []);
}

/** Whether the path is one of parameters, of the type at its beginning; asked once of each type and rest of a path. */
type Leads = (capability: TypeCapability, path: string) => boolean;

function leading(context: Context): Leads {
  const known = new Map<string, boolean>();
  const look = (capability: TypeCapability, path: string): boolean => {
    const step = stepOf(path);
    if (step.kind === 'has') {
      const referring = context.conformance.types.get(step.type);
      return referring !== undefined && refersTo(referring, step.code, capability.type) && leads(referring, step.rest);
    }
    const [code = '', modifier] = (step.kind === 'chain' ? step.head : path).split(':');
    const parameter = capability.search.get(code);
    if (parameter === undefined || step.kind !== 'chain') return parameter !== undefined;
    return targetsOf(context, capability.type, parameter, modifier).some((target) => leads(target, step.rest));
  };
  const leads: Leads = (capability, path) => {
    const key = `${capability.type} ${path}`;
    const found = known.get(key) ?? look(capability, path);
    known.set(key, found);
    return found;
  };
  return leads;
}
