// The one element that the path of a patch leads to. Paths come from callers: they choose among the nodes of the resource and compute nothing else.
// https://hl7.org/fhir/R4/fhirpatch.html
import { type ElementPlace, parseFhirPath, placesOf, type Syntax } from '../../fhir/fhirpath.ts';
import type { JsonObject } from '../../fhir/json.ts';
import { Refusal, refuse } from '../../fhir/outcome.ts';
import type { FhirPathOperation } from './fhirpath-operation.ts';

type Asked = Pick<FhirPathOperation, 'path' | 'at'>;

/** Neither these nor the syntax multiply nodes, compare each with each or run a pattern: a path costs its length times the resource's size. */
const functions = new Set(
  `where first last single tail skip take ofType as is exists empty not count extension hasValue startsWith endsWith contains
  lower upper length`.split(/\s+/),
);
const syntax = new Set(
  `EntireExpression TermExpression InvocationExpression IndexerExpression InvocationTerm ParenthesizedTerm LiteralTerm
  MemberInvocation FunctionInvocation ThisInvocation Functn ParamList Identifier TypeExpression TypeSpecifier QualifiedIdentifier
  AndExpression OrExpression EqualityExpression InequalityExpression BooleanLiteral StringLiteral NumberLiteral DateLiteral
  DateTimeLiteral`.split(/\s+/),
);
const longest = 250;
const deepest = 6;

export function onePlace(resource: JsonObject, asked: Asked): ElementPlace {
  const place = placeAt(resource, asked);
  if (place === undefined) throw fault(asked, 'The path leads to no element');
  return place;
}

/** undefined where the path leads to nothing. */
export function placeAt(resource: JsonObject, asked: Asked): ElementPlace | undefined {
  const [place, ...others] = evaluated(resource, asked);
  if (others.length > 0) throw fault(asked, 'The path leads to more than one element');
  return place;
}

function evaluated(resource: JsonObject, asked: Asked): readonly ElementPlace[] {
  const path = readable(asked.path);
  if (path.length > longest) throw fault(asked, `A path has ${longest} characters at most`, 'bad-request');
  if (isDeep(path)) throw fault(asked, 'The path is nested too deep', 'bad-request');
  const places = attempted(asked, () => {
    if (!isNavigation(parseFhirPath(path))) throw fault(asked, 'The path uses what a patch does not allow', 'bad-request');
    return placesOf(resource, path);
  });
  if (!places.every((place) => place !== undefined)) throw fault(asked, 'The path must lead to an element');
  return places;
}

/** `div` is an operator of the language and an element of Narrative. */
function readable(path: string): string {
  return path.replaceAll(/'(?:[^'\\]|\\.)*'|\.div\b/g, (token) => (token === '.div' ? '.`div`' : token));
}

function attempted<T>(asked: Asked, evaluate: () => T): T {
  try {
    return evaluate();
  } catch (error) {
    throw error instanceof Refusal ? error : fault(asked, 'The path cannot be evaluated', 'bad-request');
  }
}

/** Told before the parser, which takes long to give up. */
function isDeep(path: string): boolean {
  let depth = 0;
  for (const [sign] of path.matchAll(/'(?:[^'\\]|\\.)*'|[([\])]/g)) {
    if (sign === '(' || sign === '[') depth += 1;
    else if (sign === ')' || sign === ']') depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
}

function isNavigation({ type, text, children = [] }: Syntax): boolean {
  if (!syntax.has(type) || (type === 'Functn' && !functions.has(text ?? ''))) return false;
  return children.every(isNavigation);
}

function fault({ at }: Asked, text: string, reason: 'bad-request' | 'business-rule' = 'business-rule'): Refusal {
  return refuse(reason, text, at.get('path'));
}
