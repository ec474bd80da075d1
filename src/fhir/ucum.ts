// The one door to UCUM: a unit in base units, so that 5.4 g and 5400 mg are one and the same.
// https://ucum.org/ucum, https://hl7.org/fhir/R4/search.html#quantity
import { UcumLhcUtils } from '@lhncbc/ucum-lhc';

export const ucumSystem = 'http://unitsofmeasure.org';

/** `dimension`: base units with their exponents; `toBase` keeps the order of numbers. */
export type Unit = { readonly dimension: string; readonly toBase: (value: number) => number };

const utilities = UcumLhcUtils.getInstance();
const form = /^[!-~]{1,100}$/;
const known = new Map<string, Unit | undefined>();
const mostKnown = 1000;

/** Undefined for what is no UCUM code, and for units that compare with themselves only: arbitrary ones (`[iU]`) and logarithms (`[pH]`). */
export function unitOf(code: string): Unit | undefined {
  if (!known.has(code)) {
    if (known.size >= mostKnown) known.clear();
    known.set(code, form.test(code) ? read(code) : undefined);
  }
  return known.get(code);
}

function read(code: string): Unit | undefined {
  const none = utilities.convertToBaseUnits(code, 0);
  const one = utilities.convertToBaseUnits(code, 1);
  const exponents = Object.entries(one.unitToExp ?? {});
  const dimension = exponents
    .map(([base, exponent]) => `${base}${exponent}`)
    .sort()
    .join('.');
  // Of the units with a function of their own, temperatures alone are a factor and an offset.
  if (one.status !== 'succeeded' || (one.fromUnitIsSpecial === true && dimension !== 'K1')) return undefined;
  const offset = one.fromUnitIsSpecial === true ? (none.magnitude ?? Number.NaN) : 0;
  const factor = (one.magnitude ?? Number.NaN) - offset;
  if (!(Number.isFinite(factor) && factor > 0 && Number.isFinite(offset))) return undefined;
  return { dimension, toBase: (value) => rounded(value * factor + offset) };
}

/** Twelve digits: what the conversion adds beyond them is noise of its own. Finite, as all that is compared. */
function rounded(value: number): number {
  return Number(Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value)).toPrecision(12));
}
