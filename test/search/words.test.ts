// French words as full-text search compares them: forms of one word meet, different words do not.
// https://snowballstem.org/algorithms/french/stemmer.html
import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { stem } from '../../src/search/stem.ts';
import { mostStems, stemsOf, wordsOf } from '../../src/search/words.ts';

const alike: readonly (readonly [forms: string, stem: string])[] = [
  ['opéré opérée opérés opérées opérer opération opérations operee OPÉRÉE OPERATION', 'oper'],
  ['hospitalisé hospitalisée hospitalisés hospitalisation hospitalisations', 'hospitalis'],
  ['vaccin vaccins vacciné vaccinée vaccination vaccinations', 'vaccin'],
  ['cicatrisé cicatrisée cicatrisation', 'cicatris'],
  ['fracture fractures fracturé fracturée', 'fractur'],
  ['suivi suivie suivis suivies', 'suiv'],
  ['traité traitée traitement traitements traiter', 'trait'],
  ['allergie allergies allergique allergiques', 'allerg'],
  ['diabète diabétique diabétiques', 'diabet'],
  ['premier première premiers premières premiere', 'premi'],
  ['régulier régulière réguliers régulières', 'reguli'],
  ['rénal rénale rénaux rénales renaux', 'renal'],
  ['vertébral vertébrale vertébraux', 'vertebral'],
  ['journal journaux', 'journal'],
  ['genou genoux', 'genou'],
  ['hémorragie hémorragies hémorragique', 'hemorrag'],
  ['antécédent antécédents antecedents', 'antecedent'],
  ['médicament médicaments', 'medic'],
  ['anticoagulant anticoagulants', 'anticoagul'],
  ['hernie hernies', 'hern'],
  ['biopsie biopsies', 'biops'],
  ['tumeur tumeurs', 'tumeur'],
  ['poumon poumons', 'poumon'],
  ['métastase métastases', 'metastas'],
  ['ganglion ganglions', 'ganglion'],
  ['grossesse grossesses', 'grossess'],
  ['dyspnée dyspnées dyspnee', 'dyspn'],
  ['fièvre fievre fièvres', 'fievr'],
  ['cœur coeur cœurs', 'coeur'],
  ['œdème oedème œdèmes OEDEME', 'oedem'],
  ['épilepsie epilepsie', 'epileps'],
  ['sévère sévères severe', 'sever'],
  ['hépatite hépatites', 'hepatit'],
  ['néphrite néphrites', 'nephrit'],
  ['cancer cancers', 'canc'],
  ['scanner scanners', 'scann'],
  ['asthme asthmes', 'asthme'],
  ['douleur douleurs', 'douleur'],
  ['ordonnance ordonnances', 'ordon'],
  ['prescription prescriptions', 'prescript'],
  ['échographie échographies echographie', 'echograph'],
  ['radiographie radiographies radiographique', 'radiograph'],
  ['chirurgie chirurgies', 'chirurg'],
  ['cardiologie cardiologies', 'cardiolog'],
  ['infection infections', 'infect'],
  ['inflammation inflammations', 'inflamm'],
  ['lésion lésions', 'lesion'],
  ['symptôme symptômes symptome', 'symptom'],
  ['anémie anémies', 'anem'],
  ['insuffisance insuffisances', 'insuffis'],
  ['perfusion perfusions', 'perfus'],
  ['injection injections', 'inject'],
  ['hypertension hypertensions', 'hypertens'],
  ['ménopause ménopausée', 'menopaus'],
  ['nourrisson nourrissons', 'nourrisson'],
  ['césarienne césariennes', 'cesarien'],
  ['prothèse prothèses prothese', 'prothes'],
  ['artère artères artere', 'arter'],
  ['veine veines', 'vein'],
  ['selle selles', 'sel'],
  ['brûlure brûlures brulure', 'brulur'],
  ['kyste kystes', 'kyst'],
  ['ulcère ulcères', 'ulcer'],
];

it.each(alike)('%s', (forms, one) => {
  expect([...new Set(stemsOf(forms))]).toEqual([one]);
});

describe('different words stay different', () => {
  it.each([
    ['hépatite', 'hépatique'],
    ['arthrite', 'arthrose'],
    ['hypertension', 'hypotension'],
    ['cœur', 'cor'],
    ['fémur', 'fémoral'],
    ['os', 'oser'],
    ['sein', 'saignement'],
  ])('%s and %s', (one, other) => {
    expect(stemsOf(one)).not.toEqual(stemsOf(other));
  });
});

const texts: readonly (readonly [text: string, stems: readonly string[]])[] = [
  ["L'opération d’hier, qu'on n'a pas faite", ['oper', 'hi', 'fait']],
  ["jusqu'au cæcum, aujourd'hui", ['caecum']],
  ['post-opératoire', ['post', 'operatoir']],
  ['I.R.M. cérébrale', ['irm', 'cerebral']],
  ['IRM', ['irm']],
  ['Vitamine D, hépatite C', ['vitamin', 'd', 'hepatit', 'c']],
  ['7,2 g/dl le 12/03/2026', ['7', '2', 'g', 'dl', '12', '03', '2026']],
  ['COVID-19 B12 J+2', ['covid', '19', 'b12', 'j', '2']],
  ['le la les de du des et ou', []],
  ['« … » — !?', []],
  ['', []],
  ['$where .* {a} <b>', ['wher', 'b']],
];

it.each(texts)('the words of %p', (text, stems) => {
  expect(stemsOf(text)).toEqual(stems);
});

test('words are counted with the weight of their passage, up to a limit of distinct ones', () => {
  expect(
    wordsOf([
      { text: 'fémur opéré', weight: 3 },
      { text: 'opération', weight: 1 },
    ]),
  ).toEqual({ t: ['femur', 'oper'], n: [3, 4] });
  const many = Array.from({ length: mostStems + 10 }, (_, at) => `m${at}`).join(' ');
  const { t, n } = wordsOf([{ text: `${many} m1`, weight: 1 }]);
  expect([t.length, n[1]]).toEqual([mostStems, 2]);
});

test('accents, case and what stands around a word change nothing', () => {
  const word = fc.stringMatching(/^[a-zéèêàçôûîœ]{3,14}$/);
  fc.assert(
    fc.property(word, (one) => {
      const plain = stemsOf(one);
      expect(stemsOf(one.normalize('NFD').replace(/\p{M}/gu, ''))).toEqual(plain);
      expect(stemsOf(`(${one.toUpperCase()}),`)).toEqual(plain);
    }),
  );
});

test('a stem is found however strange the word', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => stemsOf(text).every((one) => one.isWellFormed() && one.length <= 64)),
  );
  fc.assert(fc.property(fc.stringMatching(/^[a-z]{0,30}$/), (one) => stem(one).length > 0 || one === ''));
});
