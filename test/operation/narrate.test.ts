// AuditEvent/$narrate over HTTP: what the search and the read give, each trace with its sentence, to whom it is given there and to nobody else.
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { type Acted, openActed, type Person } from '../audit/acted.ts';
import type { Body, Reply } from '../carnet.ts';

let acted: Acted;
beforeAll(async () => {
  acted = await openActed();
});
afterAll(async () => await acted.ground.stop());

const get = async (person: Person, path: string, headers = {}): Promise<Reply> => {
  acted.later();
  return await acted.as(person).get(path.replaceAll('KEY', acted.ground.key).replaceAll('DOC', acted.id), headers);
};
const resources = ({ body }: Reply): readonly Body[] => (body.entry ?? []).map(({ resource }: Body) => resource);
const sentence = ({ text }: Body): string => text.div.replaceAll(/<[^>]*>/g, '');
/** Of the acts alone, which are of the past. */
const acts = 'date=ge2026-11-26T09:00:01Z&date=lt2026-11-26T09:00:18Z';

describe('the sentences of the holder', () => {
  const le = (second: string, rest: string): readonly [string, string] => [second, `Le 26 novembre 2026 à 10 h 00, ${rest}`];
  const doctor = 'le Dr Claire Martin (médecin, structure FINESS 750712184)';
  test.each([
    le('read', `${doctor} a consulté un document de votre dossier.`),
    le('vread', `${doctor} a consulté une version d’un document de votre dossier.`),
    le('history', `${doctor} a consulté l’historique d’un document de votre dossier.`),
    le(
      'emergency',
      `${doctor} a consulté un document de votre dossier, en urgence (bris de glace), motif : « Détresse &lt;b&gt;vitale&lt;/b&gt; &amp; &quot;coma&quot; ».`,
    ),
    le('card', `${doctor} a consulté un document de votre dossier, une carte Vitale étant dans le lecteur.`),
    le(
      'refused',
      'un professionnel de santé (médecin, RPPS 10000000010) a tenté de consulter un document de votre dossier ; rien ne lui a été transmis.',
    ),
    // His name is the directory's.
    le('nurse', 'Paul Durand (infirmier) a consulté une vaccination de votre dossier.'),
    le('create', `${doctor} a déposé un document dans votre dossier.`),
    le(
      'secretary',
      'Nadia Colin (secrétariat), au nom du Dr Claire Martin (médecin, structure FINESS 750712184), a déposé une vaccination dans votre dossier.',
    ),
    le('delete', 'la structure FINESS 130786049 a supprimé un document de votre dossier.'),
    le('traces', 'vous avez consulté des traces d’accès de votre dossier.'),
  ])('%s: %s', async (request, expected) => {
    const [trace] = resources(await get('holder', `/AuditEvent/$narrate?entity:identifier=${request}&${acts}`));
    expect(sentence(trace)).toBe(expected);
  });
});

it('adds the narrative and nothing else to what the search gives', async () => {
  for (const query of [acts, `${acts}&_count=4`, `${acts}&outcome=4&_total=accurate`, `${acts}&_include=AuditEvent:entity`]) {
    const [narrated, searched] = [
      await get('holder', `/AuditEvent/$narrate?${query}`),
      await get('holder', `/AuditEvent?${query}`),
    ];
    expect(narrated.body.entry.length).toBeGreaterThan(0);
    expect(
      resources(narrated).filter(({ resourceType, text }) => resourceType === 'AuditEvent' && text?.status !== 'generated'),
    ).toEqual([]);
    const bare = narrated.body.entry.map((entry: Body) => {
      const { text: _text, ...resource } = entry.resource;
      return { ...entry, resource };
    });
    const { link: _link, ...rest } = searched.body;
    expect({ ...narrated.body, entry: bare, link: undefined }).toEqual({ ...rest, link: undefined });
  }
});

it('keeps its address in its links, and its pages to itself', async () => {
  const first = await get('holder', `/AuditEvent/$narrate?patient=KEY&_count=40&_format=json`);
  const urlOf = ({ body }: Reply, name: string): string => body.link.find(({ relation }: Body) => relation === name)?.url ?? '';
  expect(urlOf(first, 'self')).toMatch(/^http:\/\/carnet\.test\/fhir\/AuditEvent\/\$narrate\?patient=.*&_format=json$/);
  const next = urlOf(first, 'next');
  expect(next).toMatch(/^http:\/\/carnet\.test\/fhir\/AuditEvent\/\$narrate\?_page=.*&_format=json$/);
  const second = await get('holder', next);
  const ids = [...resources(first), ...resources(second)].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(resources(second).every(({ text }) => text.status === 'generated')).toBe(true);
  expect((await get('holder', next.replace('/$narrate', ''))).status).toBe(400);
  const searched = urlOf(await get('holder', '/AuditEvent?patient=KEY&_count=4'), 'next');
  expect((await get('holder', searched.replace('AuditEvent', 'AuditEvent/$narrate'))).status).toBe(400);
});

