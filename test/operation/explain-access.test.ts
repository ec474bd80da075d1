// $explain-access over HTTP: what it says of each caller is what his read finds, and why.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../carnet.ts';
import { claims } from '../identity/issuer.ts';
import { finess, otherFiness } from '../interaction/ground.ts';
import { actor, loinc } from '../resources.ts';
import {
  blocked,
  type Entry,
  type Explaining,
  entriesOf,
  entryFor,
  member,
  nurse,
  openExplaining,
  type Person,
  partsNamed,
  path,
  refused,
  therapist,
  treating,
} from './explaining.ts';

let explaining: Explaining;
beforeAll(async () => {
  explaining = await openExplaining();
}, 60_000);
afterAll(async () => await explaining.ground.stop());

const people: readonly Person[] = [
  { rpps: treating },
  { rpps: treating, mode: 'BTG' },
  { rpps: nurse, profession: '60' },
  { rpps: nurse, profession: '60', finess },
  { rpps: nurse, profession: '35' },
  { rpps: nurse, profession: '91' },
  { rpps: therapist, profession: '91' },
  { rpps: member },
  { rpps: blocked },
  { rpps: blocked, mode: 'BTG' },
  { rpps: blocked, finess: otherFiness },
  { rpps: refused },
  { rpps: refused, finess: otherFiness },
  { rpps: '10000000077', finess: otherFiness },
  { rpps: '10000000077', finess: otherFiness, profession: '91' },
  { rpps: '10000000077', finess },
  { rpps: '10000000077' },
  { rpps: '10000000077', mode: 'BTG' },
  { rpps: '10000000077', finess, mode: 'ETREAT' },
];

function clientOf({ mode, ...person }: Person & { readonly rpps?: string }): Client {
  const emergency = mode === undefined ? {} : { mode, reason: 'malaise', patient: explaining.ground.key };
  return explaining.ground.carnet.as(claims.professional({ rpps: '', ...person, ...emergency }));
}

describe('says of each caller what his read finds', () => {
  it.each(['letter', 'results', 'masked', 'refused'] as const)(
    '%s',
    async (name) => {
      const id = explaining.documents[name];
      const entries = entriesOf(await explaining.holder.get(path(id)));
      const said: unknown[] = [];
      const found: unknown[] = [];
      for (const person of people) {
        said.push([person, entryFor(entries, person)?.decision ?? 'deny']);
        const { status } = await clientOf(person).get(`/DocumentReference/${id}`);
        found.push([person, status === 200 ? 'permit' : 'deny']);
      }
      const others: readonly (readonly [Client, Entry | undefined])[] = [
        [explaining.ground.as('hospital'), entries.find(({ isStructure }) => isStructure)],
        [explaining.ground.as('clinic'), undefined],
        [
          explaining.ground.carnet.as(claims.related(explaining.relative)),
          entries.find(({ related }) => related === `RelatedPerson/${explaining.relative}`),
        ],
      ];
      for (const [client, entry] of others) {
        said.push(entry?.decision ?? 'deny');
        found.push((await client.get(`/DocumentReference/${id}`)).status === 200 ? 'permit' : 'deny');
      }
      expect(said).toEqual(found);
    },
    30_000,
  );

  it('an immunization', async () => {
    const entries = entriesOf(await explaining.holder.get(path(explaining.immunization, 'Immunization')));
    expect(entryFor(entries, { rpps: nurse, profession: '60' })?.decision).toBe('permit');
    expect(entries.every(({ reasons }) => reasons.length > 0)).toBe(true);
  });
});

