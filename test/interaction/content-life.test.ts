// The words of a document go with it: through versions, labels and successors, to its end; what cannot be read is stored and said so.
// https://hl7.org/fhir/R4/search.html#content
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/json.ts';
import { type Body, idsOf } from '../carnet.ts';
import { document, mask } from '../resources.ts';
import { encryptedPdf } from '../text/files.ts';
import { type Ground, idIn, openGround, written } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
}, 60_000);
afterAll(async () => await ground.stop());

const say = (text: string, more: JsonObject = {}): JsonObject => document(ground.key, '11488-4', more, text);
async function found(name: Parameters<Ground['as']>[0], word: string, more = ''): Promise<readonly string[]> {
  return idsOf(await ground.as(name).get(`/DocumentReference?patient=Patient/${ground.key}&_content=${word}${more}`));
}

describe('what is not read', () => {
  const files: readonly (readonly [contentType: string, bytes: Buffer, reason: string | undefined])[] = [
    ['application/pdf', Buffer.from('illisible'), 'the file cannot be read'],
    ['application/pdf', encryptedPdf, 'the file is encrypted'],
    ['image/jpeg', Buffer.from('image'), 'no text is read from this media type'],
    ['text/plain', Buffer.from('lisible'), undefined],
  ];
  const information = (reason: string, expression: string): JsonObject => ({
    severity: 'information',
    code: 'incomplete',
    diagnostics: `Stored, but not found by what it says: ${reason}`,
    expression: [expression],
  });
  const sent = (contentType: string, bytes: Buffer): JsonObject =>
    say('', { content: [{ attachment: { contentType, title: 'Document', data: bytes.toString('base64') } }] });

  it.each(files)('%s is stored, and said so (%#)', async (contentType, bytes, reason) => {
    const prefer = { Prefer: 'return=OperationOutcome' };
    const { body } = written(await ground.as('doctor').post('/DocumentReference', sent(contentType, bytes), prefer));
    const [issue] = body.issue;
    if (reason === undefined) expect(issue.diagnostics).toBe('Done');
    else expect(issue).toEqual(information(reason, 'DocumentReference.content[0].attachment.data'));
  });

  it.each(files)('%s in a transaction, beside the answer to its entry (%#)', async (contentType, bytes, reason) => {
    const entry = [sent(contentType, bytes), say('lisible')].map((resource) => ({
      resource,
      request: { method: 'POST', url: 'DocumentReference' },
    }));
    const reply = await ground.as('doctor').post('', { resourceType: 'Bundle', type: 'transaction', entry });
    expect(reply.status).toBe(200);
    const [outcome, none] = reply.body.entry.map(({ response }: Body) => response.outcome?.issue);
    expect(outcome).toEqual(reason && [information(reason, 'DocumentReference.content[0].attachment.data')]);
    expect(none).toBeUndefined();
  });

  it('as bytes sent before, too', async () => {
    const headers = {
      'Content-Type': 'application/pdf',
      'X-Security-Context': `Patient/${ground.key}`,
      Prefer: 'return=OperationOutcome',
    };
    const { body } = written(await ground.as('doctor').send('POST', '/Binary', headers, Buffer.from('illisible')));
    expect(body.issue).toEqual([information('the file cannot be read', 'Binary.data')]);
  });

  it('stands in no log', () => {
    expect(ground.carnet.lines.filter((line) => /illisible|pdf/i.test(line))).toEqual([]);
  });
});

describe('a document', () => {
  test('keeps its words through versions and labels, and takes them with it', async () => {
    const doctor = ground.as('doctor');
    const made = written(await doctor.post('/DocumentReference', say('Sarcoïdose médiastinale')));
    const id = idIn(made);
    expect(await found('doctor', 'sarcoidose')).toEqual([id]);
    const described = { ...made.body, description: 'Pneumologie' };
    expect(
      (
        await doctor.send(
          'PUT',
          `/DocumentReference/${id}`,
          { 'Content-Type': 'application/fhir+json' },
          JSON.stringify(described),
        )
      ).status,
    ).toBe(200);
    expect(await found('doctor', 'sarcoïdose pneumologie')).toEqual([id]);
    expect(
      (
        await ground
          .as('holder')
          .patch(`/DocumentReference/${id}`, [{ op: 'add', path: '/securityLabel', value: [mask[0]?.value] }])
      ).status,
    ).toBe(200);
    expect(await found('doctor', 'sarcoïdoses')).toEqual([id]);
    expect(await found('holder', 'sarcoïdoses')).toEqual([id]);
    expect(await found('stranger', 'sarcoïdoses')).toEqual([]);
    expect((await doctor.delete(`/DocumentReference/${id}`)).status).toBe(204);
    expect(await found('doctor', 'sarcoïdose')).toEqual([]);
  });

  test('that is replaced is found by what it said, its successor by what that says', async () => {
    const doctor = ground.as('doctor');
    const first = idIn(written(await doctor.post('/DocumentReference', say('Lupus érythémateux'))));
    const relatesTo = [{ code: 'replaces', target: { reference: `DocumentReference/${first}` } }];
    const second = idIn(written(await doctor.post('/DocumentReference', say('Polyarthrite', { relatesTo }))));
    expect(await found('doctor', 'lupus')).toEqual([first]);
    expect(await found('doctor', 'lupus', '&status=current')).toEqual([]);
    expect(await found('doctor', 'polyarthrites')).toEqual([second]);
  });

  test('of a tester is found by its last bytes alone', async () => {
    const tester = ground.as('tester');
    const put = async (text: string): Promise<number> =>
      (
        await tester.send(
          'PUT',
          '/DocumentReference/d1',
          { 'Content-Type': 'application/fhir+json' },
          JSON.stringify({ ...say(text), id: 'd1', subject: { reference: 'Patient/x' } }),
        )
      ).status;
    expect([await put('Rubéole'), await put('Varicelle')]).toEqual([201, 200]);
    const ids = async (word: string): Promise<readonly string[]> =>
      idsOf(await tester.get(`/DocumentReference?_content=${word}`));
    expect([await ids('rubéole'), await ids('varicelle')]).toEqual([[], ['d1']]);
  });
});

test('pages go on after the score of the last, over one type and over several', async () => {
  const doctor = ground.as('doctor');
  const texts = [
    'goitre',
    'goitre goitre goitre',
    'goitre nodulaire',
    'goitres, goitre',
    'un goitre',
    'goitre goitre goitres goitre',
  ];
  const ids: string[] = [];
  for (const [at, text] of texts.entries())
    ids.push(idIn(written(await doctor.post('/DocumentReference', say(text, { date: `2026-11-0${at + 1}T10:00:00Z` })))));
  const best = [5, 1, 3, 4, 2, 0].map((at) => ids[at]);
  for (const path of [
    `/DocumentReference?patient=Patient/${ground.key}&`,
    `?_type=DocumentReference,Observation&patient=Patient/${ground.key}&`,
  ]) {
    const seen: string[] = [];
    for (let next: string | undefined = `${path}_content=goitre&_count=2`; next !== undefined; ) {
      const reply = await doctor.get(next);
      expect(reply.status).toBe(200);
      seen.push(...idsOf(reply));
      next = reply.body.link.find(({ relation }: Body) => relation === 'next')?.url;
    }
    expect(seen).toEqual(best);
  }
});
