import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { soundsOf } from '../../src/search/phonetic.ts';
import { finds, rowOf } from './world.ts';

describe('names that sound alike', () => {
  test.each([
    ['Lefèvre', 'Lefebvre', 'Lefaivre', 'LEFEVRE'],
    ['Dupont', 'Dupond', 'Dupons', 'Dupon'],
    ['Philippe', 'Filip', 'Philipe'],
    ['Gauthier', 'Gautier', 'Gotier'],
    ['Renault', 'Renaud', 'Reno', 'Raynaud', 'Reynaud'],
    ['Thibault', 'Thibaud', 'Tibo'],
    ['Martin', 'Martain', 'Martein'],
    ['Mathieu', 'Matthieu', 'Mathieux'],
    ['Christophe', 'Kristof'],
    ['Catherine', 'Katherine', 'Cathérine'],
    ['Yannick', 'Yanic', 'Ianik'],
    ['François', 'Fransois'],
    ['Géraud', 'Jérôt'],
    ['Henri', 'Enri', 'Anri', 'Henry'],
    ['Guy', 'Gui'],
    ['Agnès', 'Agnes'],
    ['Lambert', 'Lembert', 'Lambère'],
    ['Petit', 'Peti', 'Petits'],
    ['Cécile', 'Sessile'],
  ])('%s', (...names) => {
    expect(new Set(names.flatMap(soundsOf)).size).toBe(1);
  });

  test.each([
    ['Martin', 'Martine'],
    ['Dupont', 'Dupin'],
    ['Jean', 'Jeanne'],
    ['Bernard', 'Renard'],
    ['Morel', 'Moreau'],
    ['Simon', 'Simone'],
    ['Roux', 'Rose'],
  ])('%s is not %s', (one, other) => {
    expect(soundsOf(one)).not.toEqual(soundsOf(other));
  });

  const row = rowOf({ resourceType: 'Patient', id: 'p', name: [{ family: 'Lefebvre de la Tour', given: ['Anne', 'Élise'] }] });
  test.each([
    ['phonetic=lefèvre', true],
    ['phonetic=Lefevre Ane', true],
    ['phonetic=élize', true],
    ['phonetic=tours', true],
    ['phonetic=Lefevre Marie', false],
    ['phonetic=lefe', false],
    ['phonetic=dupont,lefaivre', true],
    ['phonetic:missing=false', true],
  ])('%s: %s', async (search, expected) => {
    expect(await finds('Patient', search, row)).toBe(expected);
  });

  test('what has no letter, and modifiers, are refused', async () => {
    await expect(finds('Patient', 'phonetic=12', row)).rejects.toThrow('no letter');
    await expect(finds('Patient', 'phonetic:exact=Anne', row)).rejects.toThrow('no such modifier');
  });

  test('every word has one sound, in no time', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,40}$/), (word) => {
        expect(soundsOf(word)).toHaveLength(1);
        expect(soundsOf(word.toUpperCase())).toEqual(soundsOf(word));
      }),
    );
    expect(soundsOf('e'.repeat(4000))).toHaveLength(1);
    expect(soundsOf('st'.repeat(2000))).toHaveLength(1);
  });
});
