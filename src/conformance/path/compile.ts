// FHIRPath → closures over plain JSON, every name resolved by the definitions beforehand: what a constraint costs is what it looks at.
// https://hl7.org/fhirpath/N1/, https://hl7.org/fhir/R4/fhirpath.html
import type { Syntax } from '../../fhir/fhirpath.ts';
import { parseFhirPath } from '../../fhir/fhirpath.ts';
import type { JsonObject } from '../../fhir/json.ts';
import { isObject } from '../../fhir/json.ts';
import { askingFunctions, plainFunctions } from './function.ts';
import { operators } from './operator.ts';
import type { Shape } from './shape.ts';
import { childrenOf } from './shape.ts';
import type { Items } from './value.ts';
import { truthOf } from './value.ts';

/** What `%resource`, `%rootResource` and `%context` stand for. */
export type Scope = { readonly resource: JsonObject; readonly root: JsonObject; readonly context: unknown };
export type Path = (focus: Items, scope: Scope) => Items;

type Compiled = {
  readonly run: Path;
  /** Of the items, as far as the definitions tell. */
  readonly types: readonly string[];
  /** The same for every `$this` of one evaluation. */
  readonly fixed?: true;
};
type Compile = { readonly shape: Shape; readonly base: readonly string[] };

/** Not within the part of the language that constraints use. */
export class NotCompiled extends Error {}

const dates = new Set(['date', 'dateTime', 'instant', 'time']);
const notCompared = /^(Quantity|SimpleQuantity|Age|Duration|Distance|Count|MoneyQuantity)$/;
const ucum = 'http://unitsofmeasure.org';

/** `base`: types of the node that it is asked of. Throws NotCompiled for what it does not know, a syntax error for what is none. */
export function compilePath(expression: string, base: readonly string[], shape: Shape): Path {
  return compile(parseFhirPath(expression), base, { shape, base }).run;
}

function childOf({ type, children }: Syntax, index: number): Syntax {
  const child = children?.[index];
  if (child === undefined) throw new NotCompiled(`${type} without its part ${index}`);
  return child;
}

/** `at`: types of `$this`. */
function compile(node: Syntax, at: readonly string[], how: Compile): Compiled {
  switch (node.type) {
    case 'EntireExpression':
    case 'TermExpression':
    case 'ParenthesizedTerm':
      return compile(childOf(node, 0), at, how);
    case 'LiteralTerm':
      return literal(childOf(node, 0));
    case 'ExternalConstantTerm':
      return constant(childOf(childOf(node, 0), 0).text ?? '', how);
    case 'InvocationTerm':
      return invoke(childOf(node, 0), { run: (self) => self, types: at }, at, how);
    case 'InvocationExpression':
      return invoke(childOf(node, 1), compile(childOf(node, 0), at, how), at, how);
    case 'IndexerExpression':
      return indexed(compile(childOf(node, 0), at, how), compile(childOf(node, 1), at, how));
    case 'TypeExpression': {
      const name = (childOf(childOf(node, 1), 0).children ?? []).map(({ text }) => text).join('.');
      return ofType(node.text ?? '', compile(childOf(node, 0), at, how), name);
    }
    default:
      return operation(node, at, how);
  }
}

/** Evaluated once for all items that a collection is asked about. */
function once({ run, fixed }: Compiled): Path {
  if (fixed === undefined) return run;
  const known = new WeakMap<Scope, Items>();
  return (self, scope) => {
    const items = known.get(scope) ?? run(self, scope);
    known.set(scope, items);
    return items;
  };
}

function fixedIf(...parts: readonly Compiled[]): Pick<Compiled, 'fixed'> {
  return parts.every(({ fixed }) => fixed) ? { fixed: true } : {};
}

function literal({ type, text = '' }: Syntax): Compiled {
  switch (type) {
    case 'StringLiteral': {
      const value = text.slice(1, -1).replaceAll(/\\(u[0-9a-fA-F]{4}|.)/g, (_whole, sign: string) => unescaped(sign));
      return { run: () => [value], types: ['string'], fixed: true };
    }
    case 'BooleanLiteral':
      return { run: () => [text === 'true'], types: ['boolean'], fixed: true };
    case 'NumberLiteral':
      return { run: () => [Number(text)], types: ['decimal'], fixed: true };
    case 'NullLiteral':
      return { run: () => [], types: [], fixed: true };
    default:
      throw new NotCompiled(type);
  }
}

function unescaped(sign: string): string {
  if (sign.length > 1) return String.fromCharCode(Number.parseInt(sign.slice(1), 16));
  return { n: '\n', r: '\r', t: '\t', f: '\f' }[sign] ?? sign;
}

function constant(name: string, { base, shape }: Compile): Compiled {
  switch (name) {
    case 'resource': {
      const types = base.map((type) => type.split('.')[0] ?? type);
      // A datatype does not tell what resource it is in.
      if (shape(types, 'implicitRules') === undefined) throw new NotCompiled('%resource of a datatype');
      return { run: (_self, { resource }) => [resource], types, fixed: true };
    }
    case 'rootResource':
      return { run: (_self, { root }) => [root], types: ['DomainResource'], fixed: true };
    case 'context':
      return { run: (_self, { context }) => [context], types: base, fixed: true };
    case 'ucum':
      return { run: () => [ucum], types: ['string'], fixed: true };
    default:
      throw new NotCompiled(`%${name}`);
  }
}

