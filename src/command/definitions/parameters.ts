// SearchParameter and CompartmentDefinition → the search parameters of each type and the element that names its patient.
// https://hl7.org/fhir/R4/searchparameter.html, https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import type { NodeRule, ParameterRule } from '../../conformance/definitions.ts';
import { componentsOf } from '../../conformance/search-parameter.ts';
import type { JsonObject } from '../../fhir/json.ts';
import { listOf, objectsOf, textOf } from '../../fhir/json.ts';

const anyTarget = 100;

/** The alternatives of a union, `|` inside brackets or quotes left alone. */
export function alternatives(expression: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let at = 0; at < expression.length; at += 1) {
    const sign = expression[at];
    if (sign === "'") quoted = !quoted;
    else if (quoted) continue;
    else if (sign === '(') depth += 1;
    else if (sign === ')') depth -= 1;
    else if (sign === '|' && depth === 0) {
      parts.push(expression.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, expression.slice(start).trim()];
}

function reduced(expression: string, type: string): string {
  const own = new RegExp(`^\\(*(${type}|Resource|DomainResource)\\b`);
  return alternatives(expression)
    .filter((part) => own.test(part))
    .join(' | ');
}

/** What R4 says in words. https://hl7.org/fhir/R4/search.html#content */
const unwritten: ReadonlyMap<string, string> = new Map([
  ['_content', 'Resource'],
  ['_text', 'DomainResource.text'],
]);

function parameterRule(parameter: JsonObject, type: string): readonly ParameterRule[] {
  const [code, kind, url] = [textOf(parameter.code), textOf(parameter.type), textOf(parameter.url)];
  const expression = reduced(textOf(parameter.expression) ?? unwritten.get(code ?? '') ?? '', type);
  if (expression === '' || code === undefined || kind === undefined || url === undefined) return [];
  const targets = listOf(parameter.target).flatMap((target) => (typeof target === 'string' ? [target] : []));
  const target = kind === 'reference' && targets.length < anyTarget ? { target: targets } : {};
  const components = corrected(url, componentsOf(parameter));
  return [{ code, type: kind, expression, ...target, url, ...(components.length > 0 && { components }) }];
}

type Components = NonNullable<ParameterRule['components']>;

/** R4 has the definitions of this composite's two parts the wrong way round. */
const swapped = 'http://hl7.org/fhir/SearchParameter/DocumentReference-relationship';

function corrected(url: string, components: Components): Components {
  if (url !== swapped) return components;
  const definitions = components.map(({ definition }) => definition).toReversed();
  return components.map(({ expression }, at) => ({ definition: definitions[at] ?? '', expression }));
}

/** The parameters that R4 defines for a type, those of every resource included. */
export function parametersOf(parameters: readonly JsonObject[], type: string): readonly ParameterRule[] {
  const bases = new Set([type, 'Resource', 'DomainResource']);
  return parameters
    .filter(({ base }) => listOf(base).some((name) => typeof name === 'string' && bases.has(name)))
    .flatMap((parameter) => parameterRule(parameter, type))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** The single top-level element through which a patient's compartment holds the type: `subject`, `patient`, `beneficiary` …, a required one first. */
export function patientElementOf(
  compartment: JsonObject,
  type: string,
  parameters: readonly ParameterRule[],
  node: NodeRule,
): string | undefined {
  if (type === 'Patient') return undefined;
  const codes = objectsOf(compartment.resource).find(({ code }) => code === type)?.param;
  // R4 has Device in no compartment, though it may have a patient.
  const candidates = listOf(codes ?? (type === 'Device' ? ['patient'] : [])).flatMap((code) =>
    parameters.filter((parameter) => parameter.code === code),
  );
  const names = candidates.flatMap(({ expression }) => {
    const name = new RegExp(`^\\(*${type}\\.(\\w+)(\\.where\\(resolve|$)`).exec(expression)?.[1];
    const rule = name === undefined ? undefined : node.elements[name];
    const isOne = rule?.types.includes('Reference') && rule.max === undefined && (rule.targets?.includes('Patient') ?? true);
    return name !== undefined && isOne ? [name] : [];
  });
  return names.find((name) => node.elements[name]?.min === 1) ?? names[0];
}
