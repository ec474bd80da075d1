// The R4 definitions as the generated file profiles/r4/definitions.json keeps them: what an element may be, and nothing else.
// https://hl7.org/fhir/R4/elementdefinition.html
import { isObject } from '../fhir/json.ts';

/** `min` absent: 0; `max` absent: 1. */
export type ElementRule = {
  readonly min?: number;
  readonly max?: '*';
  /** Names of FHIR types; several only for a choice, whose key ends in `[x]`. */
  readonly types: readonly string[];
  /** The node that holds the children of a backbone element (its own, or the one a contentReference names). */
  readonly node?: string;
  /** Canonical of a required value set. */
  readonly binding?: string;
  /** Types that a Reference may point at; absent: any. */
  readonly targets?: readonly string[];
  /** Of this element alone; those of a backbone element stand with its node. */
  readonly invariants?: readonly Invariant[];
  /** isSummary and isModifier; absent: false. */
  readonly summary?: true;
  readonly modifier?: true;
};

export type Invariant = { readonly key: string; readonly human: string; readonly expression: string };

/** A type, or a backbone element by its path. The elements of `base` come with it. */
export type NodeRule = {
  readonly base?: string;
  readonly elements: Readonly<Record<string, ElementRule>>;
  readonly invariants?: readonly Invariant[];
};

/** https://hl7.org/fhir/R4/valueset-search-param-type.html */
export const searchParameterTypes = [
  'token',
  'reference',
  'date',
  'string',
  'number',
  'quantity',
  'uri',
  'composite',
  'special',
] as const;
export type SearchParameterType = (typeof searchParameterTypes)[number];

export type ParameterRule = {
  readonly code: string;
  readonly type: string;
  readonly expression: string;
  /** Absent with type reference: any resource type. */
  readonly target?: readonly string[];
  readonly url: string;
  /** Of a composite: the parameter whose values each part takes, and where it reads them, from the composite's element on. */
  readonly components?: readonly { readonly definition: string; readonly expression: string }[];
};

export type CompartmentRule = { readonly type: string; readonly parameters: Readonly<Record<string, readonly string[]>> };

export type Definitions = {
  readonly comment: string;
  readonly resourceTypes: readonly string[];
  /** Resource types whose elements are known. */
  readonly resources: readonly string[];
  readonly nodes: Readonly<Record<string, NodeRule>>;
  /** Expansions of the required value sets: system → codes. One without expansion is checked by form. */
  readonly valueSets: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Code system → code → the codes directly below it; of R4's complete code systems those that have a hierarchy. */
  readonly hierarchies: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly searchParameters: Readonly<Record<string, readonly ParameterRule[]>>;
  /** Type → the element that puts a resource in a patient's compartment. */
  readonly patientElement: Readonly<Record<string, string>>;
  /** Canonical of a compartment → its type, and type → the parameters that link a resource to it. */
  readonly compartments: Readonly<Record<string, CompartmentRule>>;
};

/** Reads what `npm run definitions` wrote: the file is ours, so its outline alone is checked. */
export function asDefinitions(value: unknown): Definitions {
  const parts = [
    'resourceTypes',
    'resources',
    'nodes',
    'valueSets',
    'hierarchies',
    'searchParameters',
    'patientElement',
    'compartments',
  ];
  if (!isObject(value) || parts.some((part) => typeof value[part] !== 'object')) {
    throw new Error('profiles/r4/definitions.json is not what `npm run definitions` writes: run it again');
  }
  return value as unknown as Definitions;
}

/** JSON names of an element: `value[x]` → `valueString`, … */
export function namesOf(key: string, { types }: ElementRule): readonly (readonly [name: string, type: string])[] {
  if (!key.endsWith('[x]')) return types.slice(0, 1).map((type) => [key, type] as const);
  const stem = key.slice(0, -3);
  return types.map((type) => [`${stem}${type.charAt(0).toUpperCase()}${type.slice(1)}`, type] as const);
}

/** The elements of a node with those of its bases. */
export function elementsOf(definitions: Definitions, name: string): readonly (readonly [key: string, rule: ElementRule])[] {
  const node = definitions.nodes[name];
  if (node === undefined) throw new Error(`profiles/r4/definitions.json lacks ${name}: run npm run definitions`);
  const inherited = node.base === undefined ? [] : elementsOf(definitions, node.base);
  return [...inherited, ...Object.entries(node.elements)];
}
