// The text of a literal reference, taken apart: `Practitioner/123`, `https://other.example/fhir/Patient/1/_history/2`.
// https://hl7.org/fhir/R4/references.html#literal
import { isObject, textOf } from './json.ts';

export type LiteralReference = {
  readonly base?: string;
  readonly type: string;
  readonly id: string;
  readonly version?: string;
};

const literal =
  /^(?:(https?:\/\/[^\s?#]+)\/)?([A-Z][A-Za-z]{1,63})\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;

/** Undefined for `#contained`, `urn:…` and what is no reference to a resource by type and id. */
export function parseReference(text: string): LiteralReference | undefined {
  const [, base, type, id, version] = literal.exec(text) ?? [];
  if (type === undefined || id === undefined) return undefined;
  return { type, id, ...(base !== undefined && { base }), ...(version !== undefined && { version }) };
}

/** The type that a Reference element leads to, as far as it says. */
export function referencedType(reference: unknown): string | undefined {
  if (!isObject(reference)) return undefined;
  const text = textOf(reference.reference);
  return (text === undefined ? undefined : parseReference(text)?.type) ?? textOf(reference.type);
}
