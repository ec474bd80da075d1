import { describe, expect, test } from '@jest/globals';
import { assertSearchable } from '../../src/search/index-of.ts';
import { capabilityOf, conformance, finds, rowOf } from './world.ts';

const ucum = 'http://unitsofmeasure.org';
const loinc = 'http://loinc.org';
const coded = (code: string): object => ({ coding: [{ system: loinc, code }] });
const pressure = rowOf({
  resourceType: 'Observation',
  id: 'o',
  code: coded('85354-9'),
  component: [
    { code: coded('8480-6'), valueQuantity: { value: 140, unit: 'mmHg', system: ucum, code: 'mm[Hg]' } },
    { code: coded('8462-4'), valueQuantity: { value: 80, unit: 'mmHg', system: ucum, code: 'mm[Hg]' } },
    { code: coded('8867-4') },
  ],
});
const potassium = rowOf({
  resourceType: 'Observation',
  id: 'k',
  code: {
    coding: [
      { system: loinc, code: '2823-3' },
      { system: 'urn:local', code: 'K$1' },
    ],
    text: 'Kaliémie',
  },
  valueQuantity: { value: 5.6, system: ucum, code: 'mmol/L' },
});
const due = rowOf({ resourceType: 'Observation', id: 'd', code: coded('11778-8'), valueDateTime: '2026-09-10' });
const stay = rowOf({
  resourceType: 'Observation',
  id: 's',
  code: coded('x'),
  valuePeriod: { start: '2026-01-10', end: '2026-02-10' },
});
const words = rowOf({ resourceType: 'Observation', id: 'w', code: coded('t'), valueString: 'Élévation, modérée' });

describe('composite', () => {
  test.each([
    [pressure, `code-value-quantity=${loinc}|8480-6$gt130`, true],
    [pressure, `code-value-quantity=8480-6$140||mmHg`, true],
    [pressure, `code-value-quantity=8480-6$140|${ucum}|mm[Hg]`, true],
    [pressure, `code-value-quantity=8480-6$80`, false],
    [pressure, `code-value-quantity=8462-4$gt130`, false],
    [pressure, `code-value-quantity=8462-4$lt90`, true],
    [pressure, `code-value-quantity=8867-4$lt90`, false],
    [pressure, `code-value-quantity=85354-9$gt1`, false],
    [pressure, `code-value-quantity=8462-4$gt130,8480-6$gt130`, true],
    [pressure, `code-value-quantity=8462-4$lt90&code-value-quantity=8480-6$gt130`, true],
    [pressure, `code-value-quantity=8462-4$lt90&code-value-quantity=8480-6$gt150`, false],
    [pressure, 'code-value-quantity:missing=false', true],
    [potassium, `code-value-quantity=${loinc}|2823-3$gt5.4|${ucum}|mmol/L`, true],
    [potassium, `code-value-quantity=${loinc}|2823-3$gt5400|${ucum}|umol/L`, true],
    [potassium, `code-value-quantity=${loinc}|2823-3$gt5600|${ucum}|umol/L`, false],
    [potassium, `code-value-quantity=${loinc}|$gt5`, true],
    [potassium, `code-value-quantity=urn:local|K\\$1$gt5`, true],
    [potassium, `code-value-quantity=|2823-3$gt5`, false],
    [potassium, 'code-value-date:missing=true', true],
    [due, `code-value-date=11778-8$2026-09`, true],
    [due, `code-value-date=11778-8$lt2026-09-10`, false],
    [due, `code-value-date=11778-9$2026-09`, false],
    [stay, 'code-value-date=x$ge2026-02', true],
    [stay, 'code-value-date=x$2026-01', false],
    [words, 'code-value-string=t$elevation\\, mod', true],
    [words, 'code-value-string=t$moderee', false],
    [words, 'code-value-string=u$elevation', false],
  ])('%#: %s %s', async (row, search, expected) => {
    expect(await finds('Observation', search, row)).toBe(expected);
  });

  test.each(['a', 'a$', '$5', 'a$5$6', 'a$x', 'a$5|mg', '|$5', 'a\\$5', `a$5|${ucum}`, 'a$5,b', 'a$ '])(
    '%j is refused',
    async (value) => {
      await expect(finds('Observation', `code-value-quantity=${value}`, pressure)).rejects.toThrow('code-value-quantity');
    },
  );

  test.each(['not', 'exact', 'text', 'code'])('there is no :%s', async (modifier) => {
    await expect(finds('Observation', `code-value-quantity:${modifier}=a$5`, pressure)).rejects.toThrow('no such modifier');
  });

  test('each element with all of its parts is a row of its own; it sorts by its first part', () => {
    expect(pressure.p['code-value-quantity']).toHaveLength(2);
    expect(pressure.p['code-value-quantity']?.[0]?.idx).toEqual(['code|8480-6|http://loinc.org']);
    expect(pressure.s['code-value-quantity']).toEqual({ min: '8462-4', max: '8480-6' });
    expect(pressure.idx).toEqual([]);
  });

  test('a part that cannot be read or searched by stops the start', () => {
    const whole = capabilityOf('Observation');
    const composite = whole.search.get('code-value-quantity');
    if (composite === undefined) throw new Error('the world has a composite');
    for (const part of [{ expression: 'code.first()' }, { type: 'special' as const }]) {
      const components = (composite.components ?? []).map((component) => ({ ...component, ...part }));
      const search = new Map([['broken', { ...composite, components }]]);
      const types = new Map([['Observation', { ...whole, search }]]);
      expect(() => assertSearchable({ ...conformance, types })).toThrow(/path of an element|no search by/);
    }
  });
});
