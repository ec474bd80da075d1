// By what the rows of a type are indexed: when it changes, what was stored before cannot be found by it until it is indexed anew.
// https://hl7.org/fhir/R4/searchparameter.html
import { createHash } from 'node:crypto';
import type { Conformance, TypeCapability } from '../conformance/conformance.ts';
import { type Refusal, refuse } from '../fhir/outcome.ts';
import { fieldParameter } from './types.ts';

/** Raise it when the code indexes otherwise than before: every stored row is then to be indexed anew. */
const format = 2;

/** Code of a parameter → digest of all that decides its entries in a row. */
export type IndexDefinition = ReadonlyMap<string, string>;
/** Type → the codes by which not every stored row is indexed. */
export type AwaitedCodes = ReadonlyMap<string, ReadonlySet<string>>;

/** `#Practitioner`: what contained resources of the type are found by. What is searched may contain anything; the server's own traces nothing. */
export function indexDefinitions({ types }: Conformance): ReadonlyMap<string, IndexDefinition> {
  const own = [...types.values()].map((capability) => [capability.type, definitionOf(capability)] as const);
  const searched = own.filter(([, definition]) => definition.size > 0);
  const contained = searched.map(([type, definition]) => [`#${type}`, digestOf([...definition])] as const);
  return new Map(
    own.map(([type, definition]) => {
      const holds = definition.size > 0 && type !== 'AuditEvent';
      return [type, holds ? new Map([...definition, ...contained]) : definition];
    }),
  );
}

function definitionOf({ search }: TypeCapability): IndexDefinition {
  const indexed = [...search.values()].filter((parameter) => fieldParameter(parameter) === undefined);
  return new Map(indexed.map((parameter) => [parameter.code, digestOf([format, parameter])]));
}

function digestOf(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) => (part instanceof Map || part instanceof Set ? [...part] : part));
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** A search of what the type contains asks rows that all have been indexed. */
export function judgeContained({ type, awaited }: TypeCapability, target: string, name: string): void {
  if (awaited?.has(target)) throw isAwaited(type, `a contained ${target}`, name);
}

function isAwaited(type: string, what: string, name: string): Refusal {
  return refuse('busy', `${type} cannot be searched by ${what} yet: it is being indexed; try again`, `http.${name}`);
}

/** The same conformance, in which to ask for a parameter that is awaited is refused: wherever it stands in the request. */
export function withAwaited(conformance: Conformance, awaited: AwaitedCodes): Conformance {
  if (awaited.size === 0) return conformance;
  const types = [...conformance.types].map(([type, capability]) => {
    const codes = awaited.get(type);
    if (codes === undefined) return [type, capability] as const;
    const contained = [...codes].filter((code) => code.startsWith('#')).map((code) => code.slice(1));
    return [type, { ...capability, search: new Refusing(capability, codes), awaited: new Set(contained) }] as const;
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
    if (this.#awaited.has(code)) throw isAwaited(this.#type, code, code);
    return super.get(code);
  }
}
