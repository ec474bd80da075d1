// The one element that the path of a patch leads to. Paths come from callers: they choose among the nodes of the resource and compute nothing else.
// https://hl7.org/fhir/R4/fhirpatch.html
import { type ElementPlace, parseFhirPath, placesOf, type Syntax } from '../fhir/fhirpath.ts';
import type { JsonObject } from '../fhir/json.ts';
import { Refusal, refuse } from '../fhir/outcome.ts';
import type { FhirPathOperation } from './fhirpath-operation.ts';

type Asked = Pick<FhirPathOperation, 'path' | 'at'>;

/** None multiplies nodes or runs a pattern: the cost of a path is bounded by its length times the size of the resource. */
const functions = new Set(
  `where first last single tail skip take ofType as is exists empty not count extension hasValue startsWith endsWith contains
  lower upper length`.split(/\s+/),
);
const longest = 500;

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

function isNavigation({ type, text, children = [] }: Syntax): boolean {
  if (type === 'ExternalConstant' || (type === 'Functn' && !functions.has(text ?? ''))) return false;
  return children.every(isNavigation);
}

function fault({ at }: Asked, text: string, reason: 'bad-request' | 'business-rule' = 'business-rule'): Refusal {
  return refuse(reason, text, at.get('path'));
}
