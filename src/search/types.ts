// The search parameter types that the server has, and the parameters of every resource that are fields of the row.
// https://hl7.org/fhir/R4/search.html#all
import type { SearchParameter } from '../conformance/conformance.ts';
import { type Filter, not, oneOf } from '../filter/filter.ts';
import { compositeType } from './composite.ts';
import { contentType, isContent } from './content.ts';
import { dateFilter, dateType } from './date.ts';
import { numberType } from './number.ts';
import type { Asked, ParameterType } from './parameter-type.ts';
import { phoneticType } from './phonetic.ts';
import { quantityType } from './quantity.ts';
import { referenceType } from './reference.ts';
import { stringType } from './string.ts';
import { tokenType } from './token-type.ts';
import { uriType } from './uri.ts';
import { unescaped } from './value.ts';

/** A parameter that reads a field of the row: nothing to index, never missing. */
export type FieldParameter = Pick<ParameterType, 'modifiers' | 'condition'> & { readonly field: '_id' | 'lu' };

const fields: ReadonlyMap<string, FieldParameter> = new Map([
  ['_id', { field: '_id', modifiers: () => ['not'], condition: idCondition }],
  ['_lastUpdated', { field: 'lu', modifiers: () => [], condition: lastUpdatedCondition }],
]);

const types: ReadonlyMap<string, ParameterType> = new Map([
  ['token', tokenType],
  ['string', stringType],
  ['date', dateType],
  ['reference', referenceType],
  ['number', numberType],
  ['quantity', quantityType],
  ['uri', uriType],
  ['composite', compositeType(parameterType)],
]);

export function fieldParameter(parameter: SearchParameter): FieldParameter | undefined {
  return fields.get(parameter.code);
}

/** Undefined for what the server cannot search by. */
export function parameterType(parameter: SearchParameter): ParameterType | undefined {
  if (isContent(parameter)) return contentType;
  return parameter.code === 'phonetic' && parameter.type === 'string' ? phoneticType : types.get(parameter.type);
}

function idCondition({ name, modifier, values }: Asked): Filter | undefined {
  const named = oneOf(
    '_id',
    values.map((value) => unescaped(name, value)),
  );
  return modifier === undefined ? named : modifier === 'not' ? not(named) : undefined;
}

function lastUpdatedCondition(asked: Asked): Filter | undefined {
  return asked.modifier === undefined ? dateFilter('lu', 'lu', asked) : undefined;
}
