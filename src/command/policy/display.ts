// Codes of the matrix as a person reads them: a profession or a document type with its name.
import { codeIn } from '../../access/habilitation.ts';
import type { Conformance } from '../../conformance/conformance.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../../fhir/json.ts';

/** `system|code` → `name (code)`. */
export type Displays = (key: string) => string;

const documentTypes = 'https://carnet.example/fhir/ValueSet/document-type';

/** What a later map says counts. */
export function displaysIn({ published }: Pick<Conformance, 'published'>, ...maps: readonly JsonObject[]): Displays {
  const { compose } = published(documentTypes);
  const included = isObject(compose) ? objectsOf(compose.include) : [];
  const names = new Map([
    ...included.flatMap(({ system, concept }) => namedIn(system, concept)),
    ...maps.flatMap(({ group }) =>
      objectsOf(group).flatMap(({ source, target, element }) => [
        ...namedIn(source, element),
        ...objectsOf(element).flatMap((one) => namedIn(target, one.target)),
      ]),
    ),
  ]);
  return (key) => {
    const name = names.get(key);
    return name === undefined ? codeIn(key) : `${name} (${codeIn(key)})`;
  };
}

function namedIn(system: unknown, concepts: unknown): readonly (readonly [key: string, name: string])[] {
  return objectsOf(concepts).flatMap(({ code, display }) => {
    const name = textOf(display);
    return name === undefined ? [] : [[`${system}|${code}`, name] as const];
  });
}
