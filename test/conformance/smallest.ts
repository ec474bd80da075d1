// The smallest valid resource of each type, from which the tables of constraints depart.
import type { JsonObject } from '../../src/fhir/json.ts';

export const text = { text: 'x' };
export const someone = { display: 'x' };
const terminology = 'http://terminology.hl7.org/CodeSystem';
export const coded = (system: string, code: string): JsonObject => ({ coding: [{ system: `${terminology}/${system}`, code }] });
const active = coded('allergyintolerance-clinical', 'active');

/** One valid resource of each type, which the cases add to. */
export const base: Readonly<Record<string, JsonObject>> = {
  Patient: { name: [text] },
  AllergyIntolerance: { patient: someone, clinicalStatus: active },
  AuditEvent: {
    type: { code: 'rest' },
    recorded: '2026-11-25T10:00:00Z',
    agent: [{ requestor: true }],
    source: { observer: someone },
  },
  Bundle: { type: 'collection' },
  CareTeam: { status: 'active' },
  Composition: { status: 'final', type: text, date: '2026', author: [someone], title: 'x' },
  Condition: { subject: someone },
  Consent: { status: 'active', scope: text, category: [text], policy: [{ uri: 'urn:x' }] },
  DocumentReference: { status: 'current', content: [{ attachment: { url: 'urn:x' } }] },
  FamilyMemberHistory: { status: 'partial', patient: someone, relationship: text },
  Immunization: { status: 'completed', vaccineCode: text, patient: someone, occurrenceString: 'x' },
  List: { status: 'current', mode: 'snapshot' },
  MedicationDispense: { status: 'completed', medicationCodeableConcept: text },
  MedicationRequest: { status: 'active', intent: 'order', medicationCodeableConcept: text, subject: someone },
  Observation: { status: 'final', code: text },
  Organization: { name: 'x' },
  Procedure: { status: 'completed', subject: someone },
  PractitionerRole: { active: true },
};

/** With more, or without what is undefined there. */
export const smallest = (type: string, more: JsonObject): JsonObject =>
  JSON.parse(JSON.stringify({ resourceType: type, ...base[type], ...more })) as JsonObject;
