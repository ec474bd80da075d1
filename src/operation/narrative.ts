// A generated narrative of one paragraph.
// https://hl7.org/fhir/R4/narrative.html
import type { Narrative } from '@medplum/fhirtypes';

const written: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** French text without markup. */
export function narrativeOf(text: string): Narrative {
  const escaped = text.replaceAll(/[&<>"]/g, (character) => written[character] ?? '');
  return {
    status: 'generated',
    div: `<div xmlns="http://www.w3.org/1999/xhtml" lang="fr" xml:lang="fr"><p>${escaped}</p></div>`,
  };
}