describe('why', () => {
  const why: readonly (readonly [
    document: keyof Explaining['documents'],
    person: Person,
    reasons: () => readonly string[],
    text: RegExp,
  ])[] = [
    ['masked', { rpps: treating }, () => ['medecin-traitant Consent/*'], /est votre médecin traitant et voit tout votre dossier/],
    [
      'letter',
      { rpps: nurse, profession: '60' },
      () => [`permit Consent/${explaining.wishes.nurse}`, 'habilitation'],
      /par votre autorisation/,
    ],
    ['letter', { rpps: nurse, profession: '35' }, () => ['no-habilitation'], /pas habilitée à lire ce type de document/],
    ['results', { rpps: therapist, profession: '91' }, () => ['no-habilitation'], /pas habilitée/],
    [
      'letter',
      { rpps: member },
      () => [`permit Consent/${explaining.wishes.team}`, 'habilitation'],
      /équipe de soins que vous avez autorisée/,
    ],
    ['letter', { rpps: blocked }, () => [`block Consent/${explaining.wishes.block}`], /est bloqué/],
    ['letter', { rpps: blocked, finess: otherFiness }, () => [`block Consent/${explaining.wishes.block}`], /est bloqué/],
    ['refused', { rpps: nurse, profession: '60' }, () => [`deny Consent/${explaining.wishes.refusal}`], /Vous avez refusé/],
    ['masked', { rpps: nurse, profession: '60' }, () => ['masked'], /masqué/],
    [
      'letter',
      { finess: otherFiness },
      () => [`permit Consent/${explaining.wishes.clinic}`, 'habilitation'],
      /Tout professionnel de cette structure/,
    ],
    ['letter', { finess }, () => ['no-permit'], /Aucune autorisation en vigueur/],
    ['letter', { mode: 'BTG' }, () => ['permit Consent/*', 'habilitation'], /par votre autorisation/],
  ];
  it.each(why)('%s, %j', async (name, person, reasons, text) => {
    const entry = entryFor(entriesOf(await explaining.holder.get(path(explaining.documents[name]))), person);
    const told = entry?.reasons.map((one, at) => (reasons()[at]?.endsWith('*') ? one.replace(/\/.*/, '/*') : one));
    expect(told).toEqual(reasons());
    expect(entry?.texts.join(' ')).toMatch(text);
  });

  it('the mandate, the depositor, the category and the labels', async () => {
    const reply = await explaining.holder.get(path(explaining.documents.letter));
    const entries = entriesOf(reply);
    expect(entries.find(({ related }) => related !== undefined)?.reasons).toEqual([
      `mandate Consent/${explaining.wishes.mandate}`,
    ]);
    expect(entries.find(({ isStructure }) => isStructure)).toMatchObject({ finess, decision: 'permit', reasons: ['depositor'] });
    expect(partsNamed(reply.body.parameter, 'category')).toEqual([
      { name: 'category', valueCoding: { system: loinc, code: '34112-3', display: 'CR hospitalier (séjour)' } },
    ]);
    const masked = await explaining.holder.get(path(explaining.documents.masked));
    expect(partsNamed(masked.body.parameter, 'label').map(({ valueCoding }) => valueCoding.code)).toEqual(['MASQUE_PS']);
  });

  it('names are those of the directory, else those of his Consents', async () => {
    const entries = entriesOf(await explaining.holder.get(path(explaining.documents.letter)));
    const named = [
      { rpps: nurse, profession: '60' },
      { finess: otherFiness },
      { rpps: therapist, profession: '91' },
      { rpps: member },
    ];
    expect(named.map((one) => entryFor(entries, one)?.display)).toEqual(['Léa Petit', 'Clinique du Parc', 'Mme Roux', undefined]);
    expect(entries.find(({ related }) => related !== undefined)?.related).toBe(`RelatedPerson/${explaining.relative}`);
  });

  it('a notice is for nobody but the record’s own and the médecin traitant', async () => {
    const { letter } = explaining.documents;
    expect((await clientOf({ rpps: nurse, profession: '60' }).get(`/DocumentReference/${letter}`)).status).toBe(200);
    const notices = await explaining.holder.get(`/Communication?patient=Patient/${explaining.ground.key}`);
    const id = notices.body.entry[0].resource.id;
    const entries = entriesOf(await explaining.holder.get(path(id, 'Communication')));
    const nurses = entryFor(entries, { rpps: nurse, profession: '60' });
    expect([nurses?.decision, nurses?.reasons]).toEqual(['deny', ['notice']]);
    expect(nurses?.texts.join()).toMatch(/Cet avis n’est que pour vous/);
    expect(entryFor(entries, { rpps: treating })?.decision).toBe('permit');
  });

  it('a block takes effect at once', async () => {
    const id = await explaining.wish({ type: 'deny', actor: [actor({ rpps: member })] });
    const entry = entryFor(entriesOf(await explaining.holder.get(path(explaining.documents.letter))), { rpps: member });
    expect([entry?.decision, entry?.reasons]).toEqual(['deny', [`block Consent/${id}`]]);
    await explaining.holder.delete(`/Consent/${id}`);
  });
});
