// The habilitation matrix: which document types each profession may read. Judged whole: what is not understood stops the start.
// https://hl7.org/fhir/R4/conceptmap.html
import { type JsonObject, objectsOf, textOf } from '../fhir/json.ts';

export type Matrix = {
  /** Document types that a profession (`system|code`) may read. */
  readonly habilitation: ReadonlyMap<string, readonly string[]>;
  /** Every document type of the matrix, `system|code`. */
  readonly documentTypes: ReadonlySet<string>;
};

/** A target of `relatedto` is permitted, of `disjoint` refused as is what is no target; `unmatched` alone: no profession. */
export function readMatrix(map: JsonObject): Matrix {
  if (map.resourceType !== 'ConceptMap') throw faulty('it is no ConceptMap');
  if (map.status !== 'active') throw faulty('its status is not active');
  const habilitation = new Map<string, string[]>();
  const said = new Set<string>();
  const documentTypes = new Set<string>();
  for (const { source, target, element, unmapped } of objectsOf(map.group)) {
    if (typeof source !== 'string' || typeof target !== 'string') throw faulty('a group has a source and a target');
    if (unmapped !== undefined) throw faulty('unmapped is not understood: what is no target is refused');
    for (const { code, target: cells } of objectsOf(element)) {
      if (typeof code !== 'string') throw faulty(`an element of ${source} has no code`);
      if (isNoProfession(cells)) continue;
      const profession = `${source}|${code}`;
      const allowed = habilitation.get(profession) ?? [];
      habilitation.set(profession, allowed);
      for (const cell of objectsOf(cells)) {
        const { type, permitted } = readCell(profession, cell);
        if (said.has(`${profession} ${type}`)) throw faulty(`${type} is said twice of ${profession}`);
        said.add(`${profession} ${type}`);
        documentTypes.add(`${target}|${type}`);
        if (permitted) allowed.push(type);
      }
    }
  }
  judgeCodes(documentTypes);
  return { habilitation, documentTypes };
}

/** An actor that deposits only. */
export function isNoProfession(cells: unknown): boolean {
  const targets = objectsOf(cells);
  return targets.length === 1 && targets[0]?.equivalence === 'unmatched' && targets[0].code === undefined;
}

function readCell(profession: string, cell: JsonObject): { readonly type: string; readonly permitted: boolean } {
  const type = textOf(cell.code);
  if (type === undefined) throw faulty(`a target of ${profession} has no code`);
  const { equivalence } = cell;
  if (equivalence !== 'relatedto' && equivalence !== 'disjoint')
    throw faulty(`${type} of ${profession}: the equivalence must be relatedto or disjoint`);
  // A condition that nobody evaluates would widen.
  if (cell.dependsOn !== undefined || cell.product !== undefined) throw faulty(`${type} of ${profession} has a condition`);
  return { type, permitted: equivalence === 'relatedto' };
}

/** A category is a code alone. */
function judgeCodes(documentTypes: ReadonlySet<string>): void {
  const systems = Map.groupBy(documentTypes, codeIn);
  const [ambiguous] = [...systems].find(([, ofCode]) => ofCode.length > 1) ?? [];
  if (ambiguous !== undefined) throw faulty(`${ambiguous} is a code of two systems`);
}

export function codeIn(key: string): string {
  return key.slice(key.lastIndexOf('|') + 1);
}

function faulty(why: string): Error {
  return new Error(`ConceptMap habilitation: ${why}`);
}
