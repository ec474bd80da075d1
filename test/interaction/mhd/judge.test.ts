// What is a Provide Document Bundle, and what is wrong with one. https://profiles.ihe.net/ITI/MHD/ITI-65.html
import { describe, expect, it } from '@jest/globals';
import { judgeProvideBundle } from '../../../src/interaction/mhd/judge.ts';
import { levelOf } from '../../../src/interaction/mhd/level.ts';
import { effortOf } from '../../effort.ts';
import { type BundleSent, type LevelName, profileOf, provideBundle, type Sent } from './bundle.ts';
import { wrongBundles } from './wrong.ts';
import { put, relation } from './wrong-bundle.ts';

const subject = 'Patient/bbbbbbbbbbbbb';
const sent = (options: Partial<BundleSent> = {}, change: (bundle: Sent) => void = () => undefined): Sent => {
  const bundle = provideBundle({ subject, ...options });
  change(bundle);
  return bundle;
};
const old = 'DocumentReference/ancien';
const identifier = 'DocumentReference?identifier=urn:ietf:rfc:3986|urn:oid:1.2.3';

const right: readonly (readonly [title: string, options: Partial<BundleSent>, change?: (bundle: Sent) => void])[] = [
  ['minimal metadata', { level: 'minimal' }],
  ['minimal metadata without type and subject', { level: 'minimal' }, ({ entry }) => void delete entry[1].resource.subject],
  ['comprehensive metadata with references', { level: 'uncontained' }],
  ['comprehensive metadata', {}],
  ['comprehensive metadata without authenticator', {}, ({ entry }) => void delete entry[1].resource.authenticator],
  ['several documents', { documents: [{}, {}, {}] }],
  ['a folder', { folder: true }],
  [
    'a folder that holds a document of before',
    { folder: true },
    ({ entry }) => void entry[3].resource.entry.push({ item: { reference: old } }),
  ],
  [
    'a folder that is put',
    { folder: true },
    ({ entry }) => {
      Object.assign(entry[3].request, { method: 'PUT', url: 'List/classeur' });
      delete entry[3].fullUrl;
      entry[0].resource.entry[1].item.reference = 'List/classeur';
    },
  ],
  ['a replacement without patch', { documents: [{ relatesTo: [relation('replaces', old)] }] }],
  ['a replacement with its patch', { documents: [{ relatesTo: [relation('replaces', old)] }], supersede: [old] }],
  [
    'a patch below the server’s address',
    { documents: [{ relatesTo: [relation('replaces', old)] }], supersede: [`http://carnet.test/fhir/${old}`] },
  ],
  ['a patch by identifier', { documents: [{ relatesTo: [relation('replaces', old)] }], supersede: [identifier] }],
  ['both by identifier', { documents: [{ relatesTo: [relation('replaces', identifier)] }], supersede: [identifier] }],
  [
    'a document that transforms one and appends to another',
    { documents: [{ relatesTo: [relation('transforms', old), relation('appends', 'DocumentReference/autre')] }] },
  ],
  ['a signature', { documents: [{ relatesTo: [relation('signs', old)] }] }],
  [
    'a relation within the Bundle',
    { documents: [{}, {}] },
    ({ entry }) => put(entry[1].resource, 'relatesTo', [relation('appends', entry[3].fullUrl)]),
  ],
  [
    'a Binary sent before',
    {},
    ({ entry }) => {
      entry[1].resource.content[0].attachment.url = 'Binary/avant';
      entry.splice(2, 1);
    },
  ],
  [
    'a patient by identifier',
    {},
    ({ entry }) => {
      const known = { identifier: { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '279035121518989' } };
      for (const { resource } of entry) if (resource.subject) resource.subject = known;
    },
  ],
  ['the patient’s record among the entries', {}, ({ entry }) => void entry.push({ request: { method: 'GET', url: subject } })],
  ['a superseded document', {}, ({ entry }) => put(entry[1].resource, 'status', 'superseded')],
  [
    'identifiers by type',
    {},
    ({ entry }) =>
      put(entry[1].resource, 'identifier', [
        {
          type: { coding: [{ system: 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDIdentifierType', code: 'entryUUID' }] },
          system: 'urn:ietf:rfc:3986',
          value: 'urn:uuid:9d3c1f2e-6a2f-4d4e-9d57-0f4a7c1b2d3e',
        },
        { system: 'urn:oid:1.2.250.1.99', value: 'séjour 42' },
      ]),
  ],
  [
    'an organization that submits',
    {},
    ({ entry }) => {
      entry[0].resource.contained = [{ resourceType: 'Organization', id: 'chu', name: 'CHU' }];
      entry[0].resource.source = {
        extension: [
          { url: 'https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-authorOrg', valueReference: { reference: '#chu' } },
        ],
      };
    },
  ],
  [
    'fullUrls that are addresses, and relative references to them',
    {},
    ({ entry }) => {
      entry[0].fullUrl = 'https://chu.example/fhir/List/1';
      entry[1].fullUrl = 'https://chu.example/fhir/DocumentReference/1';
      entry[2].fullUrl = 'https://chu.example/fhir/Binary/1';
      entry[1].resource.content[0].attachment.url = 'Binary/1';
      entry[0].resource.entry[0].item.reference = 'DocumentReference/1';
    },
  ],
  ['a recipient', { recipient: true }],
];

it.each(right.map(([title, ...what]) => [title, what] as const))('nothing is wrong with %s', (_title, what) => {
  expect(judgeProvideBundle(sent(...what))).toEqual([]);
});

describe('what is wrong', () => {
  it.each(wrongBundles)('$title', ({ change, code, expression, options }) => {
    const faults = judgeProvideBundle(sent(options, change));
    expect(faults).toContainEqual({ code, expression, text: expect.stringMatching(/^.{10,400}$/s) });
  });

  it('is all said at once', () => {
    const faults = judgeProvideBundle(
      sent({}, ({ entry }) => {
        delete entry[1].resource.custodian;
        entry[0].resource.mode = 'snapshot';
        entry[1].resource.content[0].attachment.size = 1;
      }),
    );
    expect(faults.map(({ expression }) => expression)).toEqual([
      'Bundle.entry[0].resource.mode',
      'Bundle.entry[1].resource.custodian',
      'Bundle.entry[1].resource.content[0].attachment.size',
    ]);
  });

  it('is said soon, and not without end, of very much that is wrong', () => {
    const many = 100_000;
    const bundle = sent({ documents: Array.from({ length: 400 }, () => ({})), folder: true }, ({ entry }) => {
      const odd = Array.from({ length: many }, (_, at) => ({ reference: `#a${at}`, item: { reference: `urn:x:${at}` } }));
      entry[0].resource.entry = odd;
      Object.assign(entry[1].resource, {
        author: odd,
        contained: odd.map(({ reference }) => ({ id: reference.slice(1), resourceType: 'Basic' })),
        relatesTo: odd.map(({ item }) => ({ code: 'replaces', target: item })),
        content: odd.map(({ item }) => ({ attachment: { url: item.reference } })),
      });
      entry.at(-1).resource.entry = odd;
    });
    const effort = effortOf(() => expect(judgeProvideBundle(bundle)).toHaveLength(100));
    expect(effort).toBeLessThan(1_500);
  });

  it.each([
    ['no entries', { entry: undefined }],
    ['entries that are none', { entry: [1, null, 'x', [], {}] }],
    [
      'resources that are none',
      {
        entry: [
          { resource: 3, request: 4, fullUrl: 5 },
          { resource: [], request: [] },
        ],
      },
    ],
    [
      'elements that are none',
      {
        entry: [
          {
            resource: {
              resourceType: 'DocumentReference',
              content: 3,
              relatesTo: 'x',
              masterIdentifier: [],
              subject: 7,
              identifier: {},
              context: [],
            },
            request: { method: 'POST' },
          },
        ],
      },
    ],
    [
      'a List that is none',
      {
        entry: [
          {
            resource: {
              resourceType: 'List',
              code: { coding: [{ system: 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes', code: 'submissionset' }] },
              extension: 3,
              entry: { item: 3 },
              source: [],
            },
            request: { method: 'POST' },
          },
        ],
      },
    ],
    [
      'names of every object',
      { entry: [{ resource: { resourceType: '__proto__', constructor: {} }, request: { method: 'toString' } }] },
    ],
  ])('is said of a Bundle with %s', (_title, more) => {
    expect(judgeProvideBundle({ ...sent(), ...more }).length).toBeGreaterThan(0);
  });
});

describe('the level', () => {
  it.each<readonly [title: string, profile: unknown, level: LevelName | undefined]>([
    ['minimal', [profileOf.minimal], 'minimal'],
    ['uncontained', [profileOf.uncontained], 'uncontained'],
    ['comprehensive', [profileOf.comprehensive], 'comprehensive'],
    ['with a version', [`${profileOf.minimal}|4.2.3`], 'minimal'],
    ['of several the strictest', [profileOf.minimal, profileOf.comprehensive], 'comprehensive'],
    [
      'PDSm’s own',
      ['https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-comprehensive-provide-document-bundle'],
      'comprehensive',
    ],
    ['of another profile', ['http://hl7.org/fhir/StructureDefinition/Bundle'], undefined],
    ['of an object’s own name', ['constructor'], undefined],
    ['of no profile', undefined, undefined],
  ])('%s', (_title, profile, level) => {
    expect(levelOf({ ...sent(), meta: { profile } })).toBe(level);
  });

  it('is that of a transaction alone', () => {
    expect(levelOf({ ...sent(), type: 'batch' })).toBeUndefined();
    expect(levelOf({ ...sent(), resourceType: 'List' })).toBeUndefined();
  });
});
