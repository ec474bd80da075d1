// `_include` and `_revinclude`: what a page's resources refer to, and what refers to them; declared ones only.
// https://hl7.org/fhir/R4/search.html#revinclude
import type { SearchParameter, TypeCapability } from '../conformance/conformance.ts';
import type { JsonObject } from '../fhir/json.ts';
import { parseReference } from '../fhir/reference.ts';
import { type Filter, oneOf } from '../filter/filter.ts';
import type { Context } from './condition.ts';
import { elementsOf } from './index-of.ts';
import { referenceEntry, referencesOf } from './reference.ts';
import { badValue, unknownParameter } from './value.ts';

export type Include = {
  /** The type that has the reference. */
  readonly type: string;
  readonly parameter: SearchParameter;
  readonly target?: string;
  /** The reference is the one to the record. */
  readonly record: boolean;
};

/** `Type:param` or `Type:param:Target`, the reference being of the searched type. */
export function parseInclude(context: Context, capability: TypeCapability, name: string, text: string): Include {
  return parse(context, capability.includes, name, text);
}

/** The same, the reference being to the searched type. */
export function parseRevinclude(context: Context, capability: TypeCapability, name: string, text: string): Include {
  const include = parse(context, capability.revincludes, name, text);
  if ((include.target ?? capability.type) !== capability.type)
    throw badValue(name, 'leads to another type than the one searched');
  return { ...include, target: capability.type };
}

function parse(context: Context, declared: ReadonlySet<string>, name: string, text: string): Include {
  const [type = '', code = '', target, ...rest] = text.split(':');
  const parameter = context.conformance.types.get(type)?.search.get(code);
  if (parameter?.type !== 'reference' || rest.length > 0 || !declared.has(`${type}:${code}`)) throw unknownParameter(name);
  if (target !== undefined && !parameter.target.includes(target)) throw badValue(name, 'not a type that the reference leads to');
  return { type, parameter, record: context.recordParameters(type).has(code), ...(target !== undefined && { target }) };
}

/** What the resources refer to here, as ids by type. Whether the caller may see it is for the one who asks. */
export function includedIds(
  include: Include,
  resources: readonly JsonObject[],
  base?: string,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const resource of resources) {
    for (const text of referencesOf(elementsOf(include.parameter, resource), base)) {
      const literal = parseReference(text);
      if (literal === undefined || literal.base !== undefined || literal.type !== (include.target ?? literal.type)) continue;
      found.set(literal.type, (found.get(literal.type) ?? new Set<string>()).add(literal.id));
    }
  }
  return found;
}

/** The rows of `include.type` that refer to the given ids of the searched type. */
export function revincludeFilter({ record, parameter, target = 'Patient' }: Include, ids: readonly string[]): Filter {
  return record
    ? oneOf('rec', ids)
    : oneOf(
        'idx',
        ids.map((id) => referenceEntry(parameter.code, target, id)),
      );
}
