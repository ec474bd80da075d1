// What a trace says of the question: to whom something is hidden, the same as if it had never been there; and all of it when the hold ends.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Body, type Carnet, type Client, startCarnet } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { finess, idIn, written } from '../interaction/ground.ts';
import { actor, consent, document, label, patient } from '../resources.ts';

const doctor = '10003461033';
const never = 'aaaaaaaaaaaaa';

let now = new Date('2026-11-26T09:00:00Z');
let carnet: Carnet;

beforeAll(async () => {
  carnet = await startCarnet({ clock: () => now });
});
afterAll(async () => await carnet.stop());

/** A child's record; `hidden`: of what is hidden from the reader, or an id of nothing. */
type World = { readonly key: string; readonly reader: () => Client; readonly open: string; readonly hidden: string };
type Reader = 'holder' | 'parent';

async function openWorld(ins: string, reader: Reader, hides: string | undefined): Promise<World> {
  const agent = carnet.as(claims.agent({ vitale: [cx(ins)] }));
  const key = idIn(written(await agent.post('/Patient', patient(ins, { birthDate: '2015-06-07' }))));
  written(await agent.post('/Consent', consent('opening', key, { type: 'permit' })));
  const holder = (): Client => carnet.as(claims.holder(cx(ins)));
  written(await holder().post('/Consent', consent('sharing', key, { type: 'permit', actor: [actor({ rpps: doctor })] })));
  const mother = idIn(written(await agent.post('/RelatedPerson', motherOf(key))));
  const push = async (labels: readonly string[]): Promise<string> => {
    const securityLabel = labels.length === 0 ? {} : { securityLabel: labels.map(label) };
    return idIn(
      written(await carnet.as(claims.structure(finess)).post('/DocumentReference', document(key, '34112-3', securityLabel))),
    );
  };
  const open = await push([]);
  const hidden = hides === undefined ? `${key}-${never}` : await push([hides]);
  return { key, reader: reader === 'holder' ? holder : () => carnet.as(claims.related(mother)), open, hidden };
}

function motherOf(key: string): object {
  return {
    resourceType: 'RelatedPerson',
    patient: { reference: `Patient/${key}` },
    relationship: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'MTH' }] }],
    period: { start: '2015-06-07', end: '2033-06-07' },
    extension: [
      {
        url: 'https://carnet.example/fhir/StructureDefinition/guardianship-proof',
        valueAttachment: { title: 'Livret de famille' },
      },
    ],
  };
}

const questions: readonly ((world: World) => string)[] = [
  ({ key }) => `DocumentReference?patient=Patient/${key}`,
  ({ key, open, hidden }) => `DocumentReference?patient=Patient/${key}&_id=${open},${hidden}`,
  ({ key, hidden }) => `DocumentReference?patient=Patient/${key}&_id=${hidden}`,
  ({ key, hidden }) => `DocumentReference?patient=Patient/${key}&relatesto=DocumentReference/${hidden}`,
  ({ key }) => `DocumentReference?patient=Patient/${key}&security-label=INVISIBLE_PATIENT,INVISIBLE_REPRESENTANTS_LEGAUX`,
  ({ hidden }) => `?_type=DocumentReference,List&_id=${hidden}`,
  () => 'DocumentReference/_history',
  ({ key, hidden }) => `AuditEvent/$narrate?patient=Patient/${key}&entity=DocumentReference/${hidden}`,
];

/** In one transaction: what is hidden and nothing at all. */
async function askedTogether({ key, hidden }: World): Promise<void> {
  const searches = [`DocumentReference?patient=Patient/${key}&_id=${hidden}`, `Observation?patient=Patient/${key}`];
  const entry = searches.map((url) => ({ request: { method: 'GET', url } }));
  const bundle = { resourceType: 'Bundle', type: 'transaction', entry };
  const asked = await carnet.as(claims.professional({ rpps: doctor })).post('/', bundle, { 'X-Request-Id': 'same' });
  expect(asked.status).toBe(200);
}