function invoke(node: Syntax, input: Compiled, at: readonly string[], how: Compile): Compiled {
  switch (node.type) {
    case 'ThisInvocation':
      return { run: (self) => self, types: at };
    case 'MemberInvocation':
      return member((childOf(node, 0).text ?? '').replaceAll('`', ''), input, how);
    case 'FunctionInvocation': {
      const [name, list] = childOf(node, 0).children ?? [];
      return call(name?.text ?? '', list?.children ?? [], input, at, how);
    }
    default:
      throw new NotCompiled(node.type);
  }
}

function member(name: string, input: Compiled, { shape }: Compile): Compiled {
  if (input.types.includes(name)) return input;
  const element = shape(input.types, name);
  if (element === undefined) throw new NotCompiled(`${input.types.join('|')}.${name}`);
  const { names, types } = element;
  return { run: (self, scope) => childrenOf(input.run(self, scope), names), types, ...fixedIf(input) };
}

function call(name: string, parts: readonly Syntax[], input: Compiled, at: readonly string[], how: Compile): Compiled {
  const [first] = parts;
  if (/^(is|as|ofType)$/.test(name) && first) return ofType(name, input, typeName(first));
  if (name === 'iif')
    return choose(
      parts.map((part) => compile(part, input.types, how)),
      input,
    );
  const asking = askingFunctions.get(name);
  if (asking && first) {
    const ask = compile(first, input.types, how);
    const types = { input: input.types, answer: ask.types, truth: ['boolean'] }[asking.of];
    // What is asked again of its own answers must find the same names there.
    if (name === 'repeat' && ask.types.some((type) => !input.types.includes(type))) compile(first, ask.types, how);
    return { run: (self, scope) => asking.run(input.run(self, scope), (item) => ask.run([item], scope)), types };
  }
  const plain = plainFunctions.get(name);
  if (plain === undefined) throw new NotCompiled(`${name}()`);
  const values = parts.map((part) => compile(part, at, how));
  const asked = values.map(once);
  const types = plain.same ? [...new Set([input, ...(name === 'trace' ? [] : values)].flatMap((one) => one.types))] : ['string'];
  return {
    run: (self, scope) =>
      plain.run(
        input.run(self, scope),
        asked.map((value) => value(self, scope)),
      ),
    types,
    ...fixedIf(input, ...values),
  };
}

function typeName(part: Syntax): string {
  return part.text ?? (part.children ?? []).map(typeName).join('.');
}

function choose([condition, then, otherwise]: readonly Compiled[], input: Compiled): Compiled {
  if (condition === undefined || then === undefined) throw new NotCompiled('iif()');
  return {
    run: (self, scope) => {
      const focus = input.run(self, scope);
      const chosen = truthOf(condition.run(focus, scope)) === true ? then : otherwise;
      return chosen?.run(focus, scope) ?? [];
    },
    types: [...new Set([...then.types, ...(otherwise?.types ?? [])])],
  };
}

/** Of resources, which say their type; of elements only where the definitions leave no choice. */
function ofType(operator: string, input: Compiled, wanted: string): Compiled {
  const type = wanted.replace(/^FHIR\./, '');
  if (input.types.every((one) => one === 'Resource')) {
    const is = (item: unknown): boolean => isObject(item) && item.resourceType === type;
    return operator === 'is'
      ? { run: (self, scope) => input.run(self, scope).map(is), types: ['boolean'] }
      : { run: (self, scope) => input.run(self, scope).filter(is), types: [type] };
  }
  if (operator !== 'is' && input.types.length === 1 && input.types[0] === type) return input;
  throw new NotCompiled(`${operator} ${type}`);
}

function indexed(input: Compiled, index: Compiled): Compiled {
  return {
    run: (self, scope) => {
      const at = Number(index.run(self, scope)[0]);
      return input.run(self, scope).slice(at, at + 1);
    },
    types: input.types,
  };
}

const operations = /^(And|Or|Implies|Equality|Inequality|Membership|Union|Additive)Expression$/;

function operation(node: Syntax, at: readonly string[], how: Compile): Compiled {
  const operator = operations.test(node.type) ? operators.get(node.text ?? '') : undefined;
  if (operator === undefined) throw new NotCompiled(`${node.type} ${node.text ?? ''}`);
  const [left, right] = [compile(childOf(node, 0), at, how), compile(childOf(node, 1), at, how)];
  const compared = node.type === 'EqualityExpression' || node.type === 'InequalityExpression';
  if (compared && [...left.types, ...right.types].some((type) => notCompared.test(type)))
    throw new NotCompiled('a comparison of quantities');
  const both = compared && [left, right].every(({ types }) => types.some((type) => dates.has(type)));
  const types = node.type === 'UnionExpression' ? [...new Set([...left.types, ...right.types])] : ['boolean'];
  const [one, other] = [once(left), once(right)];
  return { run: (self, scope) => operator(one(self, scope), other(self, scope), both), types, ...fixedIf(left, right) };
}
