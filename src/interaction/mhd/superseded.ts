// A patch by criteria supersedes what a document of the Bundle replaces, as a patch by id does.
// https://interop.esante.gouv.fr/ig/fhir/pdsm/st_maj.html
import { refuse } from '../../fhir/outcome.ts';
import { parseReference } from '../../fhir/reference.ts';
import { placedAt } from '../bundle/entry.ts';
import type { Context } from '../context.ts';
import { oneMatching } from '../criteria.ts';
import { queryIn } from '../query.ts';
import { ofSlice, type Slice } from './slice.ts';
import { replacedBy } from './update.ts';

/** Those by id are judged by the Bundle alone; criteria that find nothing are refused where they are carried out. */
export async function judgeUpdates(context: Context, slices: readonly Slice[], key: string | undefined): Promise<void> {
  const replaced = replacedBy(slices);
  const ids = new Set(replaced.map((reference) => parseReference(reference)?.id));
  for (const { url, at } of ofSlice(slices, 'UpdateDocumentRefs')) {
    if (!url.includes('?') || replaced.includes(url)) continue;
    const place = `${at}.request.url`;
    const asked = { type: 'DocumentReference', criteria: queryIn(url), interaction: 'u', under: 'write', key } as const;
    const id = await placedAt(place, async () => await oneMatching(context, asked));
    if (id !== undefined && !ids.has(id)) throw refuse('business-rule', 'No document of the Bundle replaces this one', place);
  }
}
