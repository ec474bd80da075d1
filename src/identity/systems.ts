// The code and identifier systems by which a token says who is asking, and a notice what it is.
// https://mos.esante.gouv.fr/NOS/, https://profiles.ihe.net/ITI/IUA/
export const healthProfession = 'https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante';
export const speciality = 'https://mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale';
export const callerRole = 'https://carnet.example/fhir/CodeSystem/caller-role';
export const noticeSystem = 'https://carnet.example/fhir/CodeSystem/notice';
export const actReason = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
export const rppsSystem = 'https://rpps.esante.gouv.fr';
export const finessSystem = 'https://finess.esante.gouv.fr';

/** INS by the NIR, by the NIA (temporary), test and demonstration numbers. */
export const insSystems = [
  'urn:oid:1.2.250.1.213.1.4.8',
  'urn:oid:1.2.250.1.213.1.4.9',
  'urn:oid:1.2.250.1.213.1.4.10',
  'urn:oid:1.2.250.1.213.1.4.11',
] as const;
