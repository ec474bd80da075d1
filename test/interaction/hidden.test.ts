// To whom a part of a record is hidden, every search answers as on the twin record that never had it; to whom it is not, differently.
// What could be read out bit by bit, in turn: links, totals, pages, order, absence, negation, labels, includes: test/cases/search/hidden.json.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isObject, type JsonObject } from '../../src/fhir/json.ts';
import { type Body, type Carnet, type Client, type Reply, startCarnet } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, document, label, loinc, patient, visibility } from '../resources.ts';
import { finess, idIn, written } from './ground.ts';
import { encoded, now, table } from './search-world.ts';

type Row = readonly [query: string, section: string];
const rows: readonly Row[] = table('hidden');
const rpps = { treating: '10003461033', specialist: '10000000010' };
const twins = { whole: '279035121518989', bare: '180067512345643' } as const;
type Twin = keyof typeof twins;

type Ids = ReadonlyMap<string, string>;
type Made = { readonly name: string; readonly hidden?: true; readonly resource: (ids: Ids) => JsonObject };
const id = (ids: Ids, name: string): string => ids.get(name) ?? `${ids.get('key')}-bbbbbbbbbbbbb`;
const masked = { meta: { security: [{ system: visibility, code: 'MASQUE_PS' }] } };
const subject = (ids: Ids): JsonObject => ({ subject: { reference: `Patient/${id(ids, 'key')}` } });
const coded = (code: string, system = loinc): JsonObject => ({ coding: [{ system, code }] });
const snomed = 'http://snomed.info/sct';
const quantity = (value: number, code: string): JsonObject => ({ value, unit: code, system: 'http://unitsofmeasure.org', code });
const act = (code: string): JsonObject => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code });

/** In the order in which they are written; what is hidden from the specialist only in the whole record. */
const story: readonly Made[] = [
  {
    name: 'letter',
    resource: (ids) =>
      document(
        id(ids, 'key'),
        '34112-3',
        { description: 'Courrier', date: '2026-09-08T10:00:00+02:00' },
        'Une lithotritie sans suite',
      ),
  },
  {
    name: 'masked',
    hidden: true,
    resource: (ids) =>
      document(
        id(ids, 'key'),
        '57833-6',
        {
          description: 'Zygomatique',
          date: '2026-09-10T10:00:00+02:00',
          identifier: [{ system: 'urn:oid:1.2.3', value: `hidden-${id(ids, 'key')}` }],
          securityLabel: [label('MASQUE_PS')],
        },
        'Lithotritie, lithotritie et coronarographie',
      ),
  },
  {
    name: 'second',
    resource: (ids) =>
      document(
        id(ids, 'key'),
        '11488-4',
        { description: 'Bilan', date: '2026-09-12T10:00:00+02:00' },
        'Ni lithotritie ni autre geste, et un bilan de plus',
      ),
  },
  {
    name: 'amended',
    hidden: true,
    resource: (ids) =>
      document(id(ids, 'key'), '34112-3', {
        date: '2026-09-11T10:00:00+02:00',
        securityLabel: [label('MASQUE_PS')],
        relatesTo: [{ code: 'appends', target: { reference: `DocumentReference/${id(ids, 'letter')}` } }],
      }),
  },
  {
    name: 'stay',
    resource: (ids) => ({
      resourceType: 'Encounter',
      status: 'finished',
      class: act('IMP'),
      period: { start: '2026-09-01', end: '2026-09-04' },
      ...subject(ids),
    }),
  },
  {
    name: 'emergency',
    hidden: true,
    resource: (ids) => ({
      resourceType: 'Encounter',
      ...masked,
      status: 'finished',
      class: act('EMER'),
      period: { start: '2026-09-10' },
      partOf: { reference: `Encounter/${id(ids, 'stay')}` },
      ...subject(ids),
    }),
  },
  {
    name: 'glucose',
    resource: (ids) => ({
      resourceType: 'Observation',
      status: 'final',
      code: coded('15074-8'),
      effectiveDateTime: '2026-10-02',
      valueQuantity: quantity(6.3, 'mmol/L'),
      ...subject(ids),
    }),
  },
  {
    name: 'pressure',
    hidden: true,
    resource: (ids) => ({
      resourceType: 'Observation',
      ...masked,
      status: 'final',
      code: coded('85354-9'),
      effectiveDateTime: '2026-09-10',
      encounter: { reference: `Encounter/${id(ids, 'stay')}` },
      component: [{ code: coded('8480-6'), valueQuantity: quantity(190, 'mm[Hg]') }],
      ...subject(ids),
    }),
  },
  {
    name: 'diabetes',
    resource: (ids) => ({
      resourceType: 'Condition',
      code: coded('44054006', snomed),
      recordedDate: '2026-08-01',
      ...subject(ids),
    }),
  },
  {
    name: 'problem',
    hidden: true,
    resource: (ids) => ({
      resourceType: 'Condition',
      ...masked,
      code: coded('38341003', snomed),
      recordedDate: '2026-08-02',
      ...subject(ids),
    }),
  },
];

