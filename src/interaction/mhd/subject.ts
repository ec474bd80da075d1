// One patient in a Provide Document Bundle: that of its SubmissionSet, Folders and documents, named in one way.
// https://profiles.ihe.net/ITI/MHD/ITI-65.html#23654122-patient-identity
import { isObject, type JsonObject, textOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import { parseReference } from '../../fhir/reference.ts';
import { ofSlice, type Slice } from './slice.ts';

/** `Patient/<id>`, the fullUrl of an entry, or the criteria of a conditional reference; an identifier alone is such criteria. */
export function subjectOf({ subject }: JsonObject): string | undefined {
  if (!isObject(subject)) return undefined;
  const reference = textOf(subject.reference);
  if (reference === undefined) return byIdentifier(subject.identifier);
  const literal = parseReference(reference);
  return literal === undefined ? reference : `${literal.type}/${literal.id}`;
}

function byIdentifier(identifier: unknown): string | undefined {
  if (!isObject(identifier)) return undefined;
  const [system, value] = [textOf(identifier.system), textOf(identifier.value)];
  return system === undefined || value === undefined ? undefined : `Patient?identifier=${system}|${value}`;
}

/** What the engine resolves is a reference: who names the patient by identifier alone asks for the one who has it. */
export function withSubject(resource: JsonObject): JsonObject {
  const { subject } = resource;
  const reference = isObject(subject) && subject.reference === undefined ? byIdentifier(subject.identifier) : undefined;
  return reference === undefined || !isObject(subject) ? resource : { ...resource, subject: { ...subject, reference } };
}

export function subjectFaults(slices: readonly Slice[]): readonly Fault[] {
  const about = [...ofSlice(slices, 'SubmissionSet'), ...ofSlice(slices, 'DocumentRefs'), ...ofSlice(slices, 'Folders')];
  const named = about.flatMap(({ resource, at }) => {
    const subject = subjectOf(resource);
    return subject === undefined ? [] : [{ subject, at }];
  });
  const [first, ...others] = named;
  return others
    .filter(({ subject }) => subject !== first?.subject)
    .map(
      ({ at }): Fault => ({
        code: 'business-rule',
        expression: `${at}.resource.subject`,
        text: 'All of a Bundle is about one patient: name the same one everywhere, in the same way',
      }),
    );
}