it('tells one trace as a read gives it', async () => {
  const { id } = await acted.traced('read');
  const [told, read] = [await get('holder', `/AuditEvent/${id}/$narrate`), await get('holder', `/AuditEvent/${id}`)];
  const { text, ...rest } = told.body;
  expect(rest).toEqual(read.body);
  expect(sentence({ text })).toContain('a consulté un document de votre dossier.');
  expect([told.headers.etag, told.headers['last-modified']]).toEqual([read.headers.etag, read.headers['last-modified']]);
  const elements = (await get('holder', `/AuditEvent/${id}/$narrate?_elements=text`)).body;
  expect(Object.keys(elements)).toEqual(expect.arrayContaining(['text', 'recorded', 'agent']));
  expect(elements.entity).toBeUndefined();
});

it('is written in XML, its reason escaped', async () => {
  const { headers, text } = await get('holder', `/AuditEvent/$narrate?entity:identifier=emergency&_format=xml`);
  expect(headers['content-type']).toMatch(/^application\/fhir\+xml/);
  expect(text).toMatch(
    /<text><status value="generated"\/><div xmlns="http:\/\/www\.w3\.org\/1999\/xhtml"[^>]*><p>Le 26 novembre 2026 à /,
  );
  expect(text).toContain('« Détresse &lt;b&gt;vitale&lt;/b&gt; &amp; &quot;coma&quot; »');
});

describe('what it takes', () => {
  const parameters = (...parameter: readonly object[]): object => ({ resourceType: 'Parameters', parameter });
  it('is what the search takes, in Parameters too', async () => {
    const body = parameters({ name: 'entity:identifier', valueString: 'nurse' }, { name: '_count', valueString: '3' });
    const [trace, ...more] = resources(await acted.as('holder').post('/AuditEvent/$narrate', body));
    expect([sentence(trace).includes('Paul Durand'), more.length]).toEqual([true, 0]);
  });

  test.each([
    ['an unknown parameter', '?nothing=1', undefined, 'http.nothing'],
    ['a wrong date', '?date=7', undefined, 'http.date'],
    ['a parameter that is no text', '', parameters({ name: 'outcome', valueCode: '4' }), 'Parameters.parameter[0]'],
    ['another resource', '', { resourceType: 'Patient' }, 'resourceType'],
    ['a page with more', '?_page=x&date=2026', undefined, 'http._page'],
  ])('is not %s', async (_what, query, body, expression) => {
    const holder = acted.as('holder');
    const path = `/AuditEvent/$narrate${query}`;
    const reply = body === undefined ? await holder.get(path) : await holder.post(path, body);
    expect([reply.status, reply.body.issue[0].expression]).toEqual([400, [expression]]);
  });

  it('is any parameter where the caller would have it so', async () => {
    const reply = await get('holder', `/AuditEvent/$narrate?nothing=1&${acts}`, { Prefer: 'handling=lenient' });
    expect([reply.status, reply.body.link[0].url.includes('nothing')]).toEqual([200, false]);
  });
});

describe('who may ask', () => {
  test.each([
    ['doctor', 200, 15],
    ['nurse', 200, 1],
    ['stranger', 200, 1],
    ['hospital', 200, 0],
    ['secretary', 403, 0],
    ['operator', 403, 0],
  ] as const)('%s: %d, %d traces', async (person, status, count) => {
    const reply = await get(person, `/AuditEvent/$narrate?patient=KEY&${acts}`);
    expect([reply.status, reply.status === 200 ? resources(reply).length : 0]).toEqual([status, count]);
  });

  it('reads « vous » of his own acts, and of « le dossier » where it is not his', async () => {
    const [own] = resources(await get('nurse', `/AuditEvent/$narrate?${acts}`));
    expect(sentence(own)).toBe('Le 26 novembre 2026 à 10 h 00, vous avez consulté une vaccination du dossier.');
  });

  it('gets the 404 of what never was', async () => {
    const { id } = await acted.traced('read');
    const [hidden, never] = [
      await get('nurse', `/AuditEvent/${id}/$narrate`),
      await get('nurse', '/AuditEvent/KEY-aaaaaaaaaaaaa/$narrate'),
    ];
    expect([hidden.status, hidden.text]).toEqual([404, never.text]);
  });

  it('needs to be allowed to search traces', async () => {
    const { ground } = acted;
    const { token } = ground.carnet.as({
      sub: 'x',
      scope: 'patient/Patient.rs',
      sub_ins: '279035121518989^^^&1.2.250.1.213.1.4.10&ISO',
    });
    const reply = await fetch(`${ground.carnet.address}/fhir/AuditEvent/$narrate`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(reply.status).toBe(403);
  });
});

it('leaves one trace of itself, which it tells the next time', async () => {
  const count = async (): Promise<number> =>
    (await get('holder', '/AuditEvent?patient=KEY&subtype=operation&_summary=count')).body.total;
  const before = await count();
  await get('holder', '/AuditEvent/$narrate?patient=KEY&_count=3');
  expect(await count()).toBe(before + 1);
  const [last] = resources(await get('holder', '/AuditEvent/$narrate?subtype=operation&_count=1'));
  expect(sentence(last)).toMatch(/, vous avez consulté des traces d’accès de votre dossier\.$/);
});
