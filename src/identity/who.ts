// Marks → who is asking: the kinds are tried in a fixed order, the first that fits is it, and what belongs to another kind must be absent.
import type { Coding, Kind, Who } from './caller.ts';
import type { Marks } from './marks.ts';
import { invalidToken } from './unauthorized.ts';

const kindOfRole: ReadonlyMap<string, 'feeder' | 'agent' | 'operator' | 'tester'> = new Map([
  ['ALIM_AM', 'feeder'],
  ['AGENT_ACCUEIL', 'agent'],
  ['HEBERGEUR', 'operator'],
  ['TESTEUR', 'tester'],
]);

/** The code by which a token names the kind: of those who act by their office. */
export function roleOf(kind: Kind): string | undefined {
  return [...kindOfRole].find(([, known]) => known === kind)?.[0];
}

const specialityCode = /^[A-Z0-9]{2,10}$/;

/** Throws a Refusal (401) for a token that tells no kind of caller, or two. `professions` are `system|code`. */
export function whoOf(marks: Marks, professions: ReadonlySet<string>): Who {
  if (marks.roles !== undefined) return ofRole(marks, marks.roles);
  if (marks.rpps !== undefined) return practising(marks, marks.rpps, professions);
  if (marks.related !== undefined) {
    nothingBut(marks, 'related');
    return { kind: 'related', related: marks.related };
  }
  if (marks.patient !== undefined || marks.ins !== undefined) return holder(marks);
  if (marks.finess !== undefined) {
    nothingBut(marks, 'finess');
    return { kind: 'structure', finess: marks.finess };
  }
  throw invalidToken('The access token names no kind of caller');
}

function ofRole(marks: Marks, roles: readonly string[]): Who {
  nothingBut(marks, 'roles');
  const [code = '', ...more] = roles;
  const kind = kindOfRole.get(code);
  if (kind === undefined || more.length > 0) throw invalidToken('The access token names no kind of caller, or two');
  return { kind };
}

function practising(marks: Marks, rpps: string, professions: ReadonlySet<string>): Who {
  nothingBut(marks, 'rpps', 'professions', 'specialities', 'secretary', 'finess', 'practitioner');
  const profession = onlyProfession(marks.professions ?? [], professions);
  const specialities = marks.specialities ?? [];
  if (!specialities.every((code) => specialityCode.test(code))) throw invalidToken('A speciality in the access token is unknown');
  const person = { rpps, profession, specialities, ...(marks.finess === undefined ? {} : { finess: marks.finess }) };
  return marks.secretary === undefined
    ? { kind: 'professional', ...person }
    : { kind: 'delegate', ...person, secretary: marks.secretary };
}

function onlyProfession(claimed: readonly Coding[], professions: ReadonlySet<string>): Coding {
  const [profession, ...more] = claimed;
  if (profession === undefined || more.length > 0 || !professions.has(`${profession.system}|${profession.code}`)) {
    throw invalidToken('The access token does not name exactly one known profession');
  }
  return profession;
}

function holder(marks: Marks): Who {
  nothingBut(marks, 'patient', 'ins');
  const { patient, ins } = marks;
  return { kind: 'holder', ...(patient === undefined ? {} : { patient }), ...(ins === undefined ? {} : { ins }) };
}

function nothingBut(marks: Marks, ...own: readonly (keyof Marks)[]): void {
  const foreign = Object.entries(marks).some(([name, mark]) => mark !== undefined && !own.some((known) => known === name));
  if (foreign) throw invalidToken('The access token names two kinds of caller');
}
