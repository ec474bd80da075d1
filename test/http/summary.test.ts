// `_summary` and `_elements`: what is left of a resource by read and by search, and how it says that it is no whole.
// https://hl7.org/fhir/R4/search.html#summary, https://hl7.org/fhir/R4/search.html#elements
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body } from '../carnet.ts';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { document, testIns } from '../resources.ts';
import { asked } from './asked.ts';
import { expectOutcome } from './expect.ts';

const ins = '279035121518989';
const text = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Bilan</div>' };
const subsetted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

let ground: Ground;
let id = '';
let claim = '';
let practitioner = '';
beforeAll(async () => {
  ground = await openGround({ active: true });
  practitioner = idIn(
    written(await ground.as('operator').post('/Practitioner', { resourceType: 'Practitioner', name: [{ family: 'Petit' }] })),
  );
  const author = [{ reference: `Practitioner/${practitioner}` }];
  const more = { text, description: 'Bilan', docStatus: 'final', language: 'fr', author };
  id = idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3', more))));
  claim = idIn(
    written(await ground.as('hospital').send('POST', '/Claim', { 'Content-Type': 'application/fhir+json' }, claimText())),
  );
});
afterAll(async () => await ground.stop());

function claimText(): string {
  return `{"resourceType":"Claim","status":"active","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}]},
    "use":"claim","patient":{"reference":"Patient/${ground.key}"},"created":"2026-05-04","provider":{"display":"Cabinet"},
    "priority":{"coding":[{"code":"normal"}]},"insurance":[{"sequence":1,"focal":true,"coverage":{"display":"Assurance maladie"}}],
    "total":{"value":12.50,"currency":"EUR"}}`;
}

const always = ['resourceType', 'id', 'meta'];
/** Query, and the elements that are left. */
const forms: readonly (readonly [string, readonly string[]])[] = [
  ['_summary=true', [...always, 'status', 'docStatus', 'type', 'subject', 'date', 'author', 'description', 'content']],
  ['_summary=text', [...always, 'text', 'status', 'content']],
  [
    '_summary=data',
    [...always, 'language', 'status', 'docStatus', 'type', 'subject', 'date', 'author', 'description', 'content'],
  ],
  ['_elements=description', [...always, 'status', 'content', 'description']],
  ['_elements=id', [...always, 'status', 'content']],
  ['_elements=type,%20date', [...always, 'status', 'content', 'type', 'date']],
  ['_elements=DocumentReference.text,language', [...always, 'status', 'content', 'text', 'language']],
  ['_elements=description&_summary=false', [...always, 'status', 'content', 'description']],
];

describe.each(forms)('%s', (query, names) => {
  it.each(['read', 'vread', 'search', 'POST _search', 'history', 'HEAD'])('%s', async (how) => {
    const { resource, entry, self } = await seen(how, query);
    if (how === 'HEAD') return;
    // PDSm mirrors labels where there are some: none here.
    expect(Object.keys(resource).toSorted()).toEqual([...names].toSorted());
    expect(resource.meta.tag).toEqual([subsetted]);
    expect(resource.meta).toMatchObject({ versionId: '1', lastUpdated: expect.any(String) });
    if (entry) expect(entry.fullUrl).toBe(`http://carnet.test/fhir/DocumentReference/${id}`);
    if (self)
      for (const part of query.split('&'))
        expect(decodeURIComponent(self.replaceAll('+', ' '))).toContain(decodeURIComponent(part));
  });
});

async function seen(how: string, query: string): Promise<{ resource: Body; entry?: Body; self?: string }> {
  if (how === 'HEAD') {
    const [head, get] = [
      await asked(ground, 'doctor', 'HEAD', `/DocumentReference/${id}?${query}`),
      await asked(ground, 'doctor', 'GET', `/DocumentReference/${id}?${query}`),
    ];
    expect([head.status, head.headers['content-length']]).toEqual([200, String(get.bytes.length)]);
    return { resource: undefined };
  }
  if (how === 'read') return { resource: (await get(`/DocumentReference/${id}?${query}`)).body };
  if (how === 'vread') return { resource: (await get(`/DocumentReference/${id}/_history/1?${query}`)).body };
  if (how === 'history') return (await get(`/DocumentReference/${id}/_history?${query}`)).body.entry[0];
  const { body } =
    how === 'search'
      ? await asked(ground, 'doctor', 'GET', `/DocumentReference?_id=${id}&${query}`)
      : await asked(ground, 'doctor', 'POST', '/DocumentReference/_search', {
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: `_id=${id}&${query}`,
        });
  const [entry] = body.entry;
  return { resource: entry.resource, entry, self: body.link[0].url };
}

it('_summary=false is the whole, without a tag', async () => {
  const [whole, asWell] = [await get(`/DocumentReference/${id}`), await get(`/DocumentReference/${id}?_summary=false`)];
  expect([asWell.text, whole.body.meta.tag]).toEqual([whole.text, undefined]);
});

async function get(path: string, headers: Readonly<Record<string, string>> = {}): ReturnType<typeof asked> {
  return await asked(ground, 'doctor', 'GET', path, { headers });
}

