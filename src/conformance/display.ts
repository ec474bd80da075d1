// Codes of the policy as a person reads them: professions and document types by the names that its resources give them.
// https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.compose.include.concept.display
import { isObject, type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import type { Conformance } from './conformance.ts';

/** `system|code` → its name. */
export type Displays = ReadonlyMap<string, string>;

const documentTypes = 'https://carnet.example/fhir/ValueSet/document-type';

/** Of ConceptMaps; what a later one says counts. */
export function displaysIn({ published }: Pick<Conformance, 'published'>, ...maps: readonly JsonObject[]): Displays {
  const { compose } = published(documentTypes);
  const included = isObject(compose) ? objectsOf(compose.include) : [];
  return new Map([
    ...included.flatMap(({ system, concept }) => namedIn(system, concept)),
    ...maps.flatMap(({ group }) =>
      objectsOf(group).flatMap(({ source, target, element }) => [
        ...namedIn(source, element),
        ...objectsOf(element).flatMap((one) => namedIn(target, one.target)),
      ]),
    ),
  ]);
}

function namedIn(system: unknown, concepts: unknown): readonly (readonly [key: string, name: string])[] {
  return objectsOf(concepts).flatMap(({ code, display }) => {
    const name = textOf(display);
    return name === undefined ? [] : [[`${system}|${code}`, name] as const];
  });
}
