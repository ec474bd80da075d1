// What stops the start: one line for the person who started the server.
export type Variables = Readonly<Record<string, string | undefined>>;

export class StartError extends Error {
  override readonly name = 'StartError';
}

/** A variable that is empty counts as absent. */
export function given(env: Variables, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}
