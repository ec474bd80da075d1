// The rank test of Mann and Whitney: whether the values of one sample tend to be larger than those of the other.
// https://en.wikipedia.org/wiki/Mann%E2%80%93Whitney_U_test#Normal_approximation_and_tie_correction

export type Ranked = {
  /** Of all pairs, those in which the first sample has the larger value; ties count half. */
  readonly u: number;
  readonly z: number;
  /** Two-sided, by the normal approximation with corrections for ties and continuity. */
  readonly p: number;
};

export function mannWhitney(first: readonly number[], second: readonly number[]): Ranked {
  const [n, m] = [first.length, second.length];
  const { ranks, ties } = ranked(first, second);
  const u = ranks - (n * (n + 1)) / 2;
  const variance = ((n * m) / 12) * (n + m + 1 - ties / ((n + m) * (n + m - 1)));
  const distance = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5);
  // All values alike.
  if (variance === 0) return { u, z: 0, p: 1 };
  const z = (Math.sign(u - (n * m) / 2) * distance) / Math.sqrt(variance);
  return { u, z, p: complementaryError(Math.abs(z) / Math.SQRT2) };
}

/** The sum of the ranks of the first sample, ties sharing theirs; and what the ties take from the variance. */
function ranked(first: readonly number[], second: readonly number[]): { readonly ranks: number; readonly ties: number } {
  const all = [...first.map((value) => [value, 1] as const), ...second.map((value) => [value, 0] as const)];
  const groups = [...Map.groupBy(all, ([value]) => value)].toSorted(([one], [other]) => one - other);
  let [before, ranks, ties] = [0, 0, 0];
  for (const [, group] of groups) {
    const size = group.length;
    ranks += (before + (size + 1) / 2) * group.reduce((sum, [, mine]) => sum + mine, 0);
    ties += size ** 3 - size;
    before += size;
  }
  return { ranks, ties };
}

/** erfc for x ≥ 0, within 1.2e-7 of itself. https://en.wikipedia.org/wiki/Error_function#Numerical_approximations */
function complementaryError(x: number): number {
  const t = 1 / (1 + x / 2);
  const terms = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277,
  ];
  return t * Math.exp(-x * x + terms.reduceRight((sum, term) => sum * t + term, 0));
}
