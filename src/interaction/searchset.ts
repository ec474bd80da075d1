// The text of a searchset: the rows' own texts joined, never parsed on the way out.
// https://hl7.org/fhir/R4/bundle.html#searchset
export type Entry = {
  readonly fullUrl: string;
  readonly text: string;
  readonly mode: 'match' | 'include';
  /** From 0 to 1, where the best come first. */
  readonly score?: number;
};
export type Link = { readonly relation: 'self' | 'next'; readonly url: string };

export function searchset(links: readonly Link[], entries: readonly Entry[], total: number | undefined): string {
  const head = JSON.stringify({
    resourceType: 'Bundle',
    type: 'searchset',
    ...(total === undefined ? {} : { total }),
    link: links,
  });
  if (entries.length === 0) return head;
  const texts = entries.map(
    ({ fullUrl, text, mode, score }) =>
      `{"fullUrl":${JSON.stringify(fullUrl)},"resource":${text},"search":${JSON.stringify({ mode, score })}}`,
  );
  return `${head.slice(0, -1)},"entry":[${texts.join(',')}]}`;
}

export function queryText(parameters: readonly (readonly [string, string])[]): string {
  const query = new URLSearchParams();
  for (const [name, value] of parameters) query.append(name, value);
  return query.toString();
}
