// Who must be contained in a comprehensive DocumentReference or SubmissionSet, so that it says all of them by itself.
// https://profiles.ihe.net/ITI/MHD/StructureDefinition-IHE.MHD.Comprehensive.DocumentReference.html
import { isObject, type JsonObject, objectsOf, textOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import { faultsIn } from './fault.ts';
import { extensions } from './slice.ts';

const people = ['Practitioner', 'PractitionerRole', 'Device', 'Patient'];
const authorOrg = `${extensions}/ihe-authorOrg`;

export function containedFaults(document: JsonObject, at: string): readonly Fault[] {
  const { author, authenticator, context } = document;
  const contained = containedIn(document);
  return [
    ...faultsIn(objectsOf(author), (one, index) => containedFault(contained, one, people, `${at}.author[${index}]`)),
    ...containedFault(contained, authenticator, ['Practitioner', 'PractitionerRole', 'Organization'], `${at}.authenticator`),
    ...(isObject(context)
      ? containedFault(contained, context.sourcePatientInfo, ['Patient'], `${at}.context.sourcePatientInfo`)
      : []),
  ];
}

/** An organization that submits stands in the extension of a source that refers to nobody. */
export function sourceFaults(list: JsonObject, at: string): readonly Fault[] {
  const { source } = list;
  const contained = containedIn(list);
  if (!isObject(source)) return [];
  const organizations = objectsOf(source.extension).filter(({ url }) => url === authorOrg);
  if (source.reference === undefined && organizations.length > 0)
    return organizations.flatMap(({ valueReference }) =>
      containedFault(contained, valueReference, ['Organization'], `${at}.source.extension('${authorOrg}').value`),
    );
  return containedFault(contained, source, people, `${at}.source`);
}

type Contained = ReadonlyMap<unknown, JsonObject>;

function containedIn({ contained }: JsonObject): Contained {
  return new Map(objectsOf(contained).map((one) => [one.id, one]));
}

function containedFault(contained: Contained, reference: unknown, types: readonly string[], at: string): readonly Fault[] {
  if (!isObject(reference)) return [];
  const id = /^#(.+)$/.exec(textOf(reference.reference) ?? '')?.[1];
  const found = id === undefined ? undefined : contained.get(id);
  if (types.some((type) => type === found?.resourceType)) return [];
  const text = `Contain a ${types.join(', ')} and refer to it by #id`;
  return [{ code: found === undefined ? 'structure' : 'value', expression: `${at}.reference`, text }];
}
