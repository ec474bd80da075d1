// To every other professional, hidden is the same as absent.
import { describe, it } from '@jest/globals';
import { expectAlike } from './compare.ts';
import { professionals } from './sample.ts';

describe('hidden is the same as absent', () => {
  // Every answer is the assertion: expectAlike fails on the first that differs.
  it.each(professionals)('for %s', async (caller) => await expectAlike(caller), 180_000);
});
