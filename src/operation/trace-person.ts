// Who acted, in French: by what the trace names him, and by the directory where the token gave no name.
import type { AuditEvent, AuditEventAgent } from '@medplum/fhirtypes';
import type { Displays } from '../conformance/display.ts';
import type { Caller } from '../identity/caller.ts';
import { callerRole, finessSystem, rppsSystem } from '../identity/systems.ts';
import { of } from './trace-noun.ts';

/** Who reads the sentence, and the names that he may read: by `system|value` or `Type/id`. */
export type Reader = {
  readonly who: Caller['who'];
  readonly displays: Displays;
  readonly names: ReadonlyMap<string, string>;
};

/** `isReader`: the sentence says « vous ». */
export type Person = { readonly text: string; readonly isReader: boolean };

const offices: ReadonlyMap<string, string> = new Map([
  ['ALIM_AM', 'l’assurance maladie'],
  ['AGENT_ACCUEIL', 'un agent d’accueil'],
  ['HEBERGEUR', 'l’hébergeur du service'],
  ['TESTEUR', 'un testeur'],
]);

/** Who asked; for whom, where it was in another's name. */
export function actorsIn({ agent }: AuditEvent, reader: Reader): { readonly who: Person; readonly inNameOf?: Person } {
  const [first, second] = agent;
  const structure = agent.find((one) => codesOf(one).includes('PROV'));
  if (first === undefined) return { who: { text: 'quelqu’un', isReader: false } };
  if (!codesOf(first).includes('ENT')) return { who: personOf(first, structure, reader) };
  const who = {
    text: first.name === undefined ? 'un secrétariat médical' : `${clean(first.name)} (secrétariat)`,
    isReader: false,
  };
  return second === undefined ? { who } : { who, inNameOf: personOf(second, structure, reader) };
}

export function inName({ text, isReader }: Person): string {
  return isReader ? 'en votre nom' : `au nom ${of(text)}`;
}

function codesOf({ type }: AuditEventAgent): readonly string[] {
  return type?.coding?.flatMap(({ code }) => code ?? []) ?? [];
}

function personOf(agent: AuditEventAgent, structure: AuditEventAgent | undefined, reader: Reader): Person {
  const { who } = agent;
  const type = who?.type ?? who?.reference?.split('/')[0];
  if (type === 'Practitioner') return professionalOf(agent, structure, reader);
  if (type === 'Organization') {
    const article = nameOf(agent, reader) === undefined ? 'la ' : '';
    return { text: `${article}${structureNamed(agent, reader)}`, isReader: isSame(agent, reader, finessSystem) };
  }
  if (type === 'Patient') return { text: 'le titulaire du dossier', isReader: reader.who.kind === 'holder' };
  if (type === 'RelatedPerson') return relativeOf(agent, reader);
  const office = agent.role?.flatMap(({ coding }) => coding ?? []).find(({ system }) => system === callerRole)?.code;
  return { text: offices.get(office ?? '') ?? 'quelqu’un', isReader: false };
}

function isSame({ who }: AuditEventAgent, { who: reader }: Reader, system: string): boolean {
  const value = 'rpps' in reader ? reader.rpps : reader.kind === 'structure' ? reader.finess : undefined;
  return value !== undefined && who?.identifier?.system === system && who.identifier.value === value;
}

function relativeOf({ name, who }: AuditEventAgent, { who: reader, names }: Reader): Person {
  const known = name ?? names.get(who?.reference ?? '');
  const text = known === undefined ? 'un proche ou un représentant' : `${clean(known)} (proche ou représentant)`;
  return { text, isReader: reader.kind === 'related' && who?.reference === `RelatedPerson/${reader.related}` };
}

function nameOf({ name, who }: AuditEventAgent, { names }: Reader): string | undefined {
  return name ?? names.get(`${who?.identifier?.system}|${who?.identifier?.value}`);
}

/** `le Dr Claire Martin (médecin, CHU de Lille)`. */
function professionalOf(agent: AuditEventAgent, structure: AuditEventAgent | undefined, reader: Reader): Person {
  const codings = agent.role?.flatMap(({ coding }) => coding ?? []) ?? [];
  const professions = codings.flatMap(({ system, code }) => reader.displays.get(`${system}|${code}`)?.toLowerCase() ?? []);
  const name = nameOf(agent, reader);
  const rpps = agent.who?.identifier?.system === rppsSystem ? agent.who.identifier.value : undefined;
  const about = [
    ...professions.slice(0, 1),
    ...(name === undefined && rpps !== undefined ? [`RPPS ${clean(rpps)}`] : []),
    ...(structure === undefined ? [] : [structureNamed(structure, reader)]),
  ];
  const isDoctor = professions[0] === 'médecin';
  const called = name === undefined ? 'un professionnel de santé' : titled(clean(name), isDoctor);
  const text = about.length === 0 ? called : `${called} (${about.join(', ')})`;
  return { text, isReader: isSame(agent, reader, rppsSystem) };
}

function titled(name: string, isDoctor: boolean): string {
  if (/^(?:Dr|Docteur|Pr|Professeur)\b/i.test(name)) return `le ${name}`;
  return isDoctor ? `le Dr ${name}` : name;
}

function structureNamed(agent: AuditEventAgent, reader: Reader): string {
  const name = nameOf(agent, reader);
  return name === undefined ? `structure FINESS ${clean(agent.who?.identifier?.value ?? 'inconnu')}` : clean(name);
}

/** What a token says stands in one line, and turns no text around. */
export function clean(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}\p{Bidi_Control}\uFFFE\uFFFF\s]+/gu, ' ')
    .trim()
    .slice(0, 500);
}
