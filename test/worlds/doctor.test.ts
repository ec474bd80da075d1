// To the doctor, hidden is the same as absent.
import { describe, it } from '@jest/globals';
import { expectAlike } from './compare.ts';

describe('hidden is the same as absent', () => {
  // Every answer is the assertion: expectAlike fails on the first that differs.
  it('for doctor', async () => await expectAlike('doctor'), 300_000);
});
