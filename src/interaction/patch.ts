// Patch: the next version by operations on the current one, JSON Patch or FHIRPath Patch, judged as an update is.
// https://hl7.org/fhir/R4/http.html#patch
import { isDeepStrictEqual } from 'node:util';
import { type JsonObject, objectsOf } from '../fhir/json.ts';
import { Refusal } from '../fhir/outcome.ts';
import { type Answer, type Context, capabilityOf, isTester } from './context.ts';
import { onTarget } from './criteria.ts';
import { withoutEmptyLabels } from './labels.ts';
import { readFhirPathPatch } from './patch/fhirpath-operation.ts';
import { applyFhirPathPatch } from './patch/fhirpath-patch.ts';
import { applyJsonPatch, readJsonPatch } from './patch/json-patch.ts';
import { type Touched, touchedByFhirPathPatch, touchedByJsonPatch } from './patch/touched.ts';
import { mayAsk } from './reach.ts';
import { revise } from './revise.ts';
import { type Preference, shown } from './shown.ts';
import { judgeVersion, present, type Target } from './target.ts';

/** As it was sent: a list of operations, or a Parameters resource. */
export type Patch = { readonly form: 'json' | 'fhirpath'; readonly sent: unknown };

export type PatchRequest = {
  readonly type: string;
  readonly target: Target;
  readonly patch: Patch;
  readonly ifMatch: string | undefined;
  readonly prefer: Preference;
};

export type Change = { readonly touched: readonly Touched[]; readonly apply: (resource: JsonObject) => JsonObject };

export async function patch(context: Context, { patch: sent, ...asked }: PatchRequest): Promise<Answer> {
  capabilityOf(context, asked.type);
  mayAsk(context, 'u', asked.type);
  return await patchBy(context, asked, readPatch(context, asked.type, sent));
}

/** Of a caller who may ask it. */
export async function patchBy(
  context: Context,
  { type, target, ifMatch, prefer }: Omit<PatchRequest, 'patch'>,
  change: Change,
): Promise<Answer> {
  const { id, version } = await onTarget(
    context,
    { type, target, interaction: 'u' },
    async (within, found) => await patchById(within, type, found, change, ifMatch),
  );
  return await shown(context, { type, id, status: 200, version, located: false }, prefer);
}

async function patchById(
  context: Context,
  type: string,
  id: string,
  { touched, apply }: Change,
  ifMatch: string | undefined,
): Promise<{ readonly id: string; readonly version: number }> {
  const found = await present(context, 'u', type, id);
  judgeVersion(ifMatch, found.row.v);
  const text = (before: JsonObject): JsonObject => {
    const after = withoutEmptyLabels(apply(before));
    if (isRestricted(context, type)) judgeExtensions(before, after, touched);
    return after;
  };
  return { id, version: await revise(context, type, found, text) };
}

function readPatch(context: Context, type: string, { form, sent }: Patch): Change {
  if (form === 'json') {
    const operations = readJsonPatch(sent);
    const touched = touchedByJsonPatch(operations);
    if (isRestricted(context, type)) judgeTouched(touched);
    return { touched, apply: (resource) => applyJsonPatch(resource, operations) };
  }
  const operations = readFhirPathPatch(sent);
  const touched = touchedByFhirPathPatch(type, operations);
  if (isRestricted(context, type)) judgeTouched(touched);
  return { touched, apply: (resource) => applyFhirPathPatch(resource, operations, context.conformance) };
}

/** Of a document in a record a patch changes labels, status and whether it is archived (PDSm flux 3 and 4). */
function isRestricted(context: Context, type: string): boolean {
  return type === 'DocumentReference' && !isTester(context);
}

const patchable = new Set(['status', 'securityLabel', 'meta', 'extension']);
const archived = 'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived';

function judgeTouched(touched: readonly Touched[]): void {
  const odd = touched.find(({ element }) => !patchable.has(element));
  if (odd !== undefined) throw notPatchable(odd.at);
}

function judgeExtensions(before: JsonObject, after: JsonObject, touched: readonly Touched[]): void {
  const others = ({ extension }: JsonObject): readonly JsonObject[] => objectsOf(extension).filter(({ url }) => url !== archived);
  if (!isDeepStrictEqual(others(before), others(after)))
    throw notPatchable(touched.find(({ element }) => element === 'extension')?.at);
}

function notPatchable(at: string | undefined): Refusal {
  const text = 'Only securityLabel, status and isArchived can be patched';
  return new Refusal('method-not-allowed', [at === undefined ? { text } : { text, expression: at }], {
    Allow: 'GET, HEAD, PUT, PATCH, DELETE',
  });
}
