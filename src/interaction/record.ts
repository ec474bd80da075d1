// The record of a resource, seen from its own text: its patient, else what it refers to.
// https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import { keyOfId } from '../fhir/id.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import { parseReference } from '../fhir/reference.ts';
import type { Context } from './context.ts';

/** Undefined for types that have no record of their own; 422 where the record is not named, or two are. */
export function recordNamedBy(context: Context, type: string, resource: JsonObject): string | undefined {
  if (type === 'Bundle') return recordOfDocument(context, resource);
  if (type === 'Provenance') return recordOfTargets(context, resource);
  const [element] = context.conformance.patientElements(type);
  if (element === undefined) return undefined;
  const named = resource[element];
  const key = isObject(named) ? patientKey(context, named.reference) : undefined;
  if (key !== undefined) return key;
  throw refuse('invalid', 'A reference to the Patient of a record is required', `${type}.${element}`);
}

function patientKey({ baseUrl }: Context, reference: unknown): string | undefined {
  const literal = typeof reference === 'string' ? parseReference(reference) : undefined;
  const isOurs = literal?.type === 'Patient' && (literal.base === undefined || literal.base === baseUrl);
  return isOurs && keyOfId(literal.id) === literal.id ? literal.id : undefined;
}

/** A document is of its Composition's subject. https://hl7.org/fhir/R4/documents.html */
function recordOfDocument(context: Context, { entry }: JsonObject): string {
  const composition = objectsOf(entry)[0]?.resource;
  const subject = isObject(composition) && isObject(composition.subject) ? composition.subject.reference : undefined;
  const key = patientKey(context, subject);
  if (key !== undefined) return key;
  throw refuse('invalid', 'A reference to the Patient of a record is required', 'Bundle.entry[0].resource.subject');
}

/** It stands where what it tells of stands. */
function recordOfTargets({ baseUrl }: Context, { target }: JsonObject): string {
  const keys = objectsOf(target).flatMap(({ reference }) => {
    const literal = parseReference(textOf(reference) ?? '');
    return literal && (literal.base === undefined || literal.base === baseUrl) ? (keyOfId(literal.id) ?? []) : [];
  });
  const [key, second] = new Set(keys);
  if (key === undefined) throw refuse('invalid', 'A reference to a resource of a record is required', 'Provenance.target');
  if (second !== undefined) throw refuse('invalid', 'These are of two records', 'Provenance.target');
  return key;
}
