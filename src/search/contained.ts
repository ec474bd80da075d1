// Contained resources as sub-rows of the one that holds them: chains over its references lead to them, and `_contained` does.
// https://hl7.org/fhir/R4/search.html#contained
import type { TypeCapability } from '../conformance/conformance.ts';
import { type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { and, element, equals, type Filter, none, oneOf, or } from '../filter/filter.ts';
import { renamed } from '../filter/renamed.ts';
import type { Contained, Row } from '../filter/row.ts';
import { referenceEntry } from './reference.ts';

export type Own = Pick<Row, 'idx' | 'p' | 's' | 'w'>;
/** What one resource by itself is found by, and the text of the references by which each of its parameters leads to others. */
export type Reader = {
  readonly types: ReadonlyMap<string, TypeCapability>;
  readonly index: (capability: TypeCapability, resource: JsonObject) => Own;
  readonly references: (capability: TypeCapability, resource: JsonObject) => readonly (readonly [code: string, text: string])[];
};

/** What is contained and refers to what is contained: as far as roles and their practitioners go. */
const deepest = 2;

/** The token of every row in which `code` leads to a contained resource of the type: no reference looks like it. */
const mark = (code: string, type: string): string => `${code}|#${type}`;

/** The token of every row that contains a resource of the type. */
const holder = (type: string): string => `_contained|${type}`;

/** Its own index with that of what it contains. */
export function withContained(capability: TypeCapability, resource: JsonObject, reader: Reader): Own & Pick<Row, 'c'> {
  const own = reader.index(capability, resource);
  const all = new Map(objectsOf(resource.contained).flatMap((one) => (typeof one.id === 'string' ? [[`#${one.id}`, one]] : [])));
  if (all.size === 0) return own;
  const known = new Map<string, Own>();
  const held = holding(own, capability, resource, all, reader, known, 1);
  const rest = [...all].flatMap(([text, one]): readonly Contained[] => {
    const [type, id] = [textOf(one.resourceType) ?? '', text.slice(1)];
    const inner = reader.types.get(type);
    if (inner === undefined || held.c?.some(({ i }) => i === id)) return [];
    return [{ t: type, i: id, by: [], ...(known.get(text) ?? reader.index(inner, one)) }];
  });
  const c = [...(held.c ?? []), ...rest];
  return c.length === 0 ? held : { ...held, idx: [...held.idx, ...new Set(c.map(({ t }) => holder(t)))], c };
}

/** The rows that contain a resource of the type which meets the filter. */
export function containing(type: string, filter: Filter): Filter {
  const inside = ofContained(type, filter);
  return inside.op === 'none' ? none : and(equals('idx', holder(type)), element('c', inside));
}

/** The same of a contained resource by itself. */
export function ofContained(type: string, filter: Filter): Filter {
  return and(equals('t', type), renamed(filter, '_id', 'i'));
}

function holding(
  own: Own,
  capability: TypeCapability,
  resource: JsonObject,
  all: ReadonlyMap<string, JsonObject>,
  reader: Reader,
  known: Map<string, Own>,
  depth: number,
): Own & Pick<Row, 'c'> {
  const led = Map.groupBy(reader.references(capability, resource), ([, text]) => text);
  const c = [...led].flatMap(([text, leads]): readonly Contained[] => {
    const one = all.get(text);
    const type = textOf(one?.resourceType) ?? '';
    const inner = reader.types.get(type);
    if (one === undefined || inner === undefined) return [];
    const index = known.get(text) ?? reader.index(inner, one);
    known.set(text, index);
    const whole = depth < deepest ? holding(index, inner, one, all, reader, known, depth + 1) : index;
    return [{ t: type, i: text.slice(1), by: [...new Set(leads.map(([code]) => code))], ...whole }];
  });
  const marks = new Set(c.flatMap(({ t, by }) => by.map((code) => mark(code, t))));
  return c.length === 0 ? own : { ...own, idx: [...own.idx, ...marks], c };
}

/** The rows whose reference `code` leads to one of the ids, or to a contained resource of the type that meets the filter: each has one of few tokens. */
export function leadingTo(code: string, type: string, ids: readonly string[], filter: Filter): Filter {
  const entries = ids.map((id) => referenceEntry(code, type, id));
  const inside = element('c', and(equals('t', type), equals('by', code), filter));
  const tokens = oneOf('idx', [...entries, mark(code, type)]);
  return inside.op === 'none' ? oneOf('idx', entries) : and(tokens, or(oneOf('idx', entries), inside));
}
