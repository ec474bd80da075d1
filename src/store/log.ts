// What a starting server tells the person who started it: one line at a time.
export type Log = (line: string) => void;

/** The last line of an error's text: what a program says in the end. */
export function oneLine(error: unknown): string {
  const text = Error.isError(error) ? error.message : String(error);
  return text.trim().split('\n').at(-1)?.slice(0, 400) ?? '';
}
