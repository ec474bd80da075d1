// From which code systems PDSm lets the coded elements of a document and of a SubmissionSet be taken: its constr-bind-* rules.
// https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition-pdsm-comprehensive-document-reference.html
import { isObject, type JsonObject, objectsOf, textOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';

/** Begin of a system's address, as NOS and HL7 write it, or its OID. */
type Systems = readonly string[];

const nos = 'https://mos.esante.gouv.fr/NOS';
const confidentiality = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const producers = [`${nos}/TRE_A00-ProducteurDocNonPS/`, 'urn:oid:1.2.250.1.213.1.1.4.6'];
const sectors = [`${nos}/TRE_R02-SecteurActivite/`, 'urn:oid:1.2.250.1.71.4.2.4'];

export const documentSystems: ReadonlyMap<string, Systems> = new Map([
  ['type', ['http://loinc.org', `${nos}/TRE_A05-`, 'urn:oid:1.2.250.1.213.1.1.4.12', `${nos}/TRE_A12-`, `${nos}/TRE_A04-`]],
  ['category', [`${nos}/TRE_A03-`, 'urn:oid:1.2.250.1.213.1.1.4.1', `${nos}/TRE_A10-`]],
  [
    'securityLabel',
    [confidentiality, `${nos}/TRE_A07-StatutVisibiliteDocument/`, 'http://terminology.hl7.org/CodeSystem/v3-ActCode'],
  ],
  [
    'content.format',
    [
      `${nos}/TRE_A06-`,
      'urn:oid:1.2.250.1.213.1.1.4.2.282',
      `${nos}/TRE_A11-`,
      'http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode',
      'urn:oid:1.3.6.1.4.1.19376.1.2.3',
      `${nos}/TRE_A09-`,
      'urn:oid:1.2.840.10008.2.6.1',
      `${nos}/TRE_A10-`,
    ],
  ],
  ['context.facilityType', [...producers, ...sectors]],
  // The value set that PDSm prefers there is of TRE_A01.
  ['context.practiceSetting', [`${nos}/TRE_A01-`, 'urn:oid:1.2.250.1.213.1.1.4.9', ...producers, ...sectors]],
]);

export const activitySystems: Systems = [...producers, ...sectors, `${nos}/TRE_R209-`, 'urn:oid:1.2.250.1.213.2.2'];

export function systemFaults(document: JsonObject, at: string): readonly Fault[] {
  return [...documentSystems].flatMap(([path, systems]) =>
    valuesAt(document, path.split('.'), at).flatMap(([value, where]) => systemFault(value, systems, where)),
  );
}

function valuesAt(
  node: JsonObject,
  [step = '', ...rest]: readonly string[],
  at: string,
): readonly (readonly [JsonObject, string])[] {
  const value = Object.hasOwn(node, step) ? node[step] : undefined;
  return objectsOf(value).flatMap((one, index) => {
    const here = `${at}.${step}${Array.isArray(value) ? `[${index}]` : ''}`;
    return rest.length === 0 ? [[one, here] as const] : valuesAt(one, rest, here);
  });
}

/** A Coding, or a CodeableConcept of which one coding at least is of them. */
export function systemFault(value: unknown, systems: Systems, expression: string): readonly Fault[] {
  if (!isObject(value)) return [];
  const codings = value.coding === undefined ? [value] : objectsOf(value.coding);
  const isOf = ({ system, code }: JsonObject): boolean =>
    textOf(code) !== undefined && systems.some((one) => textOf(system)?.startsWith(one));
  if (codings.some(isOf)) return [];
  return [{ code: 'code-invalid', expression, text: `Give a code of one of these systems: ${systems.join(', ')}` }];
}
