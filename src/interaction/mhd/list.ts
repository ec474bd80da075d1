// The SubmissionSet and the Folders of a Provide Document Bundle: their elements, and exactly what they hold.
// https://profiles.ihe.net/ITI/MHD/StructureDefinition-IHE.MHD.Minimal.SubmissionSet.html
import { isObject, type JsonObject, objectsOf, textOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import { cardinalityFaults } from './cardinality.ts';
import { sourceFaults } from './contained.ts';
import { faultsIn } from './fault.ts';
import { identifierFaults } from './identifier.ts';
import type { Level } from './level.ts';
import { folderElements, submissionSetElements } from './list-elements.ts';
import { extensions, isDocumentAddress, lookupIn, ofSlice, type Slice } from './slice.ts';
import { activitySystems, systemFault } from './terminology.ts';

export function listFaults(slices: readonly Slice[], level: Level): readonly Fault[] {
  const [set] = ofSlice(slices, 'SubmissionSet');
  return [
    ...(set === undefined ? [] : submissionSetFaults(set, slices, level)),
    ...ofSlice(slices, 'Folders').flatMap((folder) => folderFaults(folder, slices, level)),
  ];
}

function submissionSetFaults(set: Slice, slices: readonly Slice[], level: Level): readonly Fault[] {
  const { resource } = set;
  const place = `${set.at}.resource`;
  return [
    ...cardinalityFaults(submissionSetElements, level, resource, place),
    ...commonFaults(resource, place),
    ...sourceIdFaults(resource, place),
    ...(level === 'comprehensive' ? [...sourceFaults(resource, place), ...activityFaults(resource, place)] : []),
    ...membershipFaults(set, slices, place),
  ];
}

function folderFaults(folder: Slice, slices: readonly Slice[], level: Level): readonly Fault[] {
  const { resource, at, fullUrl, method } = folder;
  const place = `${at}.resource`;
  const text = 'Give the Folder a fullUrl, which the SubmissionSet names';
  return [
    ...(fullUrl === undefined && method === 'POST' ? [{ code: 'required', expression: `${at}.fullUrl`, text } as const] : []),
    ...cardinalityFaults(folderElements, level, resource, place),
    ...commonFaults(resource, place),
    ...itemFaults(folder, slices, place),
  ];
}

function commonFaults(list: JsonObject, at: string): readonly Fault[] {
  const { status, mode } = list;
  const faults: Fault[] = [...identifierFaults(list, at)];
  if (status !== undefined && status !== 'current')
    faults.push({ code: 'value', expression: `${at}.status`, text: 'The status is current' });
  if (mode !== undefined && mode !== 'working')
    faults.push({ code: 'value', expression: `${at}.mode`, text: 'The mode is working' });
  for (const { valueCodeableConcept } of extensionsOf(list, 'ihe-designationType'))
    if (!isObject(valueCodeableConcept))
      faults.push({
        code: 'required',
        expression: `${at}.extension('${extensions}/ihe-designationType').value`,
        text: 'A designationType has a valueCodeableConcept',
      });
  return faults;
}

function extensionsOf({ extension }: JsonObject, name: string): readonly JsonObject[] {
  return objectsOf(extension).filter(({ url }) => url === `${extensions}/${name}`);
}

function sourceIdFaults(list: JsonObject, at: string): readonly Fault[] {
  return extensionsOf(list, 'ihe-sourceId').flatMap(({ valueIdentifier }): readonly Fault[] => {
    if (isObject(valueIdentifier) && textOf(valueIdentifier.value) !== undefined) return [];
    return [
      {
        code: 'required',
        expression: `${at}.extension('${extensions}/ihe-sourceId').value`,
        text: 'A sourceId has a valueIdentifier with the OID of the sending system',
      },
    ];
  });
}

function activityFaults(list: JsonObject, at: string): readonly Fault[] {
  const expression = `${at}.extension('${extensions}/ihe-designationType').value`;
  return extensionsOf(list, 'ihe-designationType').flatMap(({ valueCodeableConcept }) =>
    systemFault(valueCodeableConcept, activitySystems, expression),
  );
}

/** It holds every document and folder of the Bundle, each once, and nothing else. */
function membershipFaults(set: Slice, slices: readonly Slice[], at: string): readonly Fault[] {
  const members = [...ofSlice(slices, 'DocumentRefs'), ...ofSlice(slices, 'Folders')];
  // A Folder that is put has the name of its address too.
  const put = new Map(members.flatMap((one) => (one.method === 'PUT' ? [[one.url, one] as const] : [])));
  const lookup = lookupIn(members);
  const named = new Set<Slice>();
  const faults = faultsIn(objectsOf(set.resource.entry), ({ item }, index) => {
    const reference = isObject(item) ? item.reference : undefined;
    const expression = `${at}.entry[${index}].item`;
    const member = lookup(reference, set) ?? put.get(String(reference));
    if (member === undefined)
      return [{ code: 'not-found', expression, text: 'Name a DocumentReference or Folder of the Bundle by its fullUrl' }];
    if (named.has(member)) return [{ code: 'duplicate', expression, text: 'This is named before: name it once' }];
    named.add(member);
    return [];
  });
  const missing = members
    .filter((member) => !named.has(member))
    .map(
      ({ at: entryAt, fullUrl }): Fault =>
        fullUrl === undefined
          ? {
              code: 'required',
              expression: `${entryAt}.fullUrl`,
              text: 'Give the entry a fullUrl, which the SubmissionSet names',
            }
          : { code: 'required', expression: `${at}.entry`, text: `Add an entry whose item names ${fullUrl}` },
    );
  return [...faults, ...missing];
}

/** A Folder holds documents: of the Bundle, or those that are there already. */
function itemFaults(folder: Slice, slices: readonly Slice[], at: string): readonly Fault[] {
  const lookup = lookupIn(ofSlice(slices, 'DocumentRefs'));
  return faultsIn(objectsOf(folder.resource.entry), ({ item }, index) => {
    const reference = isObject(item) ? textOf(item.reference) : undefined;
    if (isDocumentAddress(reference) || lookup(reference, folder) !== undefined) return [];
    return [{ code: 'value', expression: `${at}.entry[${index}].item`, text: 'A Folder holds DocumentReferences: name one' }];
  });
}
