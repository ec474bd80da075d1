// Bundles that ask for what the caller may not see: answered as if it were not there, and leaving nothing. ACCESS: hidden is absent.
// https://hl7.org/fhir/R4/http.html#transaction
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body } from '../carnet.ts';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { document, label, mask, testIns, vaccination } from '../resources.ts';
import { asked } from './asked.ts';
import type { RawReply } from './raw.ts';

/** What a caller may know of a resource without seeing it. */
type Known = { readonly id: string; readonly value: string; readonly born: string; readonly document: string };

let ground: Ground;
let hidden: Known;
let absent: Known;
beforeAll(async () => {
  ground = await openGround();
  const hospital = ground.as('hospital');
  const id = idIn(written(await hospital.post('/Immunization', immunization('hidden'))));
  const secret = document(ground.key, '34112-3', { identifier: [{ system: 'urn:x', value: 'hidden' }] });
  const paper = idIn(written(await hospital.post('/DocumentReference', secret)));
  await ground.as('holder').patch(`/DocumentReference/${paper}`, mask);
  const never = (of: string): string => `${of.slice(0, -5)}22222`;
  hidden = { id, value: 'hidden', born: '1979-03-15', document: paper };
  absent = { id: never(id), value: 'absent', born: '1979-03-16', document: never(paper) };
});
afterAll(async () => await ground.stop());

const immunization = (value: string, more: object = {}): object =>
  vaccination(ground.key, { identifier: [{ system: 'urn:x', value }], ...more });
const lot = { op: 'test', path: '/status', value: 'completed' };
const patch = (operations: readonly object[]): object => ({
  resourceType: 'Binary',
  contentType: 'application/json-patch+json',
  data: Buffer.from(JSON.stringify(operations)).toString('base64'),
});
const entry = (method: string, url: string, resource?: object, more: object = {}): object => ({
  request: { method, url, ...more },
  ...(resource === undefined ? {} : { resource }),
});
const own = (more: object = {}, request: object = {}): object =>
  entry('POST', 'Immunization', immunization('own', more), request);

/** Each would tell something of the resource, if its answer depended on it. */
const questions: readonly (readonly [string, (of: Known) => object])[] = [
  ['read', ({ id }) => entry('GET', `Immunization/${id}`)],
  ['read what one has', ({ id }) => entry('GET', `Immunization/${id}`, undefined, { ifNoneMatch: 'W/"1"' })],
  ['version', ({ id }) => entry('GET', `Immunization/${id}/_history/1`)],
  ['history', ({ id }) => entry('GET', `Immunization/${id}/_history`)],
  ['HEAD', ({ id }) => entry('HEAD', `Immunization/${id}`)],
  ['search by id', ({ id }) => entry('GET', `Immunization?_id=${id}`)],
  ['search by identifier', ({ value }) => entry('GET', `Immunization?identifier=urn:x|${value}&_total=accurate`)],
  ['search by birth', ({ born }) => entry('GET', `Patient?birthdate=${born}`)],
  ['chain', ({ born }) => entry('GET', `Immunization?patient.birthdate=${born}`)],
  ['update', ({ id }) => entry('PUT', `Immunization/${id}`, immunization('own', { id }))],
  ['update of a version', ({ id }) => entry('PUT', `Immunization/${id}`, immunization('own', { id }), { ifMatch: 'W/"1"' })],
  [
    'update by identifier',
    ({ value }) => entry('PUT', `Immunization?identifier=urn:x|${value}`, immunization(value), { ifMatch: 'W/"1"' }),
  ],
  [
    'update into another record',
    ({ id }) => entry('PUT', `Immunization/${id}`, immunization('own', { id, patient: { reference: 'Patient/aaaaaaaaaaaaa' } })),
  ],
  ['update that is not valid', ({ id }) => entry('PUT', `Immunization/${id}`, immunization('own', { id, status: 'nowhere' }))],
  ['patch', ({ id }) => entry('PATCH', `Immunization/${id}`, patch([lot]))],
  ['patch of a version', ({ id }) => entry('PATCH', `Immunization/${id}`, patch([lot]), { ifMatch: 'W/"7"' })],
  ['patch by identifier', ({ value }) => entry('PATCH', `Immunization?identifier=urn:x|${value}`, patch([lot]))],
  ['patch of labels', ({ document: id }) => entry('PATCH', `DocumentReference/${id}`, patch(mask))],
  ['delete', ({ id }) => entry('DELETE', `Immunization/${id}`)],
  ['delete of a version', ({ id }) => entry('DELETE', `Immunization/${id}`, undefined, { ifMatch: 'W/"7"' })],
  ['delete by identifier', ({ value }) => entry('DELETE', `Immunization?identifier=urn:x|${value}`)],
  ['conditional reference to a patient by birth', ({ born }) => own({ patient: { reference: `Patient?birthdate=${born}` } })],
  ['… bit by bit', ({ born }) => own({ patient: { reference: `Patient?birthdate=ge${born}&birthdate=le${born}` } })],
  ['… by name and birth', ({ born }) => own({ patient: { reference: `Patient?family=Lefèvre&birthdate=${born}` } })],
  [
    'conditional reference',
    ({ value }) =>
      own({
        protocolApplied: [{ doseNumberPositiveInt: 1, authority: { reference: `Immunization?identifier=urn:x|${value}` } }],
      }),
  ],
  ['conditional reference by id', ({ id }) => own({ performer: [{ actor: { reference: `Immunization?_id=${id}` } }] })],
  [
    'conditional reference through a chain',
    ({ born }) => own({ performer: [{ actor: { reference: `Immunization?patient.birthdate=${born}` } }] }),
  ],
  [
    'conditional reference to a masked document',
    ({ value }) => own({ performer: [{ actor: { reference: `DocumentReference?identifier=urn:x|${value}` } }] }),
  ],
  [
    'successor',
    ({ document: id }) =>
      entry(
        'POST',
        'DocumentReference',
        document(ground.key, '34112-3', { relatesTo: [{ code: 'replaces', target: { reference: `DocumentReference/${id}` } }] }),
      ),
  ],
  [
    'create unless there is one',
    ({ value }) => entry('POST', 'Immunization', immunization('own'), { ifNoneExist: `identifier=urn:x|${value}` }),
  ],
  ['create unless there is one of this id', ({ id }) => own({}, { ifNoneExist: `_id=${id}` })],
  ['create unless somebody was born then', ({ born }) => own({}, { ifNoneExist: `patient.birthdate=${born}` })],
];

