// What differs between two policies, in lines for the person who decides: counts first.
export type Difference = {
  readonly same: boolean;
  readonly counts: readonly string[];
  readonly more: readonly string[];
  readonly less: readonly string[];
  /** What is neither. */
  readonly notes: readonly string[];
};

/** `system|code` as it is said: `name (code)`. */
export type Display = (key: string) => string;

export function difference(
  counts: readonly string[],
  lines: { readonly more: readonly string[]; readonly less: readonly string[]; readonly notes?: readonly string[] },
): Difference {
  const { more, less, notes = [] } = lines;
  return { same: more.length + less.length + notes.length === 0, counts, more, less, notes };
}

export function saidOf({ same, counts, more, less, notes }: Difference): readonly string[] {
  if (same) return ['Nobody would see anything more or less.'];
  return [
    ...counts,
    ...more.map((line) => `+ ${line}`),
    ...less.map((line) => `- no longer: ${line}`),
    ...notes.map((line) => `! ${line}`),
  ];
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
