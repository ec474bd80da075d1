// To the patient, hidden is the same as absent.
import { afterAll, describe, it } from '@jest/globals';
import { expectAlike } from './compare.ts';
import { leavePairs } from './pair.ts';

afterAll(leavePairs);

describe('hidden is the same as absent', () => {
  // Every answer is the assertion: expectAlike fails on the first that differs.
  it('for holder', async () => await expectAlike('holder'), 600_000);
});
