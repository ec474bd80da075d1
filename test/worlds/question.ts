// The words in which questions are put.
import type { Created } from './world.ts';

export type { Created };
export type Question = {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Put to every caller: what it shows comes of the questions before. */
  readonly always?: true;
};

export const never = 'aaaaaaaaaaaaa-bbbbbbbbbbbbb';
export const json = { 'Content-Type': 'application/fhir+json' };
export const get = (path: string, headers?: Readonly<Record<string, string>>): Question => ({
  method: 'GET',
  path,
  ...(headers === undefined ? {} : { headers }),
});