describe.each<[reader: Reader, hides: string, full: string, without: string]>([
  ['holder', 'INVISIBLE_PATIENT', '115067512345628', '115067512345726'],
  ['parent', 'INVISIBLE_REPRESENTANTS_LEGAUX', '115067512345825', '115067512345924'],
])('to the %s a search of a doctor who sees what is %s', (reader, hides, ofFull, ofWithout) => {
  let full: World;
  let without: World;
  beforeAll(async () => {
    full = await openWorld(ofFull, reader, hides);
    without = await openWorld(ofWithout, reader, undefined);
    for (const question of questions) {
      now = new Date(now.getTime() + 1000);
      for (const world of [full, without]) {
        const asked = await carnet
          .as(claims.professional({ rpps: doctor }))
          .get(`/${question(world)}`, { 'X-Request-Id': 'same' });
        expect(asked.status).toBe(200);
      }
    }
    now = new Date(now.getTime() + 1000);
    for (const world of [full, without]) await askedTogether(world);
  }, 60_000);

  it('leaves the traces of the world without it', async () => {
    const [one, other] = [await tracesIn(full), await tracesIn(without)];
    expect(one.length).toBeGreaterThan(questions.length);
    expect(one.filter((text) => !other.includes(text))).toEqual([]);
    expect(one.length).toBe(other.length);
  });

  it('is told without the ids of what it did not deliver, be they of something or not', async () => {
    for (const world of [full, without]) {
      const texts = await askedIn(world);
      expect(texts.filter((text) => text.includes(`_id=${world.open}%2C…`)).length).toBe(1);
      expect(texts.filter((text) => text.endsWith('_id=…')).length).toBe(2);
      expect(texts.join()).not.toContain(world.hidden);
    }
  });

  it('a refusal names what was asked for', async () => {
    await carnet.as(claims.professional({ rpps: '10000000010' })).get(`/DocumentReference/${full.open}`);
    expect((await askedIn(full)).join()).toContain(`GET /fhir/DocumentReference/${full.open}`);
  });

  it('leaves nothing where it is a read of that alone, until the hold ends', async () => {
    const before = await eventsIn(full);
    for (const path of ['', '/_history/1', '/_history']) {
      const read = await carnet.as(claims.professional({ rpps: doctor })).get(`/DocumentReference/${full.hidden}${path}`);
      expect(read.status).toBe(200);
    }
    expect(await eventsIn(full)).toEqual(before);
    if (hides !== 'INVISIBLE_PATIENT') return;
    const until = now;
    now = new Date('2026-12-27T09:00:00Z');
    const after = await eventsIn(full);
    now = until;
    const ofOne = ['read', 'vread', 'history-instance'];
    const reads = after.filter(({ outcome, subtype: [{ code }] }) => outcome === '0' && ofOne.includes(code));
    expect(reads.map(({ subtype: [{ code }] }) => code).toSorted()).toEqual(['history-instance', 'read', 'vread']);
    for (const { entity } of reads) expect(JSON.stringify(entity)).toContain(`DocumentReference/${full.hidden}`);
  });

  if (hides === 'INVISIBLE_PATIENT')
    it('is told whole when the hold ends', async () => {
      const until = now;
      const before = await askedIn(full);
      now = new Date('2026-12-27T09:00:00Z');
      const after = await askedIn(full);
      const told = await narratedIn(full);
      now = until;
      expect(new Set(told)).toEqual(
        new Set(['a cherché des documents dans votre dossier.', 'a consulté un document de votre dossier.']),
      );
      expect(after.length).toBeGreaterThan(before.length);
      expect(after.filter((text) => text.includes(`_id=…%2C${full.hidden}`)).length).toBe(1);
      expect(after.filter((text) => text.endsWith(`_id=${full.hidden}`)).length).toBe(2);
    });
});

async function eventsIn({ reader, key }: World): Promise<readonly Body[]> {
  const { status, body } = await reader().get(
    `/AuditEvent?patient=Patient/${key}&agent:identifier=https://rpps.esante.gouv.fr|&_count=200`,
  );
  expect(status).toBe(200);
  return body.entry.map(({ resource }: Body) => resource);
}

/** As texts, in which records and ids have the same names in both worlds. */
async function tracesIn(world: World): Promise<readonly string[]> {
  return (await eventsIn(world)).map(({ id: _id, ...event }) => {
    const entity = event.entity.map((one: Body) => (one.query === undefined ? one : { ...one, query: textOf(one) }));
    return JSON.stringify({ ...event, entity })
      .replaceAll(world.open, 'open')
      .replaceAll(world.hidden, 'hidden')
      .replaceAll(world.key, 'key');
  });
}

async function askedIn(world: World): Promise<readonly string[]> {
  const entities = (await eventsIn(world)).flatMap(({ entity }) => entity);
  return entities.flatMap((one: Body) => (one.query === undefined ? [] : [textOf(one)]));
}

function textOf({ query }: Body): string {
  return Buffer.from(query, 'base64').toString();
}

/** What the doctor did by searches of one type, in French. */
async function narratedIn({ reader, key }: World): Promise<readonly string[]> {
  const { body } = await reader().get(
    `/AuditEvent/$narrate?patient=Patient/${key}&subtype=search-type&agent:identifier=https://rpps.esante.gouv.fr|&_count=200`,
  );
  return body.entry.map(({ resource }: Body) => /a (?:cherché|consulté) [^<]*/.exec(resource.text.div)?.[0] ?? resource.text.div);
}
