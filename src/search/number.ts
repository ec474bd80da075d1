// Numbers: intervals, as dates are. A number of a request means all that rounds to its last digit, a prefix of order its exact value.
// `1e2` has one significant digit, [50, 150): R4's table prints [95, 105) for it, which later versions correct.
// https://hl7.org/fhir/R4/search.html#number
import { isEngineDecimal } from '../fhir/fhirpath.ts';
import { isRawNumber } from '../fhir/json.ts';
import { element, type Filter, or } from '../filter/filter.ts';
import type { Asked, Entries, ParameterType } from './parameter-type.ts';
import { type Between, lying, type Prefix, prefixOf } from './prefix.ts';
import { badValue, unescaped } from './value.ts';

/** Without bounds: the greatest that sorts, compares and stands in a cursor as any number does. */
export const unbounded: Between<number> = { low: -Number.MAX_VALUE, high: Number.MAX_VALUE };

/** `low` is in the implied interval, `high` is not. */
export type Decimal = Between<number> & { readonly value: number };

const shape = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
const most = 400;

/** Undefined for what is no number, or none that a double can hold. */
export function decimalOf(text: string): Decimal | undefined {
  const [, sign, whole, fraction = '', exponent = '0'] = (text.length <= most && shape.exec(text)) || [];
  if (whole === undefined) return undefined;
  const digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -10n : 10n);
  const scale = Number(exponent) - fraction.length - 1;
  const at = (tenths: bigint): number => Number(`${tenths}e${scale}`);
  const decimal = { value: at(digits), low: at(digits - 5n), high: at(digits + 5n) };
  return Object.values(decimal).every(Number.isFinite) ? decimal : undefined;
}

const bits = new DataView(new ArrayBuffer(8));

/** The greatest number below: what an interval without its end still holds. */
export function justBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return bits.getFloat64(0);
}

export function justAbove(value: number): number {
  return -justBelow(-value);
}

/** What a prefix makes of a number; `scaled` takes it to the unit that is compared and keeps the order. `ap`: a tenth on either side. */
export function asked(
  prefix: Prefix,
  { value, low, high }: Decimal,
  scaled: (value: number) => number = (own) => own,
): Between<number> {
  switch (prefix) {
    case 'eq':
    case 'ne':
      return { low: scaled(low), high: justBelow(scaled(high)) };
    case 'ap': {
      const margin = Math.abs(value) / 10;
      return { low: scaled(Math.min(low, value - margin)), high: scaled(Math.max(high, value + margin)) };
    }
    default:
      return { low: scaled(value), high: scaled(value) };
  }
}

/** A decimal or integer of a resource, whichever way it was read. */
export function numberOf(node: unknown): number | undefined {
  const value = isRawNumber(node) ? Number(node.rawJSON) : isEngineDecimal(node) ? Number(node) : node;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function index({ code }: { readonly code: string }, nodes: readonly unknown[]): Entries {
  const values = nodes.map(numberOf).filter((value) => value !== undefined);
  return {
    idx: [],
    p: values.length === 0 ? {} : { [code]: values.map((value) => ({ l: value, h: value })) },
    keys: values.map((value) => ({ min: value, max: value })),
  };
}

function condition({ parameter: { code }, name, modifier, values }: Asked): Filter | undefined {
  if (modifier !== undefined) return undefined;
  const filters = values.map((value) => {
    const [prefix, text] = prefixOf(unescaped(name, value));
    const decimal = decimalOf(text);
    if (decimal === undefined) throw badValue(name, 'not a number');
    return lying(prefix, 'l', 'h', asked(prefix, decimal));
  });
  return element(`p.${code}`, or(...filters));
}

export const numberType: ParameterType = { index, modifiers: () => [], condition };
