// By what the rows of a type are indexed: when it changes, what was stored before cannot be found by it until it is indexed anew.
// https://hl7.org/fhir/R4/searchparameter.html
import { createHash } from 'node:crypto';
import type { Conformance, TypeCapability } from '../conformance/conformance.ts';
import { refuse } from '../fhir/outcome.ts';
import { fieldParameter } from './types.ts';

/** Raise it when the code indexes otherwise than before: every stored row is then to be indexed anew. */
const format = 1;

/** Code of a parameter → digest of all that decides its entries in a row. */
export type IndexDefinition = ReadonlyMap<string, string>;
/** Type → the codes by which not every stored row is indexed. */
export type AwaitedCodes = ReadonlyMap<string, ReadonlySet<string>>;

export function indexDefinitions({ types }: Conformance): ReadonlyMap<string, IndexDefinition> {
  return new Map([...types.values()].map((capability) => [capability.type, definitionOf(capability)]));
}

function definitionOf({ search }: TypeCapability): IndexDefinition {
  const indexed = [...search.values()].filter((parameter) => fieldParameter(parameter) === undefined);
  return new Map(
    indexed.map((parameter) => {
      const text = JSON.stringify([format, parameter], (_key, value: unknown) =>
        value instanceof Map || value instanceof Set ? [...value] : value,
      );
      return [parameter.code, createHash('sha256').update(text).digest('base64url').slice(0, 16)];
    }),
  );
}

/** The same conformance, in which to ask for a parameter that is awaited is refused: wherever it stands in the request. */
export function withAwaited(conformance: Conformance, awaited: AwaitedCodes): Conformance {
  if (awaited.size === 0) return conformance;
  const types = [...conformance.types].map(([type, capability]) => {
    const codes = awaited.get(type);
    return [type, codes === undefined ? capability : { ...capability, search: new Refusing(capability, codes) }] as const;
  });
  return { ...conformance, types: new Map(types) };
}

/** Its values are there, so that what is written is indexed by all of them. */
class Refusing extends Map<string, NonNullable<ReturnType<TypeCapability['search']['get']>>> {
  readonly #type: string;
  readonly #awaited: ReadonlySet<string>;

  constructor({ type, search }: TypeCapability, awaited: ReadonlySet<string>) {
    super(search);
    this.#type = type;
    this.#awaited = awaited;
  }

  override get(code: string): ReturnType<TypeCapability['search']['get']> {
    if (this.#awaited.has(code))
      throw refuse('busy', `${this.#type} cannot be searched by ${code} yet: it is being indexed; try again`, `http.${code}`);
    return super.get(code);
  }
}
