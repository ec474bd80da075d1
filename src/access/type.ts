// Which rule reads a resource type: the formula itself, or one of the lines that replace it.
import type { JsonObject } from '../fhir/json.ts';

export type Ruling = 'clinical' | 'identity' | 'consent' | 'team' | 'trace' | 'directory';

const rulings: Readonly<Record<string, Ruling>> = {
  Patient: 'identity',
  RelatedPerson: 'identity',
  Consent: 'consent',
  CareTeam: 'team',
  AuditEvent: 'trace',
  Practitioner: 'directory',
  PractitionerRole: 'directory',
  Organization: 'directory',
  Location: 'directory',
  HealthcareService: 'directory',
};

export function ruling(type: string): Ruling {
  return Object.hasOwn(rulings, type) ? (rulings[type] ?? 'clinical') : 'clinical';
}

export function isDirectory(type: string): boolean {
  return ruling(type) === 'directory';
}

/** What names no patient is of the directory, what names one is of his record. */
const divided = new Set(['Device']);

/** The type has resources of the directory: of this alone, or beside those of records. */
export function hasDirectory(type: string): boolean {
  return isDirectory(type) || divided.has(type);
}

export function isInDirectory(type: string, { patient }: JsonObject): boolean {
  return isDirectory(type) || (divided.has(type) && patient === undefined);
}
