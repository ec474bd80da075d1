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

/** Each branch of a union by itself: MongoDB 6.0 can fall over a plan of the whole. */
async function explained(db: Db, { aggregate, pipeline, hint }: Document): Promise<readonly Read[]> {
  const stages: readonly Document[] = pipeline;
  const unions = stages.flatMap(({ $unionWith }) => (isObject($unionWith) ? [$unionWith] : []));
  const own = stages.filter((stage) => !('$unionWith' in stage));
  const reads = [...(await planned(db, { aggregate, pipeline: own, ...(hint === undefined ? {} : { hint }) }))];
  for (const { coll, pipeline: branch } of unions) reads.push(...(await explained(db, { aggregate: coll, pipeline: branch })));
  return reads;
}

async function planned(db: Db, command: Document): Promise<readonly Read[]> {
  const plan = await db.command({ explain: { ...command, cursor: {} }, verbosity: 'executionStats' });
  const stages: readonly Document[] = plan.stages ?? [{ $cursor: plan }];
  return stages.flatMap(({ $cursor }) => (isObject($cursor) ? [readOf($cursor, String(command.aggregate))] : []));
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
