// A SearchParameter dropped into profiles/ and named in the capability statement is all it takes; a wrong one stops the start with one line.
// https://hl7.org/fhir/R4/searchparameter.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConformance } from '../../src/conformance/conformance.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { assertSearchable } from '../../src/search/index-of.ts';
import { idsOf } from '../carnet.ts';
import { type Folder, searchParameter, withParameters } from '../conformance/with-parameters.ts';
import { document } from '../resources.ts';
import { type Ground, idIn, openGround, written } from './ground.ts';

const urgent = 'https://test.example/StructureDefinition/urgent';
const own = [
  searchParameter('doc-title', 'string', 'DocumentReference', 'DocumentReference.content.attachment.title'),
  searchParameter('urgent', 'token', 'DocumentReference', `extension('${urgent}').value as Boolean`),
  searchParameter('several', 'token', 'DocumentReference', 'DocumentReference.content.count() > 1'),
  searchParameter('about', 'reference', 'DocumentReference', 'DocumentReference.context.related', {
    target: ['DocumentReference'],
  }),
];

describe('a dropped search parameter', () => {
  let folder: Folder;
  let ground: Ground;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    folder = withParameters(own);
    ground = await openGround({}, { conformance: folder.path });
    const { key, as } = ground;
    const push = async (title: string, more: JsonObject): Promise<void> => {
      const content = [{ attachment: { contentType: 'text/plain', title, data: 'YQ==' } }];
      ids[title] = idIn(written(await as('hospital').post('/DocumentReference', document(key, '34112-3', { content, ...more }))));
    };
    const attachment = { contentType: 'text/plain', title: 'Annexe', data: 'YQ==' };
    await push('Bilan', { extension: [{ url: urgent, valueBoolean: true }] });
    await push('Annexes', { content: [{ attachment }, { attachment }] });
    await push('Lettre', { context: { related: [{ reference: `DocumentReference/${ids.Bilan}` }] } });
  }, 60_000);
  afterAll(async () => {
    await ground.stop();
    folder.remove();
  });

  it.each([
    ['doc-title=bil', ['Bilan']],
    ['doc-title:exact=Annexe', ['Annexes']],
    ['doc-title:missing=true', []],
    ['_sort=-doc-title', ['Lettre', 'Bilan', 'Annexes']],
    ['urgent=true', ['Bilan']],
    ['urgent:missing=true&_sort=doc-title', ['Annexes', 'Lettre']],
    ['several=true', ['Annexes']],
    ['several=false&_sort=doc-title', ['Bilan', 'Lettre']],
    ['about.doc-title=bilan', ['Lettre']],
    ['about.doc-title=annexe', []],
  ])('%s', async (query, names) => {
    const reply = await ground.as('doctor').get(`/DocumentReference?patient=${ground.key}&${query}`);
    expect([reply.status, idsOf(reply)]).toEqual([200, names.map((name) => ids[name])]);
  });

  it('is hidden where the document is', async () => {
    const reply = await ground.as('stranger').get(`/DocumentReference?patient=${ground.key}&doc-title=bil&_total=accurate`);
    expect([reply.status, reply.body.total, idsOf(reply)]).toEqual([200, 0, []]);
  });

  it('is published', async () => {
    const { body } = await ground.as('doctor').get('/metadata');
    const documents = body.rest[0].resource.find(({ type }: JsonObject) => type === 'DocumentReference');
    expect(documents.searchParam).toContainEqual({ name: 'doc-title', definition: own[0]?.url, type: 'string' });
  });
});

const archived = 'https://interop.esante.gouv.fr/ig/fhir/pdsm/SearchParameter/PDSm-isArchived';
const title = 'DocumentReference.content.attachment.title';
const wrong: readonly (readonly [what: string, parameter: JsonObject, line: RegExp])[] = [
  ['an unknown base', searchParameter('x', 'string', 'Document', title), /names Document, which is no resource type/],
  ['no base', searchParameter('x', 'string', 'DocumentReference', title, { base: [] }), /has no base/],
  [
    'an unknown target',
    searchParameter('x', 'reference', 'Patient', title, { target: ['X'] }),
    /names X, which is no resource type/,
  ],
  ['an expression that is none', searchParameter('x', 'string', 'Patient', 'Patient.name.('), /does not compile/],
  ['an unknown function', searchParameter('x', 'string', 'Patient', 'Patient.name.shout()'), /does not compile/],
  ['no expression', searchParameter('x', 'string', 'Patient', ''), /has no expression/],
  ['an unknown type', searchParameter('x', 'text', 'Patient', 'Patient.name'), /has no type of search-param-type/],
  ['a composite without parts', searchParameter('x', 'composite', 'Patient', 'Patient'), /is composite and has no parts/],
  [
    'parts of what is no composite',
    searchParameter('x', 'string', 'Patient', 'Patient.name.text', { component: [{ definition: 'y', expression: 'text' }] }),
    /is composite and has no parts, or the reverse/,
  ],
  [
    'a part that nothing defines',
    searchParameter('x', 'composite', 'Patient', 'Patient.name', { component: [{ definition: 'urn:y', expression: 'text' }] }),
    /a part is urn:y, which cannot be one/,
  ],
  [
    'a part that is no path',
    searchParameter('x', 'composite', 'Patient', 'Patient.name', {
      component: [{ definition: 'http://hl7.org/fhir/SearchParameter/individual-given', expression: 'given.first()' }],
    }),
    /given\.first\(\) is not the path of an element/,
  ],
  ['a code that is no name', searchParameter('x.y', 'string', 'Patient', 'Patient.name'), /has no code that can be searched by/],
  [
    'a url that another has',
    searchParameter('x', 'string', 'Patient', 'Patient.name', { url: archived }),
    /two resources have the url/,
  ],
];

describe('a wrong search parameter stops the start', () => {
  it.each(wrong)('%s', (_what, parameter, line) => {
    expect(lineOfStart([parameter])).toMatch(line);
    expect(lineOfStart([parameter])).not.toContain('\n');
  });

  it.each([
    ['another type', { type: 'token' }],
    ['another definition', { url: 'https://test.example/SearchParameter/other' }],
    ['another base', { base: ['Practitioner'] }],
  ])('declared with %s', (_what, other) => {
    const parameter = searchParameter('x', 'string', 'Patient', 'Patient.name.text');
    expect(lineOfStart([parameter], [{ ...parameter, ...other }])).toMatch(
      /neither R4 nor profiles\/ has a search parameter \w+\.x of this/,
    );
  });
});

function lineOfStart(parameters: readonly JsonObject[], declared = parameters): string {
  const folder = withParameters(parameters, declared);
  try {
    assertSearchable(loadConformance(folder.path));
    return '';
  } catch (error) {
    return Error.isError(error) ? error.message : '';
  } finally {
    folder.remove();
  }
}
