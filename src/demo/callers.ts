// The claims of the demonstration's callers: one of each kind that the server knows.
import type { JsonObject } from '../fhir/json.ts';
import type { Ins } from '../identity/caller.ts';
import { cxOf } from '../identity/identifiers.ts';
import { actReason, callerRole, finessSystem, healthProfession, speciality } from '../identity/systems.ts';
import { type Professional, persons, professionals, structures } from './people.ts';

export type Claims = JsonObject;
/** What the loaded demonstration knows: ids that claims name. */
export type Loaded = { readonly patient: string; readonly child: string; readonly relative: string; readonly parent: string };

const system = 'urn:oid:1.2.250.1.213.1.4.10';
const ins = (value: string): string => cxOf({ system, value });
/** Of whom the demonstration tells. */
export const patientIns: Ins = { system, value: persons[0]?.ins ?? '' };
const secretary = { sub: 'secretaire-tilleuls', name: 'Nadia Colin' };

export function holder(at: number): Claims {
  const person = persons[at];
  return { sub: `titulaire-${at}`, scope: 'patient/*.cruds', sub_ins: ins(person?.ins ?? '') };
}

export function professional(
  { name, rpps, profession, finess, speciality: code }: Professional,
  more: Claims = {},
  purpose?: 'BTG',
): Claims {
  return {
    sub: `ps-${rpps}`,
    scope: 'user/*.cruds',
    ...more,
    extensions: {
      ihe_iua: {
        subject_name: name,
        national_provider_identifier: rpps,
        subject_role: [
          { system: healthProfession, code: profession },
          ...(code === undefined ? [] : [{ system: speciality, code }]),
        ],
        ...(finess === undefined ? {} : { subject_organization_id: `${finessSystem}|${finess}` }),
        ...(purpose === undefined ? {} : { purpose_of_use: [{ system: actReason, code: purpose }] }),
      },
    },
  };
}

export function structure({ name, finess }: { readonly name: string; readonly finess: string }): Claims {
  return {
    sub: `structure-${finess}`,
    scope: 'system/*.cruds',
    extensions: { ihe_iua: { subject_organization: name, subject_organization_id: `${finessSystem}|${finess}` } },
  };
}

function role(sub: string, code: string, more: Claims = {}): Claims {
  return { sub, scope: 'user/*.cruds', ...more, extensions: { ihe_iua: { subject_role: [{ system: callerRole, code }] } } };
}

export const feeder = role('assurance-maladie', 'ALIM_AM', { scope: 'system/*.cruds' });
export const operator = role('hebergeur', 'HEBERGEUR');
export const agent = role('accueil', 'AGENT_ACCUEIL', { vitale: persons.map((person) => ins(person.ins)) });

/** By the name of the shell variable that carries the token. */
export function callers({ patient, relative, parent }: Loaded): Readonly<Record<string, Claims>> {
  const { doctor, treating, inside, stranger, speech, chiropodist, occupational, emergency } = professionals;
  return {
    HOLDER: holder(0),
    REPRESENTATIVE: { sub: 'parent', scope: 'patient/*.cruds', fhirUser: `RelatedPerson/${parent}` },
    RELATIVE: { sub: 'proche', scope: 'patient/*.cruds', fhirUser: `RelatedPerson/${relative}` },
    DOCTOR: professional(doctor),
    MEDECIN_TRAITANT: professional(treating),
    HOSPITAL_DOCTOR: professional(inside),
    SPEECH_THERAPIST: professional(speech),
    CHIROPODIST: professional(chiropodist),
    STRANGER: professional(stranger),
    OCCUPATIONAL_PHYSICIAN: professional(occupational),
    EMERGENCY: professional(emergency, { reason: 'Patiente inconsciente aux urgences', patient }, 'BTG'),
    SECRETARY: professional(doctor, { act: secretary }),
    HOSPITAL: structure(structures.hospital),
    FEEDER: feeder,
    AGENT: agent,
    OPERATOR: operator,
    TESTER: role('testeur', 'TESTEUR'),
  };
}

export const delegated = secretary;
