// The operators of FHIRPath, over collections.
// https://hl7.org/fhirpath/N1/#operations
import { isObject } from '../../fhir/json.ts';
import type { Items } from './value.ts';
import { compare, compareDates, deepEqual, distinct, includes, numberOf, single, truthOf } from './value.ts';

/** `dates`: both sides are dates or times, whose precision counts. */
export type Operator = (left: Items, right: Items, dates: boolean) => Items;

const result = (value: boolean | undefined): Items => (value === undefined ? [] : [value]);

function or(left: boolean | undefined, right: boolean | undefined): boolean | undefined {
  if (left === true || right === true) return true;
  return left === undefined || right === undefined ? undefined : false;
}

function not(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function equal(left: Items, right: Items, dates: boolean): boolean | undefined {
  if (left.length === 0 || right.length === 0) return undefined;
  if (left.length !== right.length) return false;
  const [one, other] = [left[0], right[0]];
  if (dates && left.length === 1 && typeof one === 'string' && typeof other === 'string') {
    const difference = compareDates(one, other);
    return difference === undefined ? undefined : difference === 0;
  }
  return left.every((item, index) => deepEqual(item, right[index]));
}

function inequality(holds: (difference: number) => boolean): Operator {
  return (left, right, dates) => {
    const [one, other] = [single(left), single(right)];
    // An object is a primitive without value here.
    if (one === undefined || other === undefined || isObject(one) || isObject(other)) return [];
    const both = dates && typeof one === 'string' && typeof other === 'string';
    const difference = both ? compareDates(one, other) : compare(one, other);
    return result(difference === undefined ? undefined : holds(difference));
  };
}

function membership(left: Items, right: Items): Items {
  const item = single(left);
  return item === undefined ? [] : [includes(right, item)];
}

function sum(left: Items, right: Items): Items {
  const [one, other] = [single(left), single(right)];
  if (one === undefined || other === undefined) return [];
  const [a, b] = [numberOf(one), numberOf(other)];
  if (a !== undefined && b !== undefined) return [a + b];
  if (typeof one === 'string' && typeof other === 'string') return [one + other];
  throw new TypeError('these cannot be added');
}

const textOf = (items: Items): string => String(single(items) ?? '');

export const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['or', (left, right) => result(or(truthOf(left), truthOf(right)))],
  ['and', (left, right) => result(not(or(not(truthOf(left)), not(truthOf(right)))))],
  ['implies', (left, right) => result(or(not(truthOf(left)), truthOf(right)))],
  [
    'xor',
    (left, right) => {
      const [one, other] = [truthOf(left), truthOf(right)];
      return result(one === undefined || other === undefined ? undefined : one !== other);
    },
  ],
  ['=', (left, right, dates) => result(equal(left, right, dates))],
  ['!=', (left, right, dates) => result(not(equal(left, right, dates)))],
  ['<', inequality((difference) => difference < 0)],
  ['<=', inequality((difference) => difference <= 0)],
  ['>', inequality((difference) => difference > 0)],
  ['>=', inequality((difference) => difference >= 0)],
  ['in', membership],
  ['contains', (left, right) => membership(right, left)],
  ['|', (left, right) => distinct([...left, ...right])],
  ['+', sum],
  ['&', (left, right) => [textOf(left) + textOf(right)]],
]);
