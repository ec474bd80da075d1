import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isNoProfession, readMatrix } from '../../src/access/habilitation.ts';
import { readObject } from '../../src/conformance/published.ts';
import { compileFhirPath } from '../../src/fhir/fhirpath.ts';
import { objectsOf } from '../../src/fhir/json.ts';
import { conformance, root } from './example.ts';

const base = 'https://carnet.example/fhir';
const g15 = 'https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante';
const matrix = conformance.published(`${base}/ConceptMap/habilitation`);
const cells = objectsOf(matrix.group).flatMap((group) =>
  objectsOf(group.element).flatMap((element) =>
    objectsOf(isNoProfession(element.target) ? [] : element.target).map((target) => ({
      profession: `${group.source}|${element.code}`,
      type: `${group.target}|${target.code}`,
      code: target.code,
      equivalence: target.equivalence,
      comment: target.comment,
    })),
  ),
);
const read = (profession: string): readonly unknown[] =>
  cells.filter((cell) => cell.profession === profession && cell.equivalence === 'relatedto').map(({ code }) => code);

describe('the habilitation matrix', () => {
  test('says that it is derived', () => {
    expect(`${matrix.title} ${matrix.description}`).toMatch(/DERIVED, NOT THE OFFICIAL ANNEX.*DERIVED, NOT THE OFFICIAL ANNEX/s);
  });

  test('a doctor reads every type but the certificate of residence', () => {
    expect(read(`${g15}|10`)).toHaveLength(82);
    expect(read(`${g15}|10`)).not.toContain('ATTEST-RESID');
  });

  test.each([
    ['91', '11502-2', false],
    ['91', '34112-3', true],
    ['80', '34112-3', false],
    ['80', '11502-2', true],
    ['60', '11502-2', true],
    ['60', '68599-0', false],
    ['40', '68599-0', false],
    ['21', '57833-6', true],
    ['35', '57833-6', false],
  ])('profession %s, type %s: %s', (profession, type, allowed) => {
    expect(read(`${g15}|${profession}`).includes(type)).toBe(allowed);
  });

  test('113 permits and 15 refusals have a source, no cell is said twice', () => {
    const sourced = cells.filter(({ comment }) => comment !== undefined);
    expect(sourced.filter(({ equivalence }) => equivalence === 'relatedto')).toHaveLength(113);
    expect(sourced.filter(({ equivalence }) => equivalence === 'disjoint')).toHaveLength(15);
    expect(new Set(cells.map(({ profession, type }) => `${profession} ${type}`)).size).toBe(cells.length);
  });

  test('its document types are those of the value set, its professions of four nomenclatures', () => {
    expect(new Set(cells.map(({ type }) => type))).toEqual(conformance.valueSet(`${base}/ValueSet/document-type`));
  });

  const actors = objectsOf(matrix.group).flatMap(({ source, element }) =>
    objectsOf(element).map(({ code, display, target }) => ({
      key: `${source}|${code}`,
      display,
      deposits: isNoProfession(target),
    })),
  );

  test('52 actors: professions of four nomenclatures, and five that deposit only', () => {
    const count = (one: readonly { readonly key: string }[]): number => new Set(one.map(({ key }) => key)).size;
    expect([count(actors), count(actors.filter(({ deposits }) => deposits))]).toEqual([52, 5]);
    expect(actors.every(({ display }) => typeof display === 'string')).toBe(true);
    const { habilitation } = readMatrix(matrix);
    const systems = new Set([...habilitation.keys()].map((key) => key.split('|')[0]?.split('/').at(-1)));
    expect([...systems].sort()).toEqual([
      'TRE-G15-ProfessionSante',
      'TRE-R291-AutreProfession',
      'TRE-R94-ProfessionSocial',
      'TRE-R95-UsagerTitre',
    ]);
    expect(habilitation.size).toBe(47);
  });

  test('each of 52 × 83 cells is decided, with where that comes from', () => {
    const types = [...conformance.valueSet(`${base}/ValueSet/document-type`)];
    const decided = [...new Set(actors.map(({ key }) => key))].flatMap((profession) =>
      types.map((type) => {
        const cell = cells.find((one) => one.profession === profession && one.type === type);
        const permitted = cell?.equivalence === 'relatedto';
        return { permitted, provenance: cell?.comment === undefined ? 'derived' : String(cell.comment) };
      }),
    );
    expect(decided).toHaveLength(4316);
    const sources = Object.groupBy(decided, ({ permitted, provenance }) => `${permitted} ${provenance.split(' : ')[0]}`);
    expect(Object.fromEntries(Object.entries(sources).map(([name, list]) => [name, list?.length]))).toEqual({
      'true Permis': 113,
      'false Refusé': 15,
      'true derived': 932,
      'false derived': 3256,
    });
    const named = new Set(decided.flatMap(({ provenance }) => provenance.split(' : ')[1] ?? []));
    for (const source of named) expect(matrix.description).toContain(`${source}: `);
  });
});

describe('the category map', () => {
  const map = conformance.published(`${base}/ConceptMap/category`);
  const elements = objectsOf(map.group).flatMap(({ element, target }) =>
    objectsOf(element).map((one) => ({ system: target, ...one })),
  );

  test('each of its document types is in the matrix, each last target is a fallback', () => {
    const known = conformance.valueSet(`${base}/ValueSet/document-type`);
    for (const element of elements) {
      const targets = objectsOf('target' in element ? element.target : undefined);
      expect(targets.every(({ code }) => known.has(`${element.system}|${code}`))).toBe(true);
      expect(targets.at(-1)?.dependsOn).toBeUndefined();
    }
  });

  test.each([
    ['DocumentReference', { date: '2026-01-01T00:00:00Z' }, '2026-01-01T00:00:00Z'],
    ['Immunization', { occurrenceDateTime: '2026-01' }, '2026-01'],
    ['Immunization', { occurrenceString: 'in winter' }, undefined],
    ['AllergyIntolerance', { recordedDate: '2026' }, '2026'],
    ['Claim', { created: '2026-01-02' }, '2026-01-02'],
    ['Claim', { created: '2026-01-02', billablePeriod: { start: '2025' } }, { start: '2025' }],
    ['AuditEvent', { recorded: '2026-01-01T00:00:00Z' }, '2026-01-01T00:00:00Z'],
    ['Consent', { dateTime: '2026-02' }, '2026-02'],
  ])('the main date of %s %j', (type, elementsOfIt, expected) => {
    const element = elements.find((one) => 'code' in one && one.code === type);
    const path = objectsOf(element && 'extension' in element ? element.extension : undefined)[0]?.valueString;
    expect(compileFhirPath(String(path))({ resourceType: type, ...elementsOfIt })[0]).toEqual(expected);
  });
});

describe('the regimes', () => {
  test.each([
    ['2018', ['express', 'permit', 'never']],
    ['2022', ['opt-out', 'objection', 'permit']],
  ])('%s', (year, expected) => {
    const parameters = objectsOf(readObject(join(root, `profiles/Parameters-regime-${year}.json`)).parameter);
    expect(
      parameters.flatMap(({ name, valueCode }) => (valueCode === undefined || name === 'professionalAccess' ? [] : [valueCode])),
    ).toEqual(expected);
  });
});
