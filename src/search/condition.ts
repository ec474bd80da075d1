// One condition of a search on the searched type itself: a parameter with its modifier.
// https://hl7.org/fhir/R4/search.html#modifiers
import type { Conformance, SearchParameter, TypeCapability } from '../conformance/conformance.ts';
import { all, and, exists, type Filter, known, not, oneOf } from '../filter/filter.ts';
import type { Rank } from '../filter/rank.ts';
import { isContent, rankOf } from './content.ts';
import { mainDateSpan } from './main-date.ts';
import type { Asked } from './parameter-type.ts';
import { recordKeys } from './reference.ts';
import { parseToken } from './token.ts';
import { fieldParameter, parameterType } from './types.ts';
import { badValue, unescaped, unknownModifier, unknownParameter, valuesOf } from './value.ts';

export type Identity = { readonly system: string; readonly value: string };

export type Context = {
  readonly conformance: Conformance;
  readonly recordParameters: (type: string) => ReadonlySet<string>;
  readonly isMainDate: (type: string, parameter: SearchParameter) => boolean;
  readonly base: string | undefined;
  readonly now: Date;
  /** Whether the caller may ask for what attachments of the type say. */
  readonly attachments: (type: string) => boolean;
};

/** Of one parameter, on the type that it is asked of. */
export type Simple = {
  readonly condition: Filter;
  readonly code: string;
  /** Record keys, or ids, that the condition names and beyond which it finds nothing. */
  readonly records?: readonly string[];
  readonly ids?: readonly string[];
  readonly identity?: Identity;
  /** The words that it asks for. */
  readonly rank?: Rank;
};

/** What was sent, and where it is read. */
export type Sent = { readonly context: Context; readonly name: string; readonly text: string };
export type Head = { readonly parameter: SearchParameter; readonly modifier: string | undefined };

export function headOf({ name }: Sent, capability: TypeCapability, head: string): Head {
  const [code = '', modifier, ...rest] = head.split(':');
  const parameter = capability.search.get(code);
  if (parameter === undefined) throw unknownParameter(name);
  if (rest.length > 0) throw badValue(name, 'a parameter has one modifier at most');
  return { parameter, modifier };
}

export function simple({ context, name, text }: Sent, capability: TypeCapability, { parameter, modifier }: Head): Simple {
  const type = fieldParameter(parameter) ?? parameterType(parameter);
  if (type === undefined) throw unknownParameter(name);
  const { base, now, conformance, attachments } = context;
  const asked: Asked = {
    parameter,
    name,
    modifier,
    values: valuesOf(name, text),
    base,
    now,
    terminology: conformance.terminology,
    attachments: attachments(capability.type),
  };
  const common = { code: parameter.code };
  if (modifier === 'missing') return { ...common, condition: missing(asked) };
  if (modifier !== 'identifier' && context.recordParameters(capability.type).has(parameter.code)) {
    const records = recordKeys(asked);
    if (records === undefined) throw unknownModifier(name, ['missing', ...type.modifiers(parameter)]);
    return { ...common, condition: oneOf('rec', records), records };
  }
  const condition = type.condition(asked);
  if (condition === undefined) throw unknownModifier(name, ['missing', ...type.modifiers(parameter)]);
  const span = context.isMainDate(capability.type, parameter) ? mainDateSpan(condition) : all;
  const rank = isContent(parameter) ? { rank: rankOf(asked) } : {};
  return { ...common, condition: and(condition, span), ...namedBy(asked), ...rank };
}

function missing({ parameter, name, values }: Asked): Filter {
  const [value] = values;
  if (values.length !== 1 || (value !== 'true' && value !== 'false')) throw badValue(name, 'true or false');
  if (fieldParameter(parameter) !== undefined) return known(value === 'false');
  return value === 'true' ? not(exists(`s.${parameter.code}`)) : exists(`s.${parameter.code}`);
}

function namedBy({ parameter: { code }, name, modifier, values }: Asked): Pick<Simple, 'ids' | 'identity'> {
  if (modifier !== undefined) return {};
  if (code === '_id') return { ids: values.map((value) => unescaped(name, value)) };
  const [only] = values;
  if (code !== 'identifier' || only === undefined || values.length > 1) return {};
  const { system, code: value } = parseToken(name, only);
  return system && value ? { identity: { system, value } } : {};
}