const send = async (name: Parameters<Ground['as']>[0], type: string, entries: readonly object[]): Promise<RawReply> =>
  await asked(ground, name, 'POST', '/', { body: { resourceType: 'Bundle', type, entry: entries } });

/** Without what is new in each answer, and with one name for what was asked for. */
const told = ({ status, text, headers }: RawReply, { id, value, born, document: paper }: Known): unknown => {
  const { date: _date, 'x-request-id': _request, ...others } = headers;
  const same = text
    .replaceAll(id, 'ID')
    .replaceAll(paper, 'ID')
    .replaceAll(`|${value}`, '|VALUE')
    .replaceAll(`%7C${value}`, '|VALUE')
    .replaceAll(born, 'BORN')
    .replaceAll(new RegExp(`${ground.key}-[a-z2-9]{13}`, 'g'), 'NEW')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'NOW');
  return { status, same, headers: others };
};

describe.each(['clinic', 'stranger'] as const)('%s', (name) => {
  it.each(questions)('%s', async (_title, question) => {
    for (const type of ['batch', 'transaction']) {
      const sent = async (of: Known): Promise<unknown> => told(await send(name, type, [question(of)]), of);
      expect(await sent(hidden)).toEqual(await sent(absent));
    }
  });

  it('learns nothing by what is taken back: all is refused or done alike', async () => {
    for (const [, question] of questions) {
      const sent = async (of: Known): Promise<unknown> => told(await send(name, 'transaction', [own(), question(of), own()]), of);
      expect(await sent(hidden)).toEqual(await sent(absent));
    }
  });
});

describe('what is hidden', () => {
  it('was there all the time, and is as it was', async () => {
    const { headers, body } = await asked(ground, 'hospital', 'GET', `/Immunization/${hidden.id}`);
    expect([headers.etag, body.status]).toEqual(['W/"1"', 'completed']);
    const paper = await asked(ground, 'holder', 'GET', `/DocumentReference/${hidden.document}`);
    expect(paper.body.securityLabel).toEqual([label('MASQUE_PS')]);
    const seen = await asked(ground, 'doctor', 'GET', `/Patient?birthdate=${hidden.born}&identifier=${testIns}|279035121518989`);
    expect(seen.body.entry).toHaveLength(1);
  });

  it.each(questions)('shows to who may see it: %s', async (_title, question) => {
    const answers = async (name: 'hospital' | 'doctor', of: Known): Promise<unknown> => {
      const asking = question(of) as Body;
      const { method } = asking.request;
      // What it would change is taken back.
      const failing = ['PUT', 'PATCH', 'DELETE'].includes(method) ? [entry('GET', 'Immunization/nobody')] : [];
      const reply = await send(name, method === 'GET' || method === 'HEAD' ? 'batch' : 'transaction', [asking, ...failing]);
      return told(reply, of);
    };
    const pairs = [];
    for (const name of ['hospital', 'doctor'] as const) pairs.push([await answers(name, hidden), await answers(name, absent)]);
    expect(pairs.some(([one, other]) => !isDeepStrictEqual(one, other))).toBe(true);
  });
});
