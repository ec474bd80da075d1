// Who can see one resource, and why: everybody whom the record or the resource names, asked by the rules that read it.
import { holds } from '../fhir/instant.ts';
import { refuse } from '../fhir/outcome.ts';
import { matches } from '../filter/matches.ts';
import type { Caller, Coding, Mode, Who } from '../identity/caller.ts';
import { healthProfession } from '../identity/systems.ts';
import { habilitationOf } from './professional.ts';
import { isInForce } from './provision.ts';
import { type Answer, answerTo, type Decision, type Subject } from './reason.ts';
import type { AccessRecord, Actor, Provision } from './record.ts';
import { doctor, namesOf, teamsOf } from './standing.ts';
import type { Statute } from './statute.ts';

/**
 * Of several entries about somebody: that of his RPPS and his structure, else of his RPPS, else of his structure, else of anybody.
 * `professions` absent: whatever his profession.
 */
export type Access = {
  readonly who:
    | { readonly kind: 'professional'; readonly rpps?: string; readonly finess?: string }
    | { readonly kind: 'structure'; readonly finess: string }
    | { readonly kind: 'related'; readonly related: string };
  readonly mode: Mode;
  readonly professions?: readonly Coding[];
  readonly decision: Decision;
};

export type Explained = { readonly statute: Statute; readonly record: AccessRecord; readonly subject: Subject };

/** With the wishes that can concern somebody: those that name others say nothing of him. */
type Ground = Explained & { readonly recordFor: (who: Who) => AccessRecord };

/** People × structures: each pair is asked several times. */
const mostPairs = 2000;

export function explain(explained: Explained): readonly Access[] {
  const { record, subject, statute } = explained;
  const ground: Ground = { ...explained, recordFor: narrowing(explained) };
  const { now } = subject.moments;
  const wishes = record.consents.filter(({ root }) => isInForce(root, now));
  const named = new Set([
    ...wishes.filter(({ kind }) => kind === 'sharing').flatMap(({ root }) => actorsIn(root)),
    ...record.teams.filter(({ period }) => holds(period, now)).flatMap(({ members }) => members.map(({ actor }) => actor)),
    subject.row.dep,
    ...(subject.row.st === undefined ? [] : [`s:${subject.row.st}`]),
  ]);
  const people = startingWith('p:', named);
  const structures = startingWith('s:', named);
  if ((people.length + 1) * (structures.length + statute.regime.samu.length + 1) > mostPairs)
    throw refuse('too-costly', 'Too many people and structures are named in this record');
  const related = [
    ...record.guardians.map(({ id }) => id),
    ...startingWith('r:', new Set(wishes.filter(({ kind }) => kind === 'mandate').flatMap(({ root }) => actorsIn(root)))),
  ];
  return [
    ...inMode(ground, 'TREAT', people, structures),
    ...inMode(ground, 'BTG', people, structures),
    ...inMode(ground, 'ETREAT', people, statute.regime.samu),
    ...startingWith('s:', new Set([subject.row.dep])).map((finess) => alone(ground, { kind: 'structure', finess })),
    ...[...new Set(related)].map((id) => alone(ground, { kind: 'related', related: id })),
  ];
}

function narrowing({ record, subject }: Explained): Ground['recordFor'] {
  const unnamed = record.consents.filter(({ root }) => root.actors === undefined);
  const named = record.consents.flatMap((rule) => (rule.root.actors ?? []).map((actor) => ({ actor, rule })));
  const naming = Map.groupBy(named, ({ actor }) => actor);
  return (who) => {
    const names = namesOf(who);
    const teams = teamsOf(record, names, subject.moments.now).map((id) => `t:${id}`);
    const mine = [...names, ...teams].flatMap((actor) => naming.get(actor)?.map(({ rule }) => rule) ?? []);
    return { ...record, consents: [...new Set([...unnamed, ...mine])] };
  };
}

function actorsIn({ actors = [], provisions }: Provision): readonly Actor[] {
  return [...actors, ...provisions.flatMap(actorsIn)];
}

function startingWith(kind: 'p:' | 's:' | 'r:', actors: ReadonlySet<Actor>): readonly string[] {
  return [...actors].filter((actor) => actor.startsWith(kind)).map((actor) => actor.slice(kind.length));
}

