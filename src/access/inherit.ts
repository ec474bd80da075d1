// What passes along relatesTo: a successor takes every label and running hold of its target, a superseded document its successor's too.
// https://hl7.org/fhir/R4/documentreference-definitions.html#DocumentReference.relatesTo
import { isObject, type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { strictest, wherever } from '../filter/envelope.ts';
import type { Envelope, Heir, Row } from '../filter/row.ts';
import { holdOf, labelsOf, readersOf } from './label.ts';

/** `deleted`: what it says at the end still binds its successors, and no more what it superseded. */
export type Member = {
  readonly row: Row;
  readonly resource: JsonObject;
  readonly category: string | undefined;
  readonly deleted?: boolean;
};

export function targetsOf(resource: JsonObject): readonly { readonly id: string; readonly code: string }[] {
  return objectsOf(resource.relatesTo).flatMap(({ code, target }) => {
    const literal = isObject(target) ? textOf(target.reference) : undefined;
    const id = literal?.startsWith('DocumentReference/') ? literal.slice('DocumentReference/'.length) : undefined;
    return id === undefined || code === 'signs' ? [] : [{ id, code: String(code) }];
  });
}

export function ownEnvelope({ row, resource, category }: Member): Envelope {
  const labels = labelsOf(resource);
  const hold = holdOf(labels, row.made);
  return {
    rd: readersOf(labels, row.dep, row.st),
    ...(hold === undefined ? {} : { hold }),
    ...(category === undefined ? {} : { tc: category }),
  };
}

/** The effective envelope of every member of a line. */
export function inherit(members: readonly Member[]): ReadonlyMap<string, Envelope> {
  const byId = new Map(members.map((member) => [member.row._id, member]));
  const inherited = new Map<string, Envelope>();
  const downward = (member: Member, path: ReadonlySet<string>): Envelope => {
    const id = member.row._id;
    const known = inherited.get(id);
    if (known) return known;
    let result = ownEnvelope(member);
    for (const target of targetsOf(member.resource)) {
      const above = byId.get(target.id);
      if (above && !path.has(target.id)) result = strictest(result, downward(above, new Set([...path, id])));
    }
    inherited.set(id, result);
    return result;
  };
  for (const member of members) downward(member, new Set());
  return upward(members, inherited);
}

/** Each once, however many ways lead to it: a line may be a dense net. */
function upward(members: readonly Member[], inherited: ReadonlyMap<string, Envelope>): ReadonlyMap<string, Envelope> {
  const successors = new Map<string, Member[]>();
  for (const member of members.filter(({ deleted = false }) => !deleted)) {
    for (const { id } of targetsOf(member.resource).filter(({ code }) => code === 'replaces'))
      successors.set(id, [...(successors.get(id) ?? []), member]);
  }
  const effective = new Map<string, Envelope>();
  const open = new Set<string>();
  const visit = (member: Member): Envelope => {
    const id = member.row._id;
    const known = effective.get(id);
    if (known) return known;
    open.add(id);
    let result = inherited.get(id) ?? ownEnvelope(member);
    for (const successor of successors.get(id) ?? []) {
      if (!open.has(successor.row._id)) result = succeededBy(result, member, visit(successor), successor);
    }
    open.delete(id);
    effective.set(id, result);
    return result;
  };
  for (const member of members) visit(member);
  return effective;
}

/** As what the successor, and each that superseded that one in turn, would have to be visible too. */
function succeededBy(own: Envelope, { row }: Member, its: Envelope, successor: Member): Envelope {
  const kin = [...new Set([...(own.kin ?? row.line), ...(its.kin ?? successor.row.line)])];
  const heirs = [...(own.heirs ?? []), { idx: successor.row.idx.filter(isClass).toSorted() }, ...(its.heirs ?? [])];
  return {
    ...wherever(own, its),
    kin,
    heirs: [...new Map(heirs.map((heir): [string, Heir] => [heir.idx.join('\n'), heir])).values()],
  };
}

function isClass(token: string): boolean {
  return token.startsWith('category|');
}
