// To patients, relatives, structures and offices, hidden is the same as absent.
import { describe, it } from '@jest/globals';
import { expectAlike } from './compare.ts';

describe('hidden is the same as absent', () => {
  // Every answer is the assertion: expectAlike fails on the first that differs.
  it.each(['holder', 'neighbour', 'minor', 'relative', 'parent', 'hospital', 'clinic', 'feeder', 'agent', 'operator'])(
    'for %s',
    async (caller) => await expectAlike(caller),
    180_000,
  );
});
