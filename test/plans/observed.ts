// What MongoDB did for one request: each aggregation that it ran is asked again for its plan, with what was counted.
// https://www.mongodb.com/docs/manual/tutorial/manage-the-database-profiler/, https://www.mongodb.com/docs/manual/reference/explain-results/
import type { Db, Document } from 'mongodb';
import { isObject } from '../../src/fhir/json.ts';

/** One collection read by one command: its indexes by their names, and what of them. */
export type Read = {
  readonly collection: string;
  readonly indexes: readonly string[];
  readonly keys: number;
  readonly documents: number;
  readonly returned: number;
};

export async function observe<T>(
  db: Db,
  request: () => Promise<T>,
): Promise<{ readonly reply: T; readonly reads: readonly Read[] }> {
  await db.command({ profile: 0 });
  await db.collection('system.profile').drop();
  await db.command({ profile: 2 });
  const reply = await request();
  await db.command({ profile: 0 });
  const profiled = await db
    .collection('system.profile')
    .find({ 'command.aggregate': { $exists: true } })
    .sort({ $natural: 1 })
    .toArray();
  const reads: Read[] = [];
  for (const { command } of profiled) reads.push(...(await explained(db, command)));
  return { reply, reads };
}

async function explained(db: Db, { aggregate, pipeline, hint }: Document): Promise<readonly Read[]> {
  const command = { aggregate, pipeline, cursor: {}, ...(hint === undefined ? {} : { hint }) };
  const plan = await db.command({ explain: command, verbosity: 'executionStats' });
  return readsIn(plan, aggregate);
}

/** Of the whole, or stage by stage; a union has the plan of its own pipeline. */
function readsIn(plan: Document, collection: string): readonly Read[] {
  const stages: readonly Document[] = plan.stages ?? [{ $cursor: plan }];
  return stages.flatMap((stage): readonly Read[] => {
    if (isObject(stage.$cursor)) return [readOf(stage.$cursor, collection)];
    if (isObject(stage.$unionWith)) return readsIn({ stages: stage.$unionWith.pipeline }, String(stage.$unionWith.coll));
    return [];
  });
}

function readOf({ executionStats }: Document, collection: string): Read {
  return {
    collection,
    indexes: [...new Set(scansIn(executionStats.executionStages))],
    keys: executionStats.totalKeysExamined,
    documents: executionStats.totalDocsExamined,
    returned: executionStats.nReturned,
  };
}

/** `sort` where rows were put in order after they were read. */
function scansIn(stage: unknown): readonly string[] {
  if (Array.isArray(stage)) return stage.flatMap(scansIn);
  if (!isObject(stage)) return [];
  const { stage: name, indexName, ...inside } = stage;
  const own =
    typeof indexName === 'string' ? [indexName] : name === 'COLLSCAN' || name === 'IDHACK' || name === 'SORT' ? [name] : [];
  return [...own.map(String), ...Object.values(inside).flatMap(scansIn)];
}
