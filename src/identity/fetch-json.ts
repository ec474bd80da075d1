// JSON from an issuer, over HTTP: bounded in time and size, and never from another address than the one asked.
// https://www.rfc-editor.org/rfc/rfc9700#section-4.12
const timeout = 5000;

/** Five seconds, no redirection, at most `longest` bytes; throws an Error of one line where there is none to be had. */
export async function fetchJson(uri: string, longest: number, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const response = await fetch(uri, {
    redirect: 'error',
    headers: { accept: 'application/json', ...headers },
    signal: AbortSignal.timeout(timeout),
  });
  if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    if (length > longest) throw new Error(`more than ${longest} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return JSON.parse(text + decoder.decode());
}
