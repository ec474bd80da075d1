// Quantities: intervals with the units by which they may be asked for; UCUM ones in base units too, so that 5.4 g finds 5400 mg.
// https://hl7.org/fhir/R4/search.html#quantity
import { isObject, type JsonObject, textOf } from '../fhir/json.ts';
import { type Unit, ucumSystem, unitOf } from '../fhir/ucum.ts';
import { and, element, equals, type Filter, or } from '../filter/filter.ts';
import type { Parameter } from '../filter/row.ts';
import { longestValue } from './fold.ts';
import { asked, decimalOf, justAbove, justBelow, numberOf, unbounded } from './number.ts';
import type { Asked, Entries, ParameterType } from './parameter-type.ts';
import { lying, prefixOf } from './prefix.ts';
import { tokenEntry } from './token.ts';
import { badValue, split, unescaped } from './value.ts';

type End = {
  readonly value: number;
  readonly excluded?: boolean;
  readonly system?: string;
  readonly code?: string;
  readonly unit?: string;
};
/** An absent end is open; one of the two is there. */
type Ends = { readonly low?: End; readonly high?: End };

const currencies = 'urn:iso:std:iso:4217';

/** What an interval's `u` holds: that it is in any unit; a code or a text; a code of a system; or base units, and then nothing else. */
const anyUnit = 'any';
const writtenUnit = (text: string): string => tokenEntry('unit', text);
const codedUnit = (system: string, code: string): string => tokenEntry('code', code, system);
const baseUnit = ({ dimension }: Unit): string => tokenEntry('base', dimension);

/** A Quantity, Money, a Range, or the bounds of SampledData. */
function endsOf(node: unknown): readonly Ends[] {
  if (!isObject(node)) return [];
  if (isObject(node.origin)) return sampled(node, node.origin);
  if (node.low === undefined && node.high === undefined) return compared(textOf(node.comparator), endOf(node));
  const [low, high] = [endOf(node.low), endOf(node.high)];
  return low || high ? [{ ...(low && { low }), ...(high && { high }) }] : [];
}

function endOf(node: unknown): End | undefined {
  if (!isObject(node)) return undefined;
  const value = numberOf(node.value);
  return value === undefined ? undefined : { value, ...namedIn(node) };
}

function namedIn(node: JsonObject): Omit<End, 'value'> {
  const [system, code] = node.currency === undefined ? [node.system, node.code] : [currencies, node.currency];
  return {
    ...(typeof system === 'string' && { system }),
    ...(typeof code === 'string' && { code }),
    ...(typeof node.unit === 'string' && { unit: node.unit }),
  };
}

function compared(comparator: string | undefined, end: End | undefined): readonly Ends[] {
  if (end === undefined) return [];
  switch (comparator) {
    case '<':
      return [{ high: { ...end, excluded: true } }];
    case '<=':
      return [{ high: end }];
    case '>=':
      return [{ low: end }];
    case '>':
      return [{ low: { ...end, excluded: true } }];
    default:
      return [{ low: end, high: end }];
  }
}

/** `L` and `U` stand for values beyond what could be detected. */
function sampled({ data, factor }: JsonObject, origin: JsonObject): readonly Ends[] {
  const signs = (textOf(data) ?? '').split(/\s+/);
  const scale = numberOf(factor) ?? 1;
  const zero = numberOf(origin.value) ?? 0;
  const values = signs.map((sign) => decimalOf(sign)).flatMap((decimal) => (decimal ? [decimal.value * scale + zero] : []));
  const least = values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  const most = values.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
  if (values.length === 0) return [];
  const named = namedIn(origin);
  return [
    {
      ...(!signs.includes('L') && { low: { value: least, ...named } }),
      ...(!signs.includes('U') && { high: { value: most, ...named } }),
    },
  ];
}

function interval({ low, high }: Ends, scaled: (value: number) => number, u: readonly string[]): Parameter {
  const [from, to] = [low && scaled(low.value), high && scaled(high.value)];
  return {
    l: from === undefined ? unbounded.low : low?.excluded ? justAbove(from) : from,
    h: to === undefined ? unbounded.high : high?.excluded ? justBelow(to) : to,
    u,
  };
}

/** As it is written, where both ends are of one unit. */
function asWritten(ends: Ends): readonly Parameter[] {
  const { low = ends.high, high = low } = ends;
  if (low?.system !== high?.system || low?.code !== high?.code || low?.unit !== high?.unit) return [];
  const { system, code, unit } = low ?? {};
  const names = [code, unit].flatMap((name) => (name === undefined || name.length > longestValue ? [] : [writtenUnit(name)]));
  const whole = system === undefined || code === undefined ? [] : [codedUnit(system, code)];
  return [interval(ends, (value) => value, [...new Set([anyUnit, ...names, ...whole])])];
}

function inBaseUnits(ends: Ends): readonly Parameter[] {
  const [low, high] = [ends.low ?? ends.high, ends.high ?? ends.low].map(ucumUnit);
  if (low === undefined || low.dimension !== high?.dimension) return [];
  const { l } = interval(ends, low.toBase, []);
  const { h } = interval(ends, high.toBase, []);
  return l === undefined || h === undefined ? [] : [{ l, h, u: [baseUnit(low)] }];
}

function ucumUnit(end: Pick<End, 'system' | 'code'> | undefined): Unit | undefined {
  return end?.system === ucumSystem && end.code !== undefined ? unitOf(end.code) : undefined;
}

function index({ code }: { readonly code: string }, nodes: readonly unknown[]): Entries {
  const found = nodes.flatMap(endsOf).map((ends) => [...inBaseUnits(ends), ...asWritten(ends)]);
  const all = found.flat();
  return {
    idx: [],
    p: all.length === 0 ? {} : { [code]: all },
    // Base units first: grams and milligrams in one order.
    keys: found.flatMap(([first]) =>
      typeof first?.l === 'number' && typeof first.h === 'number' ? [{ min: first.l, max: first.h }] : [],
    ),
  };
}

function quantityFilter(name: string, value: string): Filter {
  const [first = '', ...unit] = split(value, '|').map((part) => unescaped(name, part));
  const [prefix, text] = prefixOf(first);
  const decimal = decimalOf(text);
  if (decimal === undefined) throw badValue(name, 'not a number');
  const [system, code] = unit;
  if (unit.length === 0) return and(equals('u', anyUnit), lying(prefix, 'l', 'h', asked(prefix, decimal)));
  if (unit.length !== 2 || system === undefined || !code) throw badValue(name, 'a unit follows as |system|code or ||code');
  const ucum = ucumUnit({ system, code });
  const tag = ucum ? baseUnit(ucum) : system === '' ? writtenUnit(code) : codedUnit(system, code);
  return and(equals('u', tag), lying(prefix, 'l', 'h', asked(prefix, decimal, ucum?.toBase)));
}

function condition({ parameter: { code }, name, modifier, values }: Asked): Filter | undefined {
  if (modifier !== undefined) return undefined;
  return or(...values.map((value) => element(`p.${code}`, quantityFilter(name, value))));
}

export const quantityType: ParameterType = { index, modifiers: () => [], condition };
