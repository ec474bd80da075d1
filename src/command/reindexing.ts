// Brings what is stored up to date with the search parameters that the capability statement declares, in both databases.

import { loadConformance } from '../conformance/conformance.ts';
import { isObject, parseJson } from '../fhir/json.ts';
import { indexed } from '../interaction/context.ts';
import { indexDefinitions } from '../search/index-definition.ts';
import { assertSearchable } from '../search/index-of.ts';
import { connect, databaseNames, openDatabase } from '../store/database.ts';
import { lackingIndexes } from '../store/index-state.ts';
import { reindex } from '../store/reindex.ts';
import type { Environment } from './environment.ts';

export type Reindexing = {
  readonly environment: Pick<Environment, 'conformance' | 'baseUrl'>;
  readonly mongodbUri: string;
  /** Of these types whatever they lack or not; absent: of those that lack something. */
  readonly types?: readonly string[];
  readonly log: (line: string) => void;
};

/** Says how far it is, once a second at most; nothing of what it reads. */
export async function reindexAll({ environment, mongodbUri, types, log }: Reindexing): Promise<void> {
  const { baseUrl } = environment;
  const conformance = loadConformance(environment.conformance);
  assertSearchable(conformance);
  const definitions = new Map([...indexDefinitions(conformance)].filter(([, definition]) => definition.size > 0));
  const unknown = types?.find((type) => !definitions.has(type));
  if (unknown !== undefined) throw new Error(`${unknown} is no type that is searched`);
  const client = await connect(mongodbUri);
  try {
    const { national, testers } = databaseNames(client);
    for (const [name, kind] of [
      [national, 'operator'],
      [testers, 'tester'],
    ] as const) {
      const database = await openDatabase(client, name, [...conformance.types.keys()]);
      const lacking = await lackingIndexes(database, definitions);
      for (const type of types ?? lacking.keys()) {
        const done = await reindex(database, {
          type,
          definition: definitions.get(type) ?? new Map(),
          index: (text) => {
            const resource = parseJson(text);
            if (!isObject(resource)) throw new TypeError('a row holds a resource');
            return indexed({ conformance, baseUrl, caller: { who: { kind } } }, type, resource);
          },
          progress: saying(`${name}: ${type}`, log),
        });
        log(`${name}: ${type}: ${done} are indexed`);
      }
    }
  } finally {
    await client.close();
  }
}

function saying(what: string, log: Reindexing['log']): (done: number, all: number) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (done, all) => {
    if (performance.now() - last < 1000) return;
    last = performance.now();
    log(`${what}: ${done} of ${all}`);
  };
}
