// To each professional, hidden is the same as absent.
import { describe, it } from '@jest/globals';
import { expectAlike } from './compare.ts';

describe('hidden is the same as absent', () => {
  // Every answer is the assertion: expectAlike fails on the first that differs.
  it.each(['doctor', 'speech', 'stranger', 'blocked', 'treating', 'inside', 'rescuer', 'secretary'])(
    'for %s',
    async (caller) => await expectAlike(caller),
    180_000,
  );
});
