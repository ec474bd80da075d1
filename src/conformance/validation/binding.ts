// Required bindings: the code, or one of the codings, is of the value set.
// https://hl7.org/fhir/R4/terminologies.html#required
import { isObject, objectsOf } from '../../fhir/json.ts';
import type { Check } from './visit.ts';
import { report } from './visit.ts';

/** `system|code`. */
export type ValueSet = ReadonlySet<string>;

const token = '[A-Za-z0-9!#$&^_.+-]+';
const mimeType = new RegExp(`^${token}/${token}(\\s*;\\s*${token}=("[^"]*"|[^\\s;"]+))*$`);
const language = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/;

/** Value sets without end, by the form of their codes. */
export const forms: ReadonlyMap<string, RegExp> = new Map([
  ['http://hl7.org/fhir/ValueSet/mimetypes', mimeType],
  ['http://hl7.org/fhir/ValueSet/all-languages', language],
  ['http://loinc.org/vs/LL379-9', /^LA\d+-\d$/],
]);

/** Types whose binding is a set of codes. */
export const bindable = new Set(['code', 'Coding', 'CodeableConcept', 'Quantity', 'string', 'uri']);

const text = 'this code is not in the required value set';

function codesOf(set: ValueSet): ReadonlySet<string> {
  return new Set([...set].map((entry) => entry.slice(entry.lastIndexOf('|') + 1)));
}

/** For an element of one of the bindable types. */
export function boundTo(type: string, set: ValueSet | RegExp): Check {
  const has = ({ system, code }: { system?: unknown; code?: unknown }): boolean =>
    set instanceof RegExp ? typeof code === 'string' && set.test(code) : set.has(`${system}|${code}`);
  switch (type) {
    case 'Coding':
    case 'Quantity':
      return (value, at, visit) => {
        if (isObject(value) && !has(value)) report(visit, 'code-invalid', text, at);
      };
    case 'CodeableConcept':
      return (value, at, visit) => {
        if (isObject(value) && !objectsOf(value.coding).some(has)) report(visit, 'code-invalid', text, at);
      };
    default: {
      const codes = set instanceof RegExp ? undefined : codesOf(set);
      return (value, at, visit) => {
        if (typeof value === 'string' && !(codes?.has(value) ?? has({ code: value }))) report(visit, 'code-invalid', text, at);
      };
    }
  }
}
