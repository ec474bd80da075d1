// A small memory of the values used last.
export type Recent<T> = {
  readonly get: (key: string) => T | undefined;
  readonly set: (key: string, value: T) => void;
  readonly delete: (key: string) => void;
};

/** Holds at most `limit` values; the one not asked for longest goes first. */
export function recent<T>(limit: number): Recent<T> {
  const values = new Map<string, T>();
  const set = (key: string, value: T): void => {
    values.delete(key);
    values.set(key, value);
    const [oldest] = values.keys();
    if (values.size > limit && oldest !== undefined) values.delete(oldest);
  };
  const get = (key: string): T | undefined => {
    const value = values.get(key);
    if (value !== undefined) set(key, value);
    return value;
  };
  return { get, set, delete: (key) => void values.delete(key) };
}
