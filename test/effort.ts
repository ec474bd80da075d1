// How much work something is, by a measure that is the same on a slow machine and on a busy one.

const sample = JSON.stringify(Array.from({ length: 20_000 }, (_, at) => ({ name: `n${at}`, given: [at] })));

/** How many times as long it takes as to read half a megabyte of JSON. */
export function effortOf(work: () => void): number {
  const measured = cpuOf(work);
  const once = Math.min(...Array.from({ length: 5 }, () => cpuOf(() => JSON.parse(sample))));
  return measured / once;
}

/** Microseconds of this thread. */
function cpuOf(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}
