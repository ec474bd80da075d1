// One condition of a search: a parameter with its modifier, or a chain of one step over a reference.
// https://hl7.org/fhir/R4/search.html#modifiers, https://hl7.org/fhir/R4/search.html#chaining
import type { Conformance, SearchParameter, TypeCapability } from '../conformance/conformance.ts';
import { exists, type Filter, known, not, oneOf } from '../filter/filter.ts';
import type { Asked } from './parameter-type.ts';
import { recordKeys } from './reference.ts';
import { parseToken } from './token.ts';
import { fieldParameter, parameterType } from './types.ts';
import { badValue, unescaped, unknownModifier, unknownParameter, valuesOf } from './value.ts';

export type Identity = { readonly system: string; readonly value: string };

/** The rows whose reference `code` leads to a visible row of type `target` that meets `of`; `record`: by the row's record. */
export type Chain = {
  readonly op: 'chain';
  readonly code: string;
  readonly target: string;
  readonly record: boolean;
  readonly of: Condition;
  /** The whole condition of `patient.identifier` is one identifier with its system. */
  readonly identity?: Identity;
};
export type Condition = Filter | Chain;

export type Context = {
  readonly conformance: Conformance;
  readonly recordParameters: (type: string) => ReadonlySet<string>;
  readonly base: string | undefined;
  readonly now: Date;
};

export type Parsed = {
  readonly condition: Condition;
  /** The code at the end of the chain. */
  readonly code: string;
  readonly chained: boolean;
  /** Record keys, or ids, that the condition names and beyond which it finds nothing. */
  readonly records?: readonly string[];
  readonly ids?: readonly string[];
  readonly identity?: Identity;
};

/** What was sent, and where it is read. */
type Sent = { readonly context: Context; readonly name: string; readonly text: string };
type Head = { readonly parameter: SearchParameter; readonly modifier: string | undefined };

export function parseCondition(context: Context, capability: TypeCapability, name: string, text: string): Parsed {
  const sent = { context, name, text };
  const dot = name.indexOf('.');
  if (dot === -1) return simple(sent, capability, headOf(sent, capability, name));
  return chain(sent, capability, headOf(sent, capability, name.slice(0, dot)), name.slice(dot + 1));
}

function headOf({ name }: Sent, capability: TypeCapability, head: string): Head {
  const [code = '', modifier, ...rest] = head.split(':');
  const parameter = capability.search.get(code);
  if (parameter === undefined) throw unknownParameter(name);
  if (rest.length > 0) throw badValue(name, 'a parameter has one modifier at most');
  return { parameter, modifier };
}

function simple({ context, name, text }: Sent, capability: TypeCapability, { parameter, modifier }: Head): Parsed {
  const type = fieldParameter(parameter) ?? parameterType(parameter);
  if (type === undefined) throw unknownParameter(name);
  const { base, now, conformance } = context;
  const asked: Asked = {
    parameter,
    name,
    modifier,
    values: valuesOf(name, text),
    base,
    now,
    terminology: conformance.terminology,
  };
  const common = { code: parameter.code, chained: false };
  if (modifier === 'missing') return { ...common, condition: missing(asked) };
  if (modifier !== 'identifier' && context.recordParameters(capability.type).has(parameter.code)) {
    const records = recordKeys(asked);
    if (records === undefined) throw unknownModifier(name, ['missing', ...type.modifiers(parameter)]);
    return { ...common, condition: oneOf('rec', records), records };
  }
  const condition = type.condition(asked);
  if (condition === undefined) throw unknownModifier(name, ['missing', ...type.modifiers(parameter)]);
  return { ...common, condition, ...namedBy(asked) };
}

function missing({ parameter, name, values }: Asked): Filter {
  const [value] = values;
  if (values.length !== 1 || (value !== 'true' && value !== 'false')) throw badValue(name, 'true or false');
  if (fieldParameter(parameter) !== undefined) return known(value === 'false');
  return value === 'true' ? not(exists(`s.${parameter.code}`)) : exists(`s.${parameter.code}`);
}

function namedBy({ parameter: { code }, name, modifier, values }: Asked): Pick<Parsed, 'ids' | 'identity'> {
  if (modifier !== undefined) return {};
  if (code === '_id') return { ids: values.map((value) => unescaped(name, value)) };
  const [only] = values;
  if (code !== 'identifier' || only === undefined || values.length > 1) return {};
  const { system, code: value } = parseToken(name, only);
  return system && value ? { identity: { system, value } } : {};
}

function chain(sent: Sent, { type }: TypeCapability, head: Head, tail: string): Parsed {
  const { code } = head.parameter;
  const record = sent.context.recordParameters(type).has(code);
  if (tail.includes('.')) throw unknownParameter(sent.name);
  const [end = ''] = tail.split(':');
  const target = targetOf(sent, head, record, end);
  const inner = simple(sent, target, headOf(sent, target, tail));
  const identity = target.type === 'Patient' && (code === 'patient' || code === 'subject') ? inner.identity : undefined;
  const condition: Chain = { op: 'chain', code, target: target.type, record, of: inner.condition, ...(identity && { identity }) };
  return { condition, code: inner.code, chained: true };
}

/** The one type that the chain leads to: of the declared ones that have the parameter at its end. */
function targetOf({ context, name }: Sent, { parameter, modifier }: Head, record: boolean, end: string): TypeCapability {
  if (parameter.type !== 'reference') throw unknownParameter(name);
  const possible = record ? ['Patient'] : parameter.target;
  const targets = possible
    .filter((type) => modifier === undefined || type === modifier)
    .flatMap((type) => context.conformance.types.get(type) ?? [])
    .filter(({ search }) => search.has(end));
  const [only, ...others] = targets;
  if (only === undefined) throw unknownParameter(name);
  if (others.length === 0) return only;
  const names = targets.map(({ type }) => `${parameter.code}:${type}.${end}`);
  throw badValue(name, `several types are possible; say which: ${names.join(', ')}`);
}
