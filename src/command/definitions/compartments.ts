// CompartmentDefinition → the search parameters that link resources to a compartment.
// https://hl7.org/fhir/R4/compartmentdefinition.html
import type { CompartmentRule } from '../../conformance/definitions.ts';
import type { JsonObject } from '../../fhir/json.ts';
import { listOf, objectsOf, textOf } from '../../fhir/json.ts';

const own = 'http://hl7.org/fhir/CompartmentDefinition/';
/** Stands for the resource that the compartment is of. */
const itself = '{def}';

/** Those that R4 itself defines, of the types that are wanted. */
export function compartmentsOf(
  definitions: readonly JsonObject[],
  types: readonly string[],
): Readonly<Record<string, CompartmentRule>> {
  const rules = definitions.flatMap(({ url, code, resource }) => {
    const [canonical, type] = [textOf(url), textOf(code)];
    if (canonical === undefined || type === undefined || canonical !== `${own}${nameOf(type)}`) return [];
    return [[canonical, { type, parameters: parametersOf(objectsOf(resource), types) }] as const];
  });
  return Object.fromEntries(rules);
}

function nameOf(type: string): string {
  return type.charAt(0).toLowerCase() + type.slice(1);
}

function parametersOf(resources: readonly JsonObject[], types: readonly string[]): CompartmentRule['parameters'] {
  const linked = resources.flatMap(({ code, param }) => {
    const type = textOf(code) ?? '';
    const parameters = listOf(param).filter((name) => typeof name === 'string' && name !== itself);
    return types.includes(type) && parameters.length > 0 ? [[type, parameters.map(String)] as const] : [];
  });
  return Object.fromEntries(linked);
}
