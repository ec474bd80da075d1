// Those of one process who claim the same name take turns; of two processes one still begins again (commit.ts, `claim`).
export type Turns = <T>(names: readonly string[], run: () => Promise<T>) => Promise<T>;

export function takingTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return async (names, run) => {
    const before = names.flatMap((name) => last.get(name) ?? []);
    const turn = Promise.all(before).then(run);
    const over = turn.catch(() => undefined);
    for (const name of names) last.set(name, over);
    try {
      return await turn;
    } finally {
      for (const name of names) if (last.get(name) === over) last.delete(name);
    }
  };
}
