// To relatives, structures, offices and other patients, hidden is the same as absent.
import { afterAll, describe, it } from '@jest/globals';
import { expectAlike } from './compare.ts';
import { leavePairs } from './pair.ts';
import { others } from './sample.ts';

afterAll(leavePairs);

describe('hidden is the same as absent', () => {
  // Every answer is the assertion: expectAlike fails on the first that differs.
  it.each(others)('for %s', async (caller) => await expectAlike(caller), 300_000);
});
