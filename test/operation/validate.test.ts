// $validate: what a write would be refused for, without the write, and nothing of what the caller does not see.
// https://hl7.org/fhir/R4/resource-operation-validate.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectOutcome } from '../http/expect.ts';
import type { Name } from '../interaction/ground.ts';
import { patient, visibility } from '../resources.ts';
import { found, openValidating, type Resource, type Validating } from './validating.ts';

let validating: Validating;
beforeAll(async () => {
  validating = await openValidating();
});
afterAll(async () => await validating.ground.stop());

const valid = (more: Resource = {}): Resource => validating.valid(more);
const parameter = (name: string, value: Resource): Resource => ({ name, ...value });
const parameters = (...parts: readonly Resource[]): Resource => ({ resourceType: 'Parameters', parameter: parts });
const mode = (valueCode: string): Resource => parameter('mode', { valueCode });
const profile = (valueUri: string): Resource => parameter('profile', { valueUri });
const resource = (one: Resource): Resource => parameter('resource', { resource: one });

const sent: Validating['sent'] = async (...request) => await validating.sent(...request);
const ours = 'https://carnet.example/fhir/StructureDefinition';
const r4 = 'http://hl7.org/fhir/StructureDefinition';
const typeless = (): Resource => valid({ type: undefined });

type Case = readonly [name: string, who: Name, path: string, body: () => Resource | undefined, expected: readonly string[]];

const onTheType: readonly Case[] = [
  ['what is valid', 'hospital', '/DocumentReference/$validate', () => valid(), ['all ok']],
  ['in Parameters', 'hospital', '/DocumentReference/$validate', () => parameters(resource(valid())), ['all ok']],
  ['mode create', 'hospital', '/DocumentReference/$validate', () => parameters(mode('create'), resource(valid())), ['all ok']],
  ['mode in the address', 'hospital', '/DocumentReference/$validate?mode=create&_format=json', () => valid(), ['all ok']],
  [
    'every fault',
    'hospital',
    '/DocumentReference/$validate',
    () => valid({ status: 'old', colour: 1 }),
    ['code-invalid DocumentReference.status', 'structure DocumentReference.colour'],
  ],
  ['another type', 'hospital', '/DocumentReference/$validate', () => patient('279035121518989'), ['structure resourceType']],
  ['no type', 'hospital', '/DocumentReference/$validate', () => ({}), ['structure resourceType']],
  ['our profiles', 'hospital', '/DocumentReference/$validate', typeless, ['required DocumentReference.type']],
  ['R4 alone for a tester', 'tester', '/DocumentReference/$validate', typeless, ['all ok']],
  [
    'R4 alone by its canonical',
    'hospital',
    '/DocumentReference/$validate',
    () => parameters(resource(typeless()), profile(`${r4}/DocumentReference|4.0.1`)),
    ['all ok'],
  ],
  [
    'one of our profiles',
    'tester',
    `/DocumentReference/$validate?profile=${encodeURIComponent(`${ours}/document-reference`)}`,
    typeless,
    ['required DocumentReference.type'],
  ],
  [
    'an unknown label',
    'hospital',
    '/DocumentReference/$validate',
    () => valid({ meta: { security: [{ system: visibility, code: 'SECRET' }] } }),
    ['invariant DocumentReference'],
  ],
  ['an author that the server knows', 'hospital', '/DocumentReference/$validate', () => valid({ author: undefined }), ['all ok']],
  [
    'no author',
    'insurance',
    '/DocumentReference/$validate',
    () => valid({ author: undefined }),
    ['required DocumentReference.author'],
  ],
  ['by who reads nothing', 'insurance', '/DocumentReference/$validate', () => valid(), ['all ok']],
];

const onAnInstance: readonly Case[] = [
  [
    'an update',
    'hospital',
    '/DocumentReference/ID/$validate',
    () => parameters(mode('update'), resource(valid({ id: validating.id }))),
    ['all ok'],
  ],
  [
    'an update by the id within',
    'hospital',
    '/DocumentReference/$validate?mode=update',
    () => valid({ id: validating.id }),
    ['all ok'],
  ],
  [
    'an update without an id',
    'hospital',
    '/DocumentReference/$validate?mode=update',
    () => valid(),
    ['value DocumentReference.id'],
  ],
  [
    'an update of another id',
    'hospital',
    '/DocumentReference/ID/$validate?mode=update',
    () => valid({ id: 'other' }),
    ['value DocumentReference.id'],
  ],
  [
    'an update with a fault',
    'hospital',
    '/DocumentReference/ID/$validate?mode=update',
    () => ({ ...typeless(), id: validating.id }),
    ['required DocumentReference.type'],
  ],
  ['a delete', 'hospital', '/DocumentReference/ID/$validate?mode=delete', () => undefined, ['all ok']],
  ['a delete in Parameters', 'hospital', '/DocumentReference/ID/$validate', () => parameters(mode('delete')), ['all ok']],
  ['what is stored', 'hospital', '/DocumentReference/ID/$validate', () => undefined, ['all ok']],
  [
    'what is stored, by a profile',
    'hospital',
    `/DocumentReference/ID/$validate?mode=profile&profile=${encodeURIComponent(`${ours}/document-reference`)}`,
    () => undefined,
    ['all ok'],
  ],
  ['a delete that does nothing', 'tester', '/DocumentReference/nobody/$validate?mode=delete', () => undefined, ['all ok']],
  [
    'an update that creates',
    'tester',
    '/Patient/mine/$validate?mode=update',
    () => ({ resourceType: 'Patient', id: 'mine' }),
    ['all ok'],
  ],
];

