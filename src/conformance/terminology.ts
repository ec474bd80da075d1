// The value sets and the hierarchies of code systems that a search may name: R4's own and those of profiles/.
// https://hl7.org/fhir/R4/codesystem.html#subsumption
import { type JsonObject, objectsOf } from '../fhir/json.ts';
import type { Definitions } from './definitions.ts';
import type { ValueSets } from './published.ts';

export type Direction = 'above' | 'below';

export type Terminology = {
  /** `system|code` of a value set by its canonical; undefined where it is not known. */
  readonly valueSet: (url: string) => ReadonlySet<string> | undefined;
  /** The code and all that are above or below it; undefined where the system is not known. */
  readonly subsumed: (direction: Direction, system: string, code: string) => ReadonlySet<string> | undefined;
};

/** Code → the codes one step away. */
type Steps = ReadonlyMap<string, readonly string[]>;

export function terminologyOf(
  { hierarchies, valueSets }: Definitions,
  published: ReadonlyMap<string, JsonObject>,
  sets: ValueSets,
): Terminology {
  const flat = Object.values(valueSets).flatMap((systems) => Object.keys(systems).map((system) => [system, []] as const));
  const own = [...published].flatMap(([url, { resourceType, concept }]) =>
    resourceType === 'CodeSystem' ? [[url, edgesOf(objectsOf(concept))] as const] : [],
  );
  const r4 = Object.entries(hierarchies).map(([system, children]) => [system, pairsOf(children)] as const);
  const known = new Map([...flat, ...own, ...r4].map(([system, edges]) => [system, bothWays(edges)] as const));
  return {
    valueSet: (url) => sets.get(url),
    subsumed: (direction, system, code) => {
      const steps = known.get(system);
      return steps && reached(steps[direction], code);
    },
  };
}

type Edge = readonly [parent: string, child: string];

function pairsOf(children: Readonly<Record<string, readonly string[]>>): readonly Edge[] {
  return Object.entries(children).flatMap(([parent, list]) => list.map((child): Edge => [parent, child]));
}

function edgesOf(concepts: readonly JsonObject[]): readonly Edge[] {
  return concepts.flatMap(({ code, concept }) => {
    const below = objectsOf(concept);
    return [...below.map((child): Edge => [String(code), String(child.code)]), ...edgesOf(below)];
  });
}

function bothWays(edges: readonly Edge[]): Readonly<Record<Direction, Steps>> {
  const steps = (from: 0 | 1, to: 0 | 1): Steps =>
    new Map([...Map.groupBy(edges, (edge) => edge[from])].map(([code, list]) => [code, list.map((edge) => edge[to])]));
  return { below: steps(0, 1), above: steps(1, 0) };
}

function reached(steps: Steps, code: string): ReadonlySet<string> {
  const found = new Set([code]);
  // A Set is walked in the order of its growth: each code once, whatever the hierarchy.
  for (const one of found) for (const next of steps.get(one) ?? []) found.add(next);
  return found;
}
