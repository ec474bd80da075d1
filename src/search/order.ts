// `_sort`: several keys, `-` for descending; a row stands at its least value ascending, at its greatest descending.
// https://hl7.org/fhir/R4/search.html#sort
import type { TypeCapability } from '../conformance/conformance.ts';
import type { Order } from '../filter/order.ts';
import { isContent } from './content.ts';
import { fieldParameter, parameterType } from './types.ts';
import { tooMuch, unknownParameter, valuesOf } from './value.ts';

const mostKeys = 8;

export function parseSort(capability: TypeCapability, name: string, text: string): Order {
  const values = valuesOf(name, text);
  if (values.length > mostKeys) throw tooMuch(`Parameter ${name}: more than ${mostKeys} keys`, name);
  const keys = values.map((value) => sortKey(capability, name, value.trim()));
  const distinct = keys.filter(({ field }, index) => keys.findIndex((key) => key.field === field) === index);
  const end = distinct.findIndex(({ field }) => field === '_id');
  return end === -1 ? [...distinct, { field: '_id', descending: distinct[0]?.descending ?? false }] : distinct.slice(0, end + 1);
}

function sortKey(capability: TypeCapability, name: string, value: string): Order[number] {
  const descending = value.startsWith('-');
  const parameter = capability.search.get(descending ? value.slice(1) : value);
  if (parameter === undefined) throw unknownParameter(name);
  const field = fieldParameter(parameter)?.field;
  if (field !== undefined) return { field, descending };
  if (parameterType(parameter) === undefined || isContent(parameter)) throw unknownParameter(name);
  return { field: `s.${parameter.code}.${descending ? 'max' : 'min'}`, descending };
}