describe('of the type', () => {
  it.each(onTheType)('%s', async (_name, who, path, body, expected) => {
    expect(found(await sent(who, path, body()))).toEqual(expected);
  });
});

describe('of an instance', () => {
  it.each(onAnInstance)('%s', async (_name, who, path, body, expected) => {
    expect(found(await sent(who, path, body()))).toEqual(expected);
  });

  it('GET', async () => {
    expect(found(await sent('hospital', '/DocumentReference/ID/$validate', undefined, 'GET'))).toEqual(['all ok']);
    expect(found(await sent('doctor', `/Patient/KEY/$validate?profile=${r4}/Patient`, undefined, 'GET'))).toEqual(['all ok']);
  });
});

const refusals: readonly (readonly [name: string, who: Name, path: string, body: () => Resource | undefined, number, string?])[] =
  [
    ['nothing to validate', 'hospital', '/DocumentReference/$validate', () => undefined, 400, 'resource'],
    [
      'Parameters without a resource',
      'hospital',
      '/DocumentReference/$validate',
      () => parameters(mode('create')),
      400,
      'resource',
    ],
    ['a delete of nothing', 'hospital', '/DocumentReference/$validate?mode=delete', () => valid(), 400],
    ['a create at an id', 'hospital', '/DocumentReference/ID/$validate?mode=create', () => valid(), 400, 'http.mode'],
    [
      'mode profile without one',
      'hospital',
      '/DocumentReference/ID/$validate?mode=profile',
      () => undefined,
      400,
      'http.profile',
    ],
    ['an unknown mode', 'hospital', '/DocumentReference/$validate?mode=break', () => valid(), 400, 'http.mode'],
    [
      'an unknown mode in Parameters',
      'hospital',
      '/DocumentReference/$validate',
      () => parameters(resource(valid()), mode('break')),
      400,
      'Parameters.parameter[1]',
    ],
    ['an unknown parameter', 'hospital', '/DocumentReference/$validate?depth=1', () => valid(), 400, 'http.depth'],
    [
      'an unknown part',
      'hospital',
      '/DocumentReference/$validate',
      () => parameters(resource(valid()), parameter('depth', { valueInteger: 1 })),
      400,
      'Parameters.parameter[1]',
    ],
    [
      'a mode twice',
      'hospital',
      '/DocumentReference/$validate?mode=create',
      () => parameters(mode('create'), resource(valid())),
      400,
      'Parameters.parameter[0]',
    ],
    [
      'a fault in Parameters',
      'hospital',
      '/DocumentReference/$validate',
      () => parameters({ resource: valid() }),
      400,
      'Parameters.parameter[0]',
    ],
    ['an unknown profile', 'hospital', '/DocumentReference/$validate?profile=urn:none', () => valid(), 400, 'http.profile'],
    [
      'a profile of another type',
      'hospital',
      `/DocumentReference/$validate?profile=${ours}/record-patient`,
      () => valid(),
      400,
      'http.profile',
    ],
    ['an unknown type', 'hospital', '/Spaceship/$validate', () => valid(), 404],
  ];

describe('refused', () => {
  it.each(refusals)('%s', async (...[, who, path, body, status, expression]) => {
    expectOutcome(await sent(who, path, body()), status, expression);
  });

  it('an unknown profile is named', async () => {
    const reply = await sent('hospital', '/DocumentReference/$validate?profile=urn:none', valid());
    expect(reply.body.issue[0].diagnostics).toContain('urn:none');
  });

  it('other methods', async () => {
    for (const [method, path, allow] of [
      ['GET', '/DocumentReference/$validate', 'POST'],
      ['PUT', '/DocumentReference/ID/$validate', 'GET, HEAD, POST'],
    ] as const) {
      const reply = await sent('hospital', path, undefined, method);
      expectOutcome(reply, 405);
      expect(reply.headers.allow).toBe(allow);
    }
  });

  it('what is no JSON, or too large', async () => {
    expectOutcome(await sent('hospital', '/DocumentReference/$validate', '{"a":'), 400);
    const large = { resourceType: 'Patient', text: { status: 'generated', div: 'x'.repeat(15_000_001) } };
    expectOutcome(await sent('doctor', '/Patient/$validate', large), 413);
  });
});
