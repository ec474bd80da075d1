// Composites: several values of one and the same element. Each element is indexed as a row of its own, by its components.
// https://hl7.org/fhir/R4/search.html#composite
import type { SearchParameter } from '../conformance/conformance.ts';
import { compilePathFromElement, type ElementPath } from '../fhir/element-path.ts';
import { isObject, type JsonObject } from '../fhir/json.ts';
import { and, element, type Filter, or } from '../filter/filter.ts';
import type { Asked, Entries, ParameterType } from './parameter-type.ts';
import { badValue, split } from './value.ts';

type TypeOf = (parameter: SearchParameter) => ParameterType | undefined;
type Component = { readonly parameter: SearchParameter; readonly type: ParameterType; readonly path: ElementPath };

const known = new WeakMap<SearchParameter, readonly Component[]>();

/** Of the composite's elements, not of the resource: an expression of a component begins there. Throws where one cannot be searched by. */
function componentsOf(composite: SearchParameter, typeOf: TypeOf): readonly Component[] {
  const found =
    known.get(composite) ??
    (composite.components ?? []).map((parameter) => {
      const type = typeOf(parameter);
      if (type === undefined) throw new Error(`search parameter ${composite.code}: no search by its ${parameter.code}`);
      return { parameter, type, path: compilePathFromElement(parameter.expression) };
    });
  known.set(composite, found);
  return found;
}

/** Undefined where the element lacks one of the parts. A part has no modifiers: what only they read is left out. */
function partsOf(components: readonly Component[], node: JsonObject, base: string | undefined): readonly Entries[] | undefined {
  const found = components.map(({ path }) => path(node));
  if (found.some((nodes) => nodes.length === 0)) return undefined;
  const parts = components.map(({ parameter, type }, at) => {
    const entries = type.index(parameter, found[at] ?? [], base);
    return { ...entries, idx: entries.idx.filter((entry) => entry.startsWith(`${parameter.code}|`)) };
  });
  return parts.every(({ keys }) => keys.length > 0) ? parts : undefined;
}

function index(components: readonly Component[], code: string, nodes: readonly unknown[], base: string | undefined): Entries {
  const whole = nodes.filter(isObject).flatMap((node) => {
    const parts = partsOf(components, node, base);
    return parts === undefined ? [] : [parts];
  });
  const inner = whole.map((parts) => ({
    idx: [...new Set(parts.flatMap(({ idx }) => idx))],
    p: Object.fromEntries(parts.flatMap(({ p }) => Object.entries(p))),
  }));
  return { idx: [], p: inner.length === 0 ? {} : { [code]: inner }, keys: whole.flatMap(([first]) => first?.keys ?? []) };
}

function compositeFilter(components: readonly Component[], asked: Asked, value: string): Filter {
  const parts = split(value, '$');
  const { code } = asked.parameter;
  const names = components.map(({ parameter }) => parameter.code).join('$');
  if (parts.length !== components.length || parts.some((part) => part.trim() === ''))
    throw badValue(asked.name, `a value is ${names}, a dollar within one of them is written \\$`);
  const filters = components.map(({ parameter, type }, at) => type.condition({ ...asked, parameter, values: [parts[at] ?? ''] }));
  return element(`p.${code}`, and(...filters.filter((filter) => filter !== undefined)));
}

export function compositeType(typeOf: TypeOf): ParameterType {
  return {
    index: (parameter, nodes, base) => index(componentsOf(parameter, typeOf), parameter.code, nodes, base),
    modifiers: () => [],
    condition: (asked) => {
      if (asked.modifier !== undefined) return undefined;
      const components = componentsOf(asked.parameter, typeOf);
      return or(...asked.values.map((value) => compositeFilter(components, asked, value)));
    },
  };
}
