// The compartments that the capability statement declares: one without a definition stops the start.
// https://hl7.org/fhir/R4/compartmentdefinition.html
import type { JsonObject } from '../fhir/json.ts';
import { listOf, objectsOf } from '../fhir/json.ts';
import type { Definitions } from './definitions.ts';

/** Type → the parameters of which one links a resource to the compartment. */
export type Links = ReadonlyMap<string, readonly string[]>;

/** By the type of the resource that the compartment is of. */
export function declaredCompartments(statement: JsonObject, { compartments }: Definitions): ReadonlyMap<string, Links> {
  const declared = objectsOf(statement.rest).flatMap(({ compartment }) => listOf(compartment));
  return new Map(
    declared.map((url) => {
      const rule = typeof url === 'string' && Object.hasOwn(compartments, url) ? compartments[url] : undefined;
      if (rule === undefined) throw new Error(`capability-statement.json: R4 has no compartment ${String(url)}`);
      return [rule.type, new Map(Object.entries(rule.parameters))] as const;
    }),
  );
}
