// Where each element of a type stands in XML: its name, its turn, and what it holds. Compiled from the definitions, when first needed.
// https://hl7.org/fhir/R4/xml.html
import type { Definitions, ElementRule } from '../definitions.ts';
import { elementsOf, namesOf } from '../definitions.ts';
import { primitives } from '../validation/primitive.ts';

export type Field = {
  readonly name: string;
  /** The element of a choice is the same for each of its names: `value[x]`. */
  readonly key: string;
  /** Elements stand in the order in which they are defined. */
  readonly turn: number;
  readonly many: boolean;
  readonly holds: 'primitive' | 'object' | 'resource' | 'narrative';
  /** The primitive type, or the node of the object. */
  readonly type: string;
};

export type Layout = {
  readonly node: string;
  readonly isResource: boolean;
  readonly elements: ReadonlyMap<string, Field>;
  /** `id` of an element that is no resource, `url` of an extension. */
  readonly attributes: ReadonlyMap<string, Field>;
};

export type Layouts = {
  /** Throws for a node that the definitions lack. */
  readonly of: (node: string) => Layout;
  readonly isKnown: (resourceType: string) => boolean;
};

export function layoutsOf(definitions: Definitions): Layouts {
  const compiled = new Map<string, Layout>();
  const known = new Set(definitions.resources);
  return {
    of: (node) => {
      const layout = compiled.get(node) ?? layoutOf(definitions, node);
      compiled.set(node, layout);
      return layout;
    },
    isKnown: (resourceType) => known.has(resourceType),
  };
}

function layoutOf(definitions: Definitions, node: string): Layout {
  const isResource = definitions.resources.includes(node);
  const fields = elementsOf(definitions, node).flatMap(([key, rule], turn) => fieldsOf(key, rule, turn));
  const isAttribute = ({ key }: Field): boolean => !isResource && (key === 'id' || (key === 'url' && node === 'Extension'));
  const named = (wanted: readonly Field[]): ReadonlyMap<string, Field> => new Map(wanted.map((field) => [field.name, field]));
  return {
    node,
    isResource,
    elements: named(fields.filter((field) => !isAttribute(field))),
    attributes: named(fields.filter(isAttribute)),
  };
}

function fieldsOf(key: string, rule: ElementRule, turn: number): readonly Field[] {
  return namesOf(key, rule).map(([name, type]) => ({
    name,
    key,
    turn,
    many: rule.max === '*',
    holds: rule.node === undefined ? holds(type) : 'object',
    type: rule.node ?? type,
  }));
}

function holds(type: string): Field['holds'] {
  if (type === 'Resource') return 'resource';
  if (type === 'xhtml') return 'narrative';
  return primitives.has(type) ? 'primitive' : 'object';
}
