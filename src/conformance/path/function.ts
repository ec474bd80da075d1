// The functions of FHIRPath that constraints use: those of collections and texts, and those that ask something of each item.
// https://hl7.org/fhirpath/N1/#functions
import { isObject } from '../../fhir/json.ts';
import type { Items } from './value.ts';
import { distinct, numberOf, single, truthOf, within } from './value.ts';

/** From its input and the values of its arguments. `same`: the result is of the input's types, else of a primitive one. */
export type Plain = { readonly run: (input: Items, values: readonly Items[]) => Items; readonly same?: true };

type Texts = (input: string, argument: string) => unknown;

const plain = (run: Plain['run']): Plain => ({ run });
const same = (run: Plain['run']): Plain => ({ run, same: true });

/** Of one text and one argument. */
function ofText(run: Texts): Plain {
  return plain((input, [argument = []]) => {
    const [text, other] = [single(input), single(argument)];
    return typeof text === 'string' && typeof other === 'string' ? [run(text, other)] : [];
  });
}

function stringOf(item: unknown): string {
  return String(numberOf(item) ?? item);
}

function isDistinct(input: Items): boolean {
  return distinct(input).length === input.length;
}

const patterns = new Map<string, RegExp>();

/** Patterns come from definitions alone, so there are few. */
function matches(text: string, pattern: string): boolean {
  const known = patterns.get(pattern) ?? new RegExp(pattern, 's');
  patterns.set(pattern, known);
  return known.test(text);
}

function substring(input: Items, [start = [], length = []]: readonly Items[]): Items {
  const [text, from, count] = [single(input), numberOf(single(start)), numberOf(single(length))];
  if (typeof text !== 'string' || from === undefined || from < 0 || from >= text.length) return [];
  return [text.slice(from, count === undefined ? undefined : from + count)];
}

export const plainFunctions: ReadonlyMap<string, Plain> = new Map([
  ['empty', plain((input) => [input.length === 0])],
  ['exists', plain((input) => [input.length > 0])],
  ['not', plain((input) => (input.length === 0 ? [] : [truthOf(input) === false]))],
  ['hasValue', plain((input) => [input.length === 1 && (typeof input[0] !== 'object' || !isObject(input[0]))])],
  ['count', plain((input) => [input.length])],
  ['length', plain((input) => input.map((item) => String(item).length))],
  ['isDistinct', plain((input) => [isDistinct(input)])],
  ['allTrue', plain((input) => [input.every((item) => item === true)])],
  ['allFalse', plain((input) => [input.every((item) => item === false)])],
  ['anyTrue', plain((input) => [input.some((item) => item === true)])],
  ['anyFalse', plain((input) => [input.some((item) => item === false)])],
  ['toString', plain((input) => input.map(stringOf))],
  ['startsWith', ofText((text, argument) => text.startsWith(argument))],
  ['endsWith', ofText((text, argument) => text.endsWith(argument))],
  ['contains', ofText((text, argument) => text.includes(argument))],
  ['matches', ofText(matches)],
  ['substring', plain(substring)],
  ['first', same((input) => input.slice(0, 1))],
  ['last', same((input) => input.slice(-1))],
  ['tail', same((input) => input.slice(1))],
  ['distinct', same((input) => distinct(input))],
  ['trace', same((input) => input)],
  ['union', same((input, [other = []]) => distinct([...input, ...other]))],
  ['combine', same((input, [other = []]) => [...input, ...other])],
  ['intersect', same((input, [other = []]) => distinct(within(input, other, true)))],
  ['exclude', same((input, [other = []]) => within(input, other, false))],
]);

type Ask = (item: unknown) => Items;

function repeat(input: Items, ask: Ask): Items {
  const known = new Set<string>();
  const found: unknown[] = [];
  let next = input;
  while (next.length > 0) {
    next = distinct(next.flatMap(ask), known);
    for (const item of next) found.push(item);
  }
  return found;
}

/** From its input and a question asked of each item. `of`: what its result is made of. */
export type Asking = {
  readonly run: (input: Items, ask: Ask) => Items;
  readonly of: 'input' | 'answer' | 'truth';
};

export const askingFunctions: ReadonlyMap<string, Asking> = new Map<string, Asking>([
  ['where', { run: (input, ask) => input.filter((item) => truthOf(ask(item)) === true), of: 'input' }],
  ['exists', { run: (input, ask) => [input.some((item) => truthOf(ask(item)) === true)], of: 'truth' }],
  ['all', { run: (input, ask) => [input.every((item) => truthOf(ask(item)) === true)], of: 'truth' }],
  ['select', { run: (input, ask) => input.flatMap(ask), of: 'answer' }],
  ['repeat', { run: repeat, of: 'answer' }],
]);
