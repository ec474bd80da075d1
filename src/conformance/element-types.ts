// What the elements are that an expression leads to: their FHIR types, and the required value set of a `code`.
// https://hl7.org/fhir/R4/searchparameter.html#expression
import { type Definitions, type ElementRule, elementsOf } from './definitions.ts';

export type ElementsRead = {
  /** FHIR types of the elements that a search parameter reads; absent where its expression is no plain path. */
  readonly elements?: ReadonlySet<string>;
  /** Of `code` elements: the required value set, and code → the system that it implies. */
  readonly binding?: string;
  readonly systems?: ReadonlyMap<string, string>;
};

type Leaf = { readonly types: readonly string[]; readonly binding?: string };

const term = /^([A-Z]\w*)((?:\.[a-z]\w*)+)(?: as (\w+)|\.where\((?:[^()|]|\(\))*\))?$/;
/** Whatever stands before it. */
const cast = /\.(?:as|ofType)\((\w+)\)$/;

export function elementsRead(expression: string, definitions: Definitions): ElementsRead {
  const leaves = leavesOf(expression, definitions);
  if (leaves.length === 0) return {};
  const elements = new Set(leaves.flatMap(({ types }) => types));
  const [binding] = leaves.flatMap((leaf) => leaf.binding ?? []);
  const systems = leaves.length === 1 && binding !== undefined ? impliedSystems(binding, definitions) : new Map();
  return { elements, ...(binding !== undefined && { binding }), ...(systems.size > 0 && { systems }) };
}

/** The code system of a `code` is not in the resource: its required value set names it. */
function impliedSystems(binding: string, { valueSets }: Definitions): ReadonlyMap<string, string> {
  const systems = Object.entries(valueSets[binding] ?? {});
  return new Map(systems.flatMap(([system, codes]) => codes.map((code) => [code, system] as const)));
}

/** One for each alternative; [] where one of them is no plain path. */
function leavesOf(expression: string, definitions: Definitions): readonly Leaf[] {
  const leaves = expression.split('|').map((part) => leafOf(part.trim(), definitions));
  return leaves.every((leaf) => leaf !== undefined) ? leaves : [];
}

function leafOf(text: string, definitions: Definitions): Leaf | undefined {
  const whole = withoutParentheses(text);
  const [, named] = cast.exec(whole) ?? [];
  if (named !== undefined) return { types: [named] };
  const [, root, path, type] = term.exec(whole) ?? [];
  if (root === undefined || path === undefined) return undefined;
  const rule = ruleAt(root, path.slice(1).split('.'), definitions);
  if (type !== undefined || rule === undefined) return type === undefined ? undefined : { types: [type] };
  const { types, binding } = rule;
  return binding === undefined || types[0] !== 'code' ? { types } : { types, binding };
}

function withoutParentheses(text: string): string {
  return text.startsWith('(') && text.endsWith(')') ? text.slice(1, -1) : text;
}

function ruleAt(root: string, steps: readonly string[], definitions: Definitions): ElementRule | undefined {
  let node: string | undefined = root;
  let rule: ElementRule | undefined;
  for (const step of steps) {
    rule = known(node, definitions).find(([key]) => key === step || key === `${step}[x]`)?.[1];
    node = rule?.node ?? rule?.types[0];
  }
  return rule;
}

function known(node: string | undefined, definitions: Definitions): ReturnType<typeof elementsOf> {
  return node !== undefined && Object.hasOwn(definitions.nodes, node) ? elementsOf(definitions, node) : [];
}
