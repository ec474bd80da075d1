// To every other professional, hidden is the same as absent.
import { afterAll, describe, it } from '@jest/globals';
import { expectAlike } from './compare.ts';
import { leavePairs } from './pair.ts';
import { professionals } from './sample.ts';

afterAll(leavePairs);

describe('hidden is the same as absent', () => {
  // Every answer is the assertion: expectAlike fails on the first that differs.
  it.each(professionals)('for %s', async (caller) => await expectAlike(caller), 300_000);
});
