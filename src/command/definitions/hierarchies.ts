// CodeSystem → which codes stand directly below which.
// https://hl7.org/fhir/R4/codesystem.html#hierarchy
import type { Definitions } from '../../conformance/definitions.ts';
import { type JsonObject, objectsOf, textOf } from '../../fhir/json.ts';

type Edge = readonly [parent: string, child: string];

function edgesOf(concepts: readonly JsonObject[]): readonly Edge[] {
  return concepts.flatMap((concept) => {
    const code = String(concept.code);
    const below = objectsOf(concept.concept);
    const properties = objectsOf(concept.property).flatMap(({ code: kind, valueCode }): readonly Edge[] => {
      if (typeof valueCode !== 'string') return [];
      return kind === 'child' ? [[code, valueCode]] : kind === 'parent' || kind === 'subsumedBy' ? [[valueCode, code]] : [];
    });
    return [...below.map((child): Edge => [code, String(child.code)]), ...properties, ...edgesOf(below)];
  });
}

/** Of the code systems that are complete, those that have a hierarchy. */
export function hierarchiesOf(codeSystems: readonly JsonObject[]): Definitions['hierarchies'] {
  const found = codeSystems
    .filter(({ content }) => content === 'complete')
    .flatMap(({ url, concept }) => {
      const edges = edgesOf(objectsOf(concept));
      const children = Object.entries(Object.groupBy(edges, ([parent]) => parent));
      const codes = children.map(([parent, list = []]) => [parent, [...new Set(list.map(([, child]) => child))]] as const);
      return edges.length === 0 ? [] : [[textOf(url) ?? '', Object.fromEntries(codes)] as const];
    });
  return Object.fromEntries(found.sort(([one], [other]) => (one < other ? -1 : 1)));
}
