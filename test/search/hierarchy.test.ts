// What is a part of what, level by level. https://hl7.org/fhir/R4/search.html#recursive
import { describe, expect, test } from '@jest/globals';
import { matches } from '../../src/filter/matches.ts';
import type { Row } from '../../src/filter/row.ts';
import { indexOf } from '../../src/search/index-of.ts';
import { parseSearch } from '../../src/search/query.ts';
import { resolveSearch } from '../../src/search/resolve.ts';
import { conformance } from '../conformance/example.ts';
import { among, now, rowOf } from './world.ts';

const locations = conformance.types.get('Location');

function place(id: string, within: string): Row {
  if (locations === undefined) throw new Error('no Location');
  const resource = { resourceType: 'Location', id, partOf: { reference: `Location/${within}` } };
  const { idx, p, s } = indexOf(locations, resource);
  return { ...rowOf({ resourceType: 'Patient', id }), idx, p, s, j: JSON.stringify(resource) };
}

async function partsOf(query: string, rows: readonly Row[]): Promise<readonly string[]> {
  const asked = [...new URLSearchParams(query)];
  const filter = await resolveSearch(parseSearch(conformance, 'Location', asked, { lenient: false, now }), among(rows));
  return rows.filter((row) => matches(filter, row, { now, today: now })).map(({ _id }) => _id);
}

/** `l1` in `l0`, `l2` in `l1` … */
const levels = (count: number): readonly Row[] => Array.from({ length: count }, (_, at) => place(`l${at + 1}`, `l${at}`));

describe('hierarchy', () => {
  test('everything below, and above', async () => {
    expect(await partsOf('partof:below=l1', levels(4))).toEqual(['l2', 'l3', 'l4']);
    expect(await partsOf('partof:above=l2', levels(4))).toEqual(['l1', 'l2', 'l3']);
  });

  test('what is a part of itself is met once', async () => {
    const ring = [place('a', 'b'), place('b', 'c'), place('c', 'a')];
    expect(await partsOf('partof:below=a', ring)).toEqual(['a', 'b', 'c']);
    expect(await partsOf('partof:above=a', ring)).toEqual(['a', 'b', 'c']);
  });

  test('where a level is not visible nothing is beyond it', async () => {
    const rows = levels(4).filter(({ _id }) => _id !== 'l2');
    expect(await partsOf('partof:below=l0', rows)).toEqual(['l1']);
    expect(await partsOf('partof:above=l3', rows)).toEqual(['l3', 'l4']);
  });

  test('a hierarchy of too many levels is refused', async () => {
    expect(await partsOf('partof:below=l0', levels(16))).toHaveLength(16);
    await expect(partsOf('partof:below=l0', levels(30))).rejects.toThrow('more than 16 levels');
    await expect(partsOf('partof:above=l30', levels(30))).rejects.toThrow('more than 16 levels');
  });
});
