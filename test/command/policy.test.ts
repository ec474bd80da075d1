// `npm run policy -- check FILE`: what another policy would let be seen, before it is applied; and the server under another matrix.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { check, compared } from '../../src/command/policy/check.ts';
import { saidOf } from '../../src/command/policy/difference.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { type Body, idsOf } from '../carnet.ts';
import { conformance, root } from '../conformance/example.ts';
import { claims } from '../identity/issuer.ts';
import { openGround, written } from '../interaction/ground.ts';
import { actor, consent, document } from '../resources.ts';
import { cellOf, type Edit, edited, elementOf, inForce, permit, shipped, switchOf } from './policies.ts';

const folder = mkdtempSync(join(tmpdir(), 'carnet-policy-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: JsonObject | string): string {
  files += 1;
  const path = join(folder, `${files}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const twoPsychologists: Edit = (map) => {
  map.group[0].element = map.group[0].element.filter(({ code }: Body) => code !== '31');
  map.group[0].element.push({ code: '99', display: 'Aide-ostéopathe', target: [{ code: '34112-3', equivalence: 'relatedto' }] });
};

describe('what differs', () => {
  it.each<[what: string, map: keyof typeof shipped, edit: Edit, lines: readonly string[]]>([
    ['nothing', 'habilitation', (map) => Object.assign(map, { version: '9' }), ['Nobody would see anything more or less.']],
    [
      'a refused cell permitted',
      'habilitation',
      (map) => Object.assign(cellOf(map, '91', '11502-2'), { equivalence: 'relatedto' }),
      [
        '1 cell more, 0 less',
        '0 professions more, 0 less; 0 document types more, 0 less',
        "+ Orthophoniste (91) reads CR d'examens biologiques (11502-2)",
      ],
    ],
    [
      'a permitted cell refused',
      'habilitation',
      (map) => Object.assign(cellOf(map, '60', '11502-2'), { equivalence: 'disjoint' }),
      ['0 cells more, 1 less', "- no longer: Infirmier (60) reads CR d'examens biologiques (11502-2)"],
    ],
    ['a cell more', 'habilitation', permit('91', '68599-0'), ['1 cell more, 0 less']],
    [
      'professions',
      'habilitation',
      twoPsychologists,
      [
        '1 cell more, 0 less',
        '1 profession more, 1 less; 0 document types more, 0 less',
        '+ Aide-ostéopathe (99) is recognised as a profession',
        '- no longer: Assistant dentaire (31) is recognised as a profession',
      ],
    ],
    [
      'a document type',
      'habilitation',
      permit('10', 'NEW-1'),
      ['! NEW-1 is new: documents of this type that are stored already keep no category'],
    ],
    [
      'a category',
      'category',
      (map) => Object.assign(elementOf(map, 'Immunization').target[0], { code: '11502-2' }),
      [
        '- no longer: Orthophoniste (91) reads Immunization',
        "! Immunization counts as CR d'examens biologiques (11502-2), no longer as Historique des vaccinations (11369-6)",
      ],
    ],
    [
      'a condition',
      'category',
      (map) => void elementOf(map, 'Observation').target.shift(),
      ["counts as CR d'examens biologiques (11502-2), no longer as CR d'imagerie médicale (18748-4)"],
    ],
    [
      'the order of conditions',
      'category',
      (map) => {
        const { target } = elementOf(map, 'Observation');
        target.unshift(target.splice(1, 1)[0]);
      },
      ['! Observation: its conditions are tried in another order'],
    ],
    [
      'a main date',
      'category',
      (map) => Object.assign(elementOf(map, 'Consent').extension[0], { valueString: 'meta.lastUpdated' }),
      ['! Consent: its main date is meta.lastUpdated, no longer dateTime'],
    ],
    [
      'the claims window',
      'regime',
      (regime) => Object.assign(switchOf(regime, 'claimsMonths'), { valueInteger: 12 }),
      ['0 rules more, 1 less', '- no longer: reimbursement data of 24 months is seen (claimsMonths 12)'],
    ],
    [
      'the card',
      'regime',
      (regime) => Object.assign(switchOf(regime, 'professionalAccess'), { valueCode: 'consent+vitale' }),
      ['- no longer: professionals read by permits without the card in the reader (professionalAccess consent+vitale)'],
    ],
    [
      'centre 15',
      'regime',
      (regime) => Object.assign(switchOf(regime, 'samu'), { valueString: '130786049' }),
      ['1 rule more, 1 less', '+ doctors of 130786049 read as centre 15', '- no longer: doctors of 750712184 read as centre 15'],
    ],
  ])('%s', (_what, map, edit, lines) => {
    const found = compared(conformance, inForce, edited(map, edit));
    const said = saidOf(found).join('\n');
    expect(found.same).toBe(lines[0] === 'Nobody would see anything more or less.');
    for (const line of lines) expect(said).toContain(line);
  });

  it('the other regime: three switches', () => {
    const { lines } = check({}, join(root, 'profiles/Parameters-regime-2022.json'));
    expect(lines.slice(1).map((line) => line.slice(0, 1) + (/\((\w+ [\w+-]+)\)$/.exec(line)?.[1] ?? ''))).toEqual([
      '3',
      '+opening opt-out',
      '+emergency objection',
      '+occupationalPhysician permit',
    ]);
  });

  it('the policy in force is that of the environment', () => {
    const matrix = file(edited('habilitation', permit('91', '68599-0')));
    expect(check({ HABILITATION: matrix }, matrix).differs).toBe(false);
    const other = join(root, 'profiles/Parameters-regime-2022.json');
    expect(check({ REGIME: other }, other).differs).toBe(false);
  });
});

describe('a file that cannot be read', () => {
  it.each([
    ['no file', join(folder, 'none.json')],
    ['no JSON', file('{')],
  ])('%s', (_fault, path) => {
    expect(() => check({}, path)).toThrow(/^.* cannot be read: .*$/);
  });
});

describe('as a program', () => {
  const run = async (...given: readonly string[]): Promise<readonly [code: unknown, stdout: string, stderr: string]> =>
    await new Promise((resolve) => {
      const program = ['--disable-warning=ExperimentalWarning', join(root, 'src/command/policy.ts'), ...given];
      execFile(process.execPath, program, { env: { PATH: process.env.PATH } }, (error, stdout, stderr) =>
        resolve([error?.code ?? 0, stdout, stderr]),
      );
    });

  it.each<[ends: number, given: () => readonly string[], stdout: RegExp, stderr: RegExp]>([
    [0, () => ['check', join(root, shipped.habilitation)], /Nobody would see/, /^$/],
    [
      1,
      () => ['check', file(edited('habilitation', permit('91', '68599-0')))],
      /^.* in place of the habilitation matrix in force\n1 cell more/,
      /^$/,
    ],
    [2, () => ['check', file({ resourceType: 'ConceptMap' })], /^$/, /^ConceptMap habilitation: its status is not active\n$/],
    [2, () => [], /^$/, /^npm run policy -- check FILE\n$/],
  ])('ends with %i', async (ends, given, out, err) => {
    const [code, stdout, stderr] = await run(...given());
    expect([code, out.test(stdout), err.test(stderr)]).toEqual([ends, true, true]);
  });
});

it('another matrix rules the server that names it, without code', async () => {
  const habilitation = file(
    edited('habilitation', (map) => {
      cellOf(map, '91', '11502-2').equivalence = 'relatedto';
      cellOf(map, '91', '34112-3').equivalence = 'disjoint';
    }),
  );
  const ground = await openGround({}, { habilitation });
  const { key, as, carnet } = ground;
  const therapist = carnet.as(claims.professional({ rpps: '10000000091', profession: '91' }));
  written(
    await as('holder').post('/Consent', consent('sharing', key, { type: 'permit', actor: [actor({ rpps: '10000000091' })] })),
  );
  for (const type of ['11502-2', '34112-3']) written(await as('hospital').post('/DocumentReference', document(key, type)));
  const found = await therapist.get(`/DocumentReference?patient=${key}`);
  expect(found.body.entry.map(({ resource }: Body) => resource.type.coding[0].code)).toEqual(['11502-2']);
  expect(idsOf(found)).toHaveLength(1);
  await ground.stop();
}, 30_000);
