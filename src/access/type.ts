// Which rule reads a resource type: the formula itself, or one of the lines that replace it.
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
