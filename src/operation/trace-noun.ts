// What traces are about, in French: one, several or some resources of a type, and « de » before any of it.

/** One, several. Feminine nouns say « une ». */
const nouns: ReadonlyMap<string, readonly [one: string, many: string]> = new Map([
  ['Patient', ['une fiche d’identité', 'fiches d’identité']],
  ['Consent', ['un consentement', 'consentements']],
  ['DocumentReference', ['un document', 'documents']],
  ['Binary', ['un fichier', 'fichiers']],
  ['Immunization', ['une vaccination', 'vaccinations']],
  ['AllergyIntolerance', ['une allergie ou intolérance', 'allergies ou intolérances']],
  ['Claim', ['une demande de remboursement', 'demandes de remboursement']],
  ['List', ['une liste', 'listes']],
  ['Condition', ['un problème de santé', 'problèmes de santé']],
  ['Observation', ['un résultat ou une mesure', 'résultats ou mesures']],
  ['DiagnosticReport', ['un compte rendu d’examen', 'comptes rendus d’examen']],
  ['Procedure', ['un acte médical', 'actes médicaux']],
  ['MedicationRequest', ['une prescription', 'prescriptions']],
  ['MedicationDispense', ['une délivrance de médicament', 'délivrances de médicaments']],
  ['MedicationStatement', ['un traitement', 'traitements']],
  ['ExplanationOfBenefit', ['un relevé de remboursement', 'relevés de remboursement']],
  ['Encounter', ['un séjour ou une visite', 'séjours ou visites']],
  ['Composition', ['un document structuré', 'documents structurés']],
  ['Bundle', ['un ensemble de données', 'ensembles de données']],
  ['Provenance', ['une mention de provenance', 'mentions de provenance']],
  ['Communication', ['un message', 'messages']],
  ['Device', ['un appareil', 'appareils']],
  ['FamilyMemberHistory', ['un antécédent familial', 'antécédents familiaux']],
  ['Practitioner', ['une fiche de professionnel', 'fiches de professionnels']],
  ['Organization', ['une fiche de structure', 'fiches de structures']],
  ['PractitionerRole', ['une fiche d’activité de professionnel', 'fiches d’activité de professionnels']],
  ['Location', ['une fiche de lieu', 'fiches de lieux']],
  ['HealthcareService', ['une fiche de service', 'fiches de services']],
  ['CareTeam', ['une équipe de soins', 'équipes de soins']],
  ['RelatedPerson', ['une fiche de proche', 'fiches de proches']],
  ['AuditEvent', ['une trace d’accès', 'traces d’accès']],
]);
const anything = ['une donnée', 'données'] as const;

export function isKnownType(type: string): boolean {
  return nouns.has(type);
}

/** `count` absent: some. */
export function counted(type: string | undefined, count?: number): string {
  const [one, many] = (type === undefined ? undefined : nouns.get(type)) ?? anything;
  if (count === undefined) return `des ${many}`;
  return count === 1 ? one : `${count} ${many}`;
}

/** `un document, 2 vaccinations et un message`. */
export function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} et ${last}`;
}

/** « de » before what it governs. */
export function of(text: string): string {
  if (text.startsWith('le ')) return `du ${text.slice(3)}`;
  if (text.startsWith('des ')) return `de ${text.slice(4)}`;
  return /^[aeiouyàâéèêëîïôûh]/i.test(text) ? `d’${text}` : `de ${text}`;
}
