// What a depositor should know of what was accepted: a warning with the answer to the entry.
// https://profiles.ihe.net/ITI/MHD/ITI-65.html#2365-provide-document-bundle-response-message
import type { JsonObject } from '../../fhir/json.ts';
import { objectsOf } from '../../fhir/json.ts';
import type { Answer } from '../context.ts';
import { extensions, type Slice } from './slice.ts';

/** An answer that shows its resource has no room for one. */
export function warned(slices: readonly Slice[], answers: readonly Answer[]): readonly Answer[] {
  return answers.map((answer, index) => {
    const text = warningOf(slices[index]);
    return text === undefined || answer.body !== undefined
      ? answer
      : { ...answer, body: JSON.stringify(warning(text, slices[index]?.at ?? '')) };
  });
}

function warningOf(slice: Slice | undefined): string | undefined {
  if (slice?.name !== 'SubmissionSet') return undefined;
  const isAddressed = objectsOf(slice.resource.extension).some(({ url }) => url === `${extensions}/ihe-intendedRecipient`);
  return isAddressed
    ? 'UnavailableRecipient: the record has the documents, nothing is sent to the intended recipient'
    : undefined;
}

function warning(diagnostics: string, at: string): JsonObject {
  const expression = [`${at}.resource.extension('${extensions}/ihe-intendedRecipient')`];
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'incomplete', diagnostics, expression }] };
}
