// `:of-type`: an identifier by the coding of its type and its value, `system|code|value`.
// https://hl7.org/fhir/R4/search.html#token
import { isObject, objectsOf, textOf } from '../fhir/json.ts';
import { type Filter, oneOf } from '../filter/filter.ts';
import { longestValue } from './fold.ts';
import type { Asked } from './parameter-type.ts';
import { escapeBars } from './token.ts';
import { badValue, split, unescaped } from './value.ts';

type TypedValue = readonly [system: string, code: string, value: string];

const entry = (parameter: string, typed: TypedValue): string => `${parameter}:of-type|${typed.map(escapeBars).join('|')}`;

export function ofTypeEntries(parameter: string, nodes: readonly unknown[]): readonly string[] {
  return nodes.flatMap(typedValues).map((typed) => entry(parameter, typed));
}

function typedValues(node: unknown): readonly TypedValue[] {
  const value = isObject(node) ? textOf(node.value) : undefined;
  if (!isObject(node) || !isObject(node.type) || value === undefined) return [];
  return objectsOf(node.type.coding).flatMap(({ system, code }): readonly TypedValue[] =>
    typeof system === 'string' && typeof code === 'string' && [system, code, value].every((part) => part.length <= longestValue)
      ? [[system, code, value]]
      : [],
  );
}

export function ofType({ parameter, name, values }: Asked): Filter {
  const entries = values.map((text) => {
    const [system = '', code = '', value = '', ...rest] = split(text, '|').map((part) => unescaped(name, part));
    if (system === '' || code === '' || value === '' || rest.length > 0) throw badValue(name, 'system|code|value');
    return entry(parameter.code, [system, code, value]);
  });
  return oneOf('idx', entries);
}