/** What all see, and what refers to something hidden: in the bare record to something that never was. */
const pointing: readonly Made[] = [
  {
    name: 'report',
    resource: (ids) => ({
      resourceType: 'DiagnosticReport',
      status: 'final',
      code: coded('58410-2'),
      effectiveDateTime: '2026-10-02',
      result: ['glucose', 'pressure'].map((name) => ({ reference: `Observation/${id(ids, name)}` })),
      ...subject(ids),
    }),
  },
  {
    name: 'suture',
    resource: (ids) => ({
      resourceType: 'Procedure',
      status: 'completed',
      code: coded('80146002', snomed),
      performedDateTime: '2026-09-10',
      encounter: { reference: `Encounter/${id(ids, 'emergency')}` },
      ...subject(ids),
    }),
  },
  {
    name: 'list',
    resource: (ids) => ({
      resourceType: 'List',
      status: 'current',
      mode: 'working',
      title: 'Ouverte',
      date: '2026-10-03',
      entry: [{ item: { reference: `DocumentReference/${id(ids, 'letter')}` } }],
      ...subject(ids),
    }),
  },
  {
    name: 'mixed',
    hidden: true,
    resource: (ids) => ({
      resourceType: 'List',
      status: 'current',
      mode: 'working',
      title: 'Mixte',
      date: '2026-10-04',
      entry: ['letter', 'masked'].map((name) => ({ item: { reference: `DocumentReference/${id(ids, name)}` } })),
      ...subject(ids),
    }),
  },
  {
    name: 'origin',
    hidden: true,
    resource: (ids) => ({
      resourceType: 'Provenance',
      target: [{ reference: `List/${id(ids, 'mixed')}` }],
      recorded: '2026-10-05T10:00:00Z',
      agent: [{ who: { display: 'x' } }],
    }),
  },
];

let carnet: Carnet;
/** Each is written a second after the other. */
let time = now.getTime();
let ids: Readonly<Record<Twin, Ids>>;

async function openTwin(twin: Twin): Promise<Ids> {
  const ins = twins[twin];
  const { as } = carnet;
  const [agent, holder, hospital] = [
    as(claims.agent({ vitale: [cx(ins)] })),
    as(claims.holder(cx(ins))),
    as(claims.structure(finess)),
  ];
  const made = new Map<string, string>();
  const key = idIn(written(await agent.post('/Patient', patient(ins))));
  made.set('key', key);
  written(await agent.post('/Consent', consent('opening', key, { type: 'permit' })));
  written(
    await holder.post('/Consent', consent('sharing', key, { type: 'permit', actor: [actor({ rpps: rpps.treating }, 'PCP')] })),
  );
  written(await holder.post('/Consent', consent('sharing', key, { type: 'permit', actor: [actor({ rpps: rpps.specialist })] })));
  for (const { name, hidden, resource } of [...story, ...pointing]) {
    if (hidden && twin === 'bare') continue;
    const sent = resource(made);
    time += 1000;
    made.set(name, idIn(written(await hospital.post(`/${sent.resourceType}`, sent))));
  }
  return made;
}

beforeAll(async () => {
  carnet = await startCarnet({ clock: () => new Date(time) });
  ids = { whole: await openTwin('whole'), bare: await openTwin('bare') };
}, 120_000);
afterAll(async () => await carnet.stop());

/** What a page says, its ids as names: of the two records it must be the same. */
function saying({ status, body }: Reply, of: Ids): object {
  const names = new Map([...of].map(([name, one]) => [one, name]));
  const entries: readonly Body[] = body.entry ?? [];
  return {
    status,
    issue: body.issue,
    total: body.total,
    links: (body.link ?? []).map(({ relation }: Body) => relation),
    entries: entries.map(({ resource, search }) => [search.mode, resource.resourceType, names.get(resource.id), search.score]),
  };
}

/** Every page of it. */
async function answers(client: Client, query: string, of: Ids): Promise<readonly object[]> {
  const [path = '', parameters = ''] = query.replace(/\{(\w+)\}/g, (_, name: string) => id(of, name)).split('?');
  const pages: object[] = [];
  let next: string | undefined = `/${path}?${encoded(parameters)}`;
  while (next !== undefined && pages.length < 9) {
    const reply: Reply = await client.get(next);
    pages.push(saying(reply, of));
    const links: readonly unknown[] = reply.body.link ?? [];
    next = links
      .filter(isObject)
      .flatMap(({ relation, url }) => (relation === 'next' && typeof url === 'string' ? [url] : []))[0];
  }
  return pages;
}

describe('what is hidden is the same as what is absent', () => {
  it.each(rows)('%s (%s)', async (query) => {
    const { as } = carnet;
    const specialist = as(claims.professional({ rpps: rpps.specialist }));
    const whole = await answers(specialist, query, ids.whole);
    expect(whole).toEqual(await answers(specialist, query, ids.bare));
    expect(whole[0]).toMatchObject({ status: 200 });
    // It would tell, if it could: whoever sees everything gets another answer.
    const treating = as(claims.professional({ rpps: rpps.treating }));
    expect(await answers(treating, query, ids.whole)).not.toEqual(whole);
  });
});
