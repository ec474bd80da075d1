// A page that is opened by another, in another right, with a bit changed, or after the rules have changed: never more than is seen now.
// https://hl7.org/fhir/R4/http.html#paging
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Body, type Client, idsOf, type Reply } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { type Ground, idIn, ins, openGround, written } from '../interaction/ground.ts';
import { actor, consent, document, mask } from '../resources.ts';

const rpps = '10000000010';
let ground: Ground;
let stranger: Client;
const documents: string[] = [];
let permit = '';

async function wish(provision: object): Promise<string> {
  return idIn(written(await ground.as('holder').post('/Consent', consent('sharing', ground.key, { ...provision }))));
}

beforeAll(async () => {
  ground = await openGround();
  stranger = ground.carnet.as(claims.professional({ rpps }));
  permit = await wish({ type: 'permit', actor: [actor({ rpps })] });
  for (const [day, type] of ['34112-3', '11502-2', '34112-3', '11502-2', '34112-3', '34112-3'].entries()) {
    const sent = document(ground.key, type, { date: `2026-10-0${9 - day}T10:00:00+02:00` });
    documents.push(idIn(written(await ground.as('hospital').post('/DocumentReference', sent))));
  }
});
afterAll(async () => await ground.stop());

const nextOf = ({ body }: Reply): string => body.link.find(({ relation }: Body) => relation === 'next')?.url ?? '';
const first = async (query = '_count=2'): Promise<string> =>
  nextOf(await stranger.get(`/DocumentReference?patient=Patient/${ground.key}&${query}`));
const status = async (id: string, value: string): Promise<Reply> =>
  await ground.as('holder').patch(`/Consent/${id}`, [{ op: 'replace', path: '/status', value }]);

describe('a page', () => {
  it('with one bit changed, wherever it is, is refused in the same words', async () => {
    const address = await first();
    const token = /_page=([\w-]+)/.exec(address)?.[1] ?? '';
    const bytes = Buffer.from(token, 'base64url');
    const answers = await Promise.all(
      [...bytes.keys()]
        .filter((at) => at % 3 === 0)
        .map(async (at) => {
          const changed = Buffer.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
          const { status: answered, text } = await stranger.get(address.replace(token, changed.toString('base64url')));
          return `${answered} ${text}`;
        }),
    );
    expect(answers.length).toBeGreaterThan(30);
    expect([...new Set(answers)]).toHaveLength(1);
    expect(answers[0]).toMatch(/^400 .*This page cannot be opened; search again/);
  });

  it('is for no other caller, nor for the same person in an emergency or in one record', async () => {
    const address = await first();
    const { as } = ground.carnet;
    const others = [
      as(claims.professional({ rpps: '10000000012' })),
      as(claims.professional({ rpps, mode: 'BTG', reason: 'inconscient', patient: ground.key })),
      as(claims.professional({ rpps, scope: 'patient/*.rs', patient: ground.key })),
      as(claims.delegate({ rpps, secretary: { sub: 'secretary-1' } })),
      as(claims.holder(cx(ins))),
      as(claims.structure('130786049')),
    ];
    for (const other of others) expect([400, 403]).toContain((await other.get(address)).status);
    expect((await stranger.get(address)).status).toBe(200);
  });

  it('shows what the profession of now reads, not that of then', async () => {
    const address = await first('_count=1');
    const therapist = ground.carnet.as(claims.professional({ rpps, profession: '91' }));
    expect(idsOf(await stranger.get(address))).toEqual([documents[1]]);
    // No laboratory result is for a speech therapist.
    expect(idsOf(await therapist.get(address))).toEqual([documents[2]]);
  });

  it('shows nothing of what scopes no longer allow', async () => {
    const address = await first();
    const less = ground.carnet.as(claims.professional({ rpps, scope: 'user/Observation.rs' }));
    expect((await less.get(address)).status).toBe(403);
  });
});

describe('between two pages', () => {
  it('a mask takes what it hides, and no page is short', async () => {
    const address = await first();
    expect(idsOf(await stranger.get(address))).toEqual([documents[2], documents[3]]);
    expect((await ground.as('holder').patch(`/DocumentReference/${documents[3]}`, mask)).status).toBe(200);
    const after = await stranger.get(address);
    expect(idsOf(after)).toEqual([documents[2], documents[4]]);
    expect(idsOf(await stranger.get(nextOf(after)))).toEqual([documents[5]]);
  });

  it('a mask of the last row that was shown leaves the place where it was', async () => {
    const address = await first();
    expect((await ground.as('holder').patch(`/DocumentReference/${documents[1]}`, mask)).status).toBe(200);
    expect(idsOf(await stranger.get(address))).toEqual([documents[2], documents[4]]);
  });

  it('the end of a permit leaves nothing of what follows, of the total nor of a history', async () => {
    const address = await first('_count=2&_total=accurate&_include=DocumentReference:patient');
    const history = nextOf(await stranger.get('/DocumentReference/_history?_count=2'));
    expect(history).not.toBe('');
    expect((await status(permit, 'inactive')).status).toBe(200);
    const after = await stranger.get(address);
    expect([after.status, after.body.total, after.body.entry, nextOf(after)]).toEqual([200, 0, undefined, '']);
    const versions = await stranger.get(history);
    expect([versions.status, versions.body.total, versions.body.entry, nextOf(versions)]).toEqual([200, 0, undefined, '']);
    expect((await status(permit, 'active')).status).toBe(200);
    expect(idsOf(await stranger.get(address))).toEqual([documents[4], documents[5]]);
  });

  it('a block leaves nothing of what follows', async () => {
    const address = await first();
    const block = await wish({ type: 'deny', actor: [actor({ rpps })] });
    expect((await stranger.get(address)).body.entry).toBeUndefined();
    expect((await status(block, 'inactive')).status).toBe(200);
  });
});
