// Search by token: what each modifier asks of the entries of token.ts and of those of the files beside it.
// https://hl7.org/fhir/R4/search.html#token
import type { SearchParameter } from '../conformance/conformance.ts';
import { type Filter, not, or } from '../filter/filter.ts';
import { mimeTypes, withinMimeType } from './mime-type.ts';
import { ofType, ofTypeEntries } from './of-type.ts';
import type { Asked, Entries, ParameterType } from './parameter-type.ts';
import { subsuming } from './subsumption.ts';
import { indexTokens, parseToken, type Token, tokenFilter } from './token.ts';
import { displayText, displayTextEntries } from './token-text.ts';
import { badValue } from './value.ts';
import { inValueSet } from './value-set.ts';

const coded = ['CodeableConcept', 'Coding', 'code'];
const withoutSystem: ReadonlySet<string> = new Set(['ContactPoint', 'boolean', 'string', 'uri']);

const plain: ReadonlySet<string> = new Set(['code', 'boolean', 'string', 'uri']);

/** Undefined elements may be any. */
function mayBe({ elements }: SearchParameter, ...types: readonly string[]): boolean {
  return elements === undefined || types.some((type) => elements.has(type));
}

/** A token over a string is not case sensitive. */
function isCaseless({ elements }: SearchParameter): boolean {
  return elements?.size === 1 && elements.has('string');
}

function index(parameter: SearchParameter, nodes: readonly unknown[]): Entries {
  const { code, systems } = parameter;
  const compared = isCaseless(parameter) ? nodes.map((node) => (typeof node === 'string' ? node.toLowerCase() : node)) : nodes;
  const entries = indexTokens(code, code, compared, systems);
  return { ...entries, idx: [...entries.idx, ...displayTextEntries(code, nodes), ...ofTypeEntries(code, nodes)] };
}

function tokenOf({ parameter, name }: Asked, value: string): Token {
  const token = parseToken(name, isCaseless(parameter) ? value.toLowerCase() : value);
  const { elements } = parameter;
  if (token.system !== undefined && elements?.isSubsetOf(withoutSystem))
    throw badValue(name, 'what it reads has no system: a value has no bar');
  return { ...systemOf(parameter, token), ...token };
}

/** Of what has no system of its own the definitions know it: a whole entry is found sooner than the beginning of one. */
function systemOf({ elements, systems }: SearchParameter, { code }: Token): Pick<Token, 'system'> {
  if (code === undefined || elements === undefined || elements.size === 0 || !elements.isSubsetOf(plain)) return {};
  return { system: systems?.get(code) ?? '' };
}

function matching(asked: Asked): Filter {
  const { code } = asked.parameter;
  return or(...asked.values.map((value) => tokenFilter(code, code, tokenOf(asked, value))));
}

const modifiers: Readonly<Record<string, (asked: Asked) => Filter>> = {
  not: (asked) => not(matching(asked)),
  text: displayText,
  in: inValueSet,
  'not-in': (asked) => not(inValueSet(asked)),
  above: (asked) => subsuming('above', asked),
  below: (asked) => (asked.parameter.binding === mimeTypes ? withinMimeType(asked) : subsuming('below', asked)),
  'of-type': ofType,
};

function modifiersOf(parameter: SearchParameter): readonly string[] {
  const isMimeType = parameter.binding === mimeTypes;
  return [
    'not',
    ...(mayBe(parameter, 'CodeableConcept', 'Coding', 'Identifier') ? ['text'] : []),
    ...(mayBe(parameter, ...coded) && !isMimeType ? ['in', 'not-in', 'above', 'below'] : []),
    ...(isMimeType ? ['below'] : []),
    ...(mayBe(parameter, 'Identifier') ? ['of-type'] : []),
  ];
}

function condition(asked: Asked): Filter | undefined {
  const { parameter, modifier } = asked;
  if (modifier === undefined) return matching(asked);
  return modifiersOf(parameter).includes(modifier) ? modifiers[modifier]?.(asked) : undefined;
}

export const tokenType: ParameterType = { index, modifiers: modifiersOf, condition };
