// Who must be contained in a comprehensive DocumentReference or SubmissionSet, so that it says all of them by itself.
// https://profiles.ihe.net/ITI/MHD/StructureDefinition-IHE.MHD.Comprehensive.DocumentReference.html
import { isObject, type JsonObject, objectsOf, textOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import { extensions } from './slice.ts';

const people = ['Practitioner', 'PractitionerRole', 'Device', 'Patient'];
const authorOrg = `${extensions}/ihe-authorOrg`;

export function containedFaults(document: JsonObject, at: string): readonly Fault[] {
  const { author, authenticator, context } = document;
  return [
    ...objectsOf(author).flatMap((one, index) => containedFault(document, one, people, `${at}.author[${index}]`)),
    ...containedFault(document, authenticator, ['Practitioner', 'PractitionerRole', 'Organization'], `${at}.authenticator`),
    ...(isObject(context)
      ? containedFault(document, context.sourcePatientInfo, ['Patient'], `${at}.context.sourcePatientInfo`)
      : []),
  ];
}

/** An organization that submits stands in the extension of a source that refers to nobody. */
export function sourceFaults(list: JsonObject, at: string): readonly Fault[] {
  const { source } = list;
  if (!isObject(source)) return [];
  const organizations = objectsOf(source.extension).filter(({ url }) => url === authorOrg);
  if (source.reference === undefined && organizations.length > 0)
    return organizations.flatMap(({ valueReference }) =>
      containedFault(list, valueReference, ['Organization'], `${at}.source.extension('${authorOrg}').value`),
    );
  return containedFault(list, source, people, `${at}.source`);
}

function containedFault(
  resource: JsonObject,
  reference: unknown,
  types: readonly string[],
  expression: string,
): readonly Fault[] {
  if (!isObject(reference)) return [];
  const id = /^#(.+)$/.exec(textOf(reference.reference) ?? '')?.[1];
  const text = `Contain a ${types.join(', ')} and refer to it by #id`;
  const found = id === undefined ? undefined : objectsOf(resource.contained).find((one) => one.id === id);
  if (found === undefined) return [{ code: 'structure', expression: `${expression}.reference`, text }];
  return types.some((type) => type === found.resourceType)
    ? []
    : [{ code: 'value', expression: `${expression}.reference`, text }];
}
