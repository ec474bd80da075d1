// `_include` and `_revinclude`: what resources refer to, and what refers to them; declared ones only.
// https://hl7.org/fhir/R4/search.html#revinclude
import type { SearchParameter, TypeCapability } from '../conformance/conformance.ts';
import type { JsonObject } from '../fhir/json.ts';
import type { LiteralReference } from '../fhir/reference.ts';
import { type Filter, none, oneOf } from '../filter/filter.ts';
import type { Context } from './condition.ts';
import { elementsOf } from './index-of.ts';
import { ownReferences, referringTo } from './reference.ts';
import { badValue, unknownParameter } from './value.ts';

export type Include = {
  /** The type that has the reference. */
  readonly type: string;
  readonly parameter: SearchParameter;
  /** The type that it leads to; absent: any. */
  readonly target?: string;
  /** The reference is the one to the record. */
  readonly record: boolean;
  /** Of what is included as well, not of the matches alone. */
  readonly iterate: boolean;
};

export type IncludeKind = '_include' | '_revinclude';

/** `_include`, `_revinclude:iterate` …; undefined for another parameter. */
export function includeKind(name: string): { readonly kind: IncludeKind; readonly iterate: boolean } | undefined {
  const [, kind, modifier] = /^(_include|_revinclude)(:.*)?$/s.exec(name) ?? [];
  if (kind !== '_include' && kind !== '_revinclude') return undefined;
  if (modifier !== undefined && modifier !== ':iterate') throw unknownParameter(name);
  return { kind, iterate: modifier !== undefined };
}

/** `Type:param`, `Type:param:Target`, `Type:*` or `*`: what is declared of it. */
export function parseIncludes(context: Context, capability: TypeCapability, name: string, text: string): readonly Include[] {
  const { kind = '_include', iterate = false } = includeKind(name) ?? {};
  const around = iterate ? [...context.conformance.types.values()] : [capability];
  const [type = '', code, target, ...rest] = text.split(':');
  const wild = text === '*' || code === '*';
  if (rest.length > 0 || (code === undefined && !wild)) throw unknownParameter(name);
  const declared = around.flatMap((one) => {
    const pairs = kind === '_include' ? one.includes : one.revincludes;
    if (wild && !pairs.has('*')) return [];
    const asked = [...pairs].filter((pair) => pair !== '*' && (text === '*' || pair.startsWith(wild ? `${type}:` : '')));
    const named = wild ? asked : asked.filter((pair) => pair === `${type}:${code}`);
    return named.flatMap((pair) => includeOf(context, pair, iterate, kind === '_include' ? undefined : one.type));
  });
  if (declared.length === 0) throw unknownParameter(name);
  const led = target === undefined ? declared : declared.flatMap((include) => leadingTo(include, target));
  if (led.length > 0) return led;
  throw badValue(
    name,
    kind === '_include' ? 'not a type that the reference leads to' : 'leads to another type than the one searched',
  );
}

function includeOf(context: Context, pair: string, iterate: boolean, target: string | undefined): readonly Include[] {
  const [type = '', code = ''] = pair.split(':');
  const parameter = context.conformance.types.get(type)?.search.get(code);
  if (parameter?.type !== 'reference') return [];
  return [
    { type, parameter, record: context.recordParameters(type).has(code), iterate, ...(target !== undefined && { target }) },
  ];
}

function leadingTo(include: Include, target: string): readonly Include[] {
  const leads = include.target === undefined ? include.parameter.target.includes(target) : include.target === target;
  return leads ? [{ ...include, target }] : [];
}

/** What the resource refers to here. Whether the caller may see it is for the one who asks. */
export function includedReferences(
  { parameter, target }: Include,
  resource: JsonObject,
  base?: string,
): readonly LiteralReference[] {
  return ownReferences(elementsOf(parameter, resource), base).filter(({ type }) => type === (target ?? type));
}

/** The rows of `include.type` that refer to the given ids of its target. */
export function revincludeFilter({ record, parameter, target = 'Patient' }: Include, ids: readonly string[]): Filter {
  if (!record) return referringTo(parameter.code, target, ids);
  // The record is a Patient's and nobody else's.
  return target === 'Patient' ? oneOf('rec', ids) : none;
}
