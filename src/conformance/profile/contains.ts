// Whether a value is the one that `fixed[x]` or `pattern[x]` asks for.
// https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_
import { isObject } from '../../fhir/json.ts';
import { deepEqual } from '../path/value.ts';

export function contains(value: unknown, wanted: unknown, exact: boolean): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(value) || (exact && value.length !== wanted.length)) return false;
    return wanted.every((part) => value.some((one) => contains(one, part, exact)));
  }
  if (!isObject(wanted)) return deepEqual(value, wanted);
  if (!isObject(value) || (exact && Object.keys(value).length !== Object.keys(wanted).length)) return false;
  return Object.entries(wanted).every(([name, part]) => Object.hasOwn(value, name) && contains(value[name], part, exact));
}
