// One version of a resource: visible exactly where the current one is; after a delete, where the last one was.
// https://hl7.org/fhir/R4/http.html#vread
import { notFound, refuse } from '../fhir/outcome.ts';
import { and, equals } from '../filter/filter.ts';
import { leave, touchedBy } from './answer.ts';
import { type Answer, type Context, capabilityOf } from './context.ts';
import { placeOf } from './history.ts';
import { mayAsk } from './reach.ts';
import { answerOf, type ReadForm, subsetAsked } from './read.ts';
import { idsWithin } from './within-scopes.ts';

export type VersionId = { readonly type: string; readonly id: string; readonly version: string };

export async function vread(context: Context, { type, id, version }: VersionId, form: ReadForm = {}): Promise<Answer> {
  capabilityOf(context, type);
  const subset = subsetAsked(context.conformance, type, form.parameters ?? [], form.lenient ?? false);
  mayAsk(context, 'r', type);
  // Versions are counted: another id of a version never was one.
  if (!/^[1-9]\d{0,8}$/.test(version)) throw notFound();
  return await context.store.steady(async () => {
    const place = await placeOf(context, type, id);
    const reading = context.store.reading(context.moments);
    const named = equals('_id', id);
    const filter = and(named, await idsWithin(context, reading, 'r', type, named), equals('v', Number(version)));
    const [row] = await reading.history([place], { filter, limit: 1 });
    if (row === undefined) throw notFound();
    if (row.deleted) throw refuse('gone', 'Resource deleted');
    const found = { ...row, _id: id, s: {} };
    return await leave(context, reading, [touchedBy(type, found)], answerOf(context, type, found, { subset, ...form }));
  });
}