function alone(ground: Ground, who: Extract<Access['who'], { kind: 'structure' | 'related' }>): Access {
  return { who, mode: 'TREAT', decision: decided(asked(ground, who, 'TREAT')) };
}

type Named = { readonly rpps?: string; readonly finess?: string };
/** Professions that nothing tells apart here. */
type Alike = readonly [Coding, ...Coding[]];
type AnswerTo = Answer & { readonly professions: Alike };

/** Professionals in one mode: in an emergency only who sees more or less than anybody. Of centre 15 are the doctors of its structures. */
function inMode(ground: Ground, mode: Mode, people: readonly string[], structures: readonly string[]): readonly Access[] {
  const groups = alike(ground, mode);
  const answers = (named: Named): readonly AnswerTo[] =>
    groups.map((professions) => ({ professions, ...askedAs(ground, professions[0], named, mode) }));
  const anybody = mode === 'BTG' ? answers({}) : [];
  const singles = new Map<string, readonly AnswerTo[]>();
  const entries: Access[] = told({}, mode, anybody, groups.length);
  const ask = (key: string, named: Named): void => {
    const found = answers(named);
    if (mode !== 'TREAT' && differing(found, anybody).length === 0) return;
    singles.set(key, found);
    entries.push(...told(named, mode, found, groups.length));
  };
  if (mode !== 'ETREAT') for (const rpps of people) ask(`p:${rpps}`, { rpps });
  for (const finess of structures) ask(`s:${finess}`, { finess });
  for (const rpps of people) {
    for (const finess of structures) {
      const expected = singles.get(`p:${rpps}`) ?? singles.get(`s:${finess}`) ?? anybody;
      entries.push(...told({ rpps, finess }, mode, differing(answers({ rpps, finess }), expected), groups.length));
    }
  }
  return entries;
}

/** Of whom no answer is known, nothing is seen. */
function differing(some: readonly AnswerTo[], others: readonly AnswerTo[]): readonly AnswerTo[] {
  return some.filter(({ sees }, at) => sees !== (others[at]?.sees ?? false));
}

function decided({ sees, why }: Answer): Decision {
  return { sees, reasons: why() };
}

/** One entry for all professions of the same answer. */
function told(named: Named, mode: Mode, answers: readonly AnswerTo[], groups: number): Access[] {
  const decisions = answers.map((answer) => ({ professions: answer.professions, decision: decided(answer) }));
  return [...Map.groupBy(decisions, ({ decision }) => JSON.stringify(decision)).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const professions = same.length === groups ? {} : { professions: same.flatMap((one) => [...one.professions]) };
    return [{ who: { kind: 'professional', ...named }, mode, ...professions, decision: first.decision }];
  });
}

/** By what the rules ask of a profession: its cells of the matrix, and whether it is that of doctors. */
function alike({ statute, subject: { row, moments } }: Ground, mode: Mode): readonly Alike[] {
  const known = [...statute.habilitation.keys()]
    .filter((key) => mode === 'TREAT' || (mode === 'ETREAT' ? key === doctor : key.startsWith(`${healthProfession}|`)))
    .map(codingOf);
  const kinds = Map.groupBy(known, (profession) =>
    JSON.stringify([keyOf(profession) === doctor, matches(habilitationOf({ profession }, statute), row, moments)]),
  );
  return [...kinds.values()].flatMap(([first, ...more]): readonly Alike[] => (first === undefined ? [] : [[first, ...more]]));
}

function codingOf(key: string): Coding {
  const at = key.lastIndexOf('|');
  return { system: key.slice(0, at), code: key.slice(at + 1) };
}

const keyOf = ({ system, code }: Coding): string => `${system}|${code}`;

function askedAs(ground: Ground, profession: Coding, { rpps = '', finess }: Named, mode: Mode): Answer {
  const structure = finess === undefined ? {} : { finess };
  return asked(ground, { kind: 'professional', rpps, profession, specialities: [], ...structure }, mode);
}

/** With the card in the reader, where that counts. */
function asked({ statute, record, subject, recordFor }: Ground, who: Who, mode: Mode): Answer {
  const caller: Caller = {
    who,
    issuer: '',
    subject: '',
    scopes: [],
    mode,
    ...(mode === 'TREAT' ? {} : { patient: record.key }),
    vitale: record.ins === undefined ? [] : [record.ins],
    id: '',
  };
  return answerTo({ caller, now: subject.moments.now, statute }, recordFor(who), subject);
}
