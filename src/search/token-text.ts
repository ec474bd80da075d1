// `:text`: the text of a concept, the display of a coding, the text of an identifier's type, searched as a string.
// https://hl7.org/fhir/R4/search.html#token
import { isObject, objectsOf } from '../fhir/json.ts';
import type { Filter } from '../filter/filter.ts';
import { fold, longestValue } from './fold.ts';
import type { Asked } from './parameter-type.ts';
import { beginningWith } from './string.ts';

const entryOf = (parameter: string): string => `${parameter}:text`;

export function displayTextEntries(parameter: string, nodes: readonly unknown[]): readonly string[] {
  const texts = nodes.flatMap(textsOf).filter((text) => typeof text === 'string');
  return texts.map((text) => `${entryOf(parameter)}|${fold(text).slice(0, longestValue)}`);
}

function textsOf(node: unknown): readonly unknown[] {
  if (!isObject(node)) return [];
  if (isObject(node.type)) return [node.type.text];
  return [node.text, node.display, ...objectsOf(node.coding).map(({ display }) => display)];
}

export function displayText(asked: Asked): Filter {
  return beginningWith(entryOf(asked.parameter.code), asked);
}