it('digits and order stay', async () => {
  for (const path of [`/Claim/${claim}?_elements=total,insurance`, `/Claim?_id=${claim}&_elements=total,insurance`]) {
    const { text: sent } = await get(path);
    expect(sent).toMatch(/"insurance":\[.*\],"total":\{"value":12\.50,"currency":"EUR"\}/);
  }
});

describe('choices and modifiers', () => {
  const of = async (query: string): Promise<readonly string[]> =>
    Object.keys((await get(`/Patient/${ground.key}?${query}`)).body).toSorted();
  it('modifiers stay, choices are named by their stem', async () => {
    expect(await of('_elements=gender')).toEqual(['active', 'gender', 'id', 'meta', 'resourceType']);
    expect(await of('_elements=deceased')).toEqual(['active', 'id', 'meta', 'resourceType']);
    expect(await of('_elements=deceasedBoolean')).toEqual(['active', 'id', 'meta', 'resourceType']);
  });
});

describe('included resources', () => {
  const included = async (query: string): Promise<{ match: Body; include: Body }> => {
    const { body } = await get(`/DocumentReference?_id=${id}&_include=DocumentReference:author&${query}`);
    const one = (mode: string): Body => body.entry.find((entry: Body) => entry.search.mode === mode).resource;
    return { match: one('match'), include: one('include') };
  };
  it('are cut down as well', async () => {
    const { match, include } = await included('_summary=true');
    expect([match.meta.tag, include.meta.tag]).toEqual([[subsetted], [subsetted]]);
    expect(Object.keys(include).toSorted()).toEqual(['id', 'meta', 'name', 'resourceType']);
  });
  it('keep the elements that they have, or those named for them', async () => {
    expect(Object.keys((await included('_elements=id')).include).toSorted()).toEqual(['id', 'meta', 'resourceType']);
    expect((await included('_elements=id,Practitioner.name')).include.name).toEqual([{ family: 'Petit' }]);
  });
  it('stay whole where elements of another type are named', async () => {
    const { match, include } = await included('_elements=DocumentReference.id');
    expect([match.meta.tag, include.meta.tag]).toEqual([[subsetted], undefined]);
    const other = await included('_elements=Practitioner.id');
    expect([other.match.meta.tag, other.include.meta.tag]).toEqual([undefined, [subsetted]]);
  });
});

it('_summary=count is a total and nothing else', async () => {
  const { body } = await get(`/DocumentReference?_id=${id}&_summary=count`);
  expect([body.total, body.entry]).toEqual([1, undefined]);
});

it('the next page is of the same form', async () => {
  for (let at = 0; at < 2; at += 1)
    written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3')));
  const first = await get('/DocumentReference?_count=1&_elements=date');
  const { url } = first.body.link.find(({ relation }: Body) => relation === 'next');
  const { body } = await get(url.replace('http://carnet.test/fhir', ''));
  expect(Object.keys(body.entry[0].resource).toSorted()).toEqual(['content', 'date', 'id', 'meta', 'resourceType', 'status']);
  expect(body.link[0].url).toContain('_elements=date');
});

describe('minimal identity', () => {
  it.each([
    ['_elements=identifier', ['active', 'id', 'identifier', 'meta', 'resourceType']],
    ['_summary=true', ['active', 'id', 'identifier', 'meta', 'resourceType']],
    ['_elements=name', ['active', 'id', 'meta', 'resourceType']],
  ])('%s', async (query, names) => {
    const { body } = await asked(ground, 'stranger', 'GET', `/Patient?identifier=${testIns}|${ins}&${query}`);
    expect(Object.keys(body.entry[0].resource).toSorted()).toEqual(names);
    expect(body.entry[0].resource.meta.tag).toEqual([subsetted]);
  });
});

describe('refused, or left out where asked to be lenient', () => {
  it.each([
    ['_summary=yes', 'http._summary'],
    ['_summary=', 'http._summary'],
    ['_summary=__proto__', 'http._summary'],
    ['_elements=nonsense', 'http._elements'],
    ['_elements=', 'http._elements'],
    ['_elements=constructor', 'http._elements'],
    ['_elements=Robot.id', 'http._elements'],
    ['_elements=content.attachment', 'http._elements'],
  ])('%s', async (query, expression) => {
    for (const path of [`/DocumentReference/${id}?${query}`, `/DocumentReference?_id=${id}&${query}`]) {
      expectOutcome(await get(path), 400, expression);
      const { status, body } = await get(path, { prefer: 'handling=lenient' });
      expect([status, (body.entry?.[0].resource ?? body).description]).toEqual([200, 'Bilan']);
    }
  });

  it.each([
    ['_summary=true&_elements=id', 'http._elements'],
    ['_summary=true&_summary=true', 'http._summary'],
    ['_elements=id&_elements=id', 'http._elements'],
    ['_summary=count', 'http._summary'],
    ['_summary=true&status=current', 'http.status'],
  ])('%s by read', async (query, expression) => {
    expectOutcome(await get(`/DocumentReference/${id}?${query}`), 400, expression);
  });

  it('_summary=text with includes', async () => {
    const path = `/DocumentReference?_id=${id}&_summary=text&_include=DocumentReference:author`;
    expectOutcome(await get(path), 400, 'http._summary');
  });
});
