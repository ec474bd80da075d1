// Ids carry their record: `<key>-<13 characters>`, the key being the Patient's id, each of 65 random bits in base32.
// https://hl7.org/fhir/R4/datatypes.html#id
import { randomBytes } from 'node:crypto';

export type Ids = { readonly key: () => string };

const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
const length = 13;

export const randomIds: Ids = { key: () => [...randomBytes(length)].map((byte) => alphabet[byte % 32]).join('') };

/** The record of an id by its form, whether or not there is one. */
export function keyOfId(id: string): string | undefined {
  const [, key] = /^([a-km-np-z2-9]{13})(?:-[a-km-np-z2-9]{13})?$/.exec(id) ?? [];
  return key;
}

/** It has the form of what belongs to a record, its Patient aside. */
export function isInRecord(id: string): boolean {
  return id.includes('-') && keyOfId(id) !== undefined;
}

/** A new id in the record, or of no record. */
export function newId(ids: Ids, record: string | undefined): string {
  if (record === undefined) return ids.key();
  return record.startsWith('p:') ? `${ids.key()}-${ids.key()}` : `${record}-${ids.key()}`;
}
