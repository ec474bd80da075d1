// The SubmissionSet that the server makes for a document pushed alone. https://profiles.ihe.net/ITI/MHD/ITI-105.html
import { describe, expect, it } from '@jest/globals';
import type { Body } from '../carnet.ts';
import { actor, consent, document, label, mask, visibility } from '../resources.ts';
import { type Name, openGround } from './ground.ts';

const json = { 'Content-Type': 'application/fhir+json' };

describe('its SubmissionSet', () => {
  it('comes with a document that is pushed alone, for its depositor, the holder and the médecin traitant', async () => {
    const ground = await openGround();
    const pushed = await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'));
    const asked = `/List?patient=${ground.key}&code=submissionset&status=current`;
    const found = await ground.as('hospital').get(asked);
    expect(found.body.entry.map(({ resource }: Body) => resource.entry[0].item.reference)).toEqual([
      `DocumentReference/${pushed.body.id}`,
    ]);
    const [{ resource }] = found.body.entry;
    expect(resource.extension[0].valueIdentifier.value).toBe('750712184');
    const permit = { type: 'permit', actor: [actor({ rpps: '10000000010' })] };
    await ground.as('holder').post('/Consent', consent('sharing', ground.key, permit));
    const statusOf = async (name: Name, path: string): Promise<number> => (await ground.as(name).get(path)).status;
    const path = `/List/${resource.id}`;
    // A consent that lets the document be read says nothing of the set.
    expect(await statusOf('stranger', `/DocumentReference/${pushed.body.id}`)).toBe(200);
    for (const [name, status] of [
      ['stranger', 404],
      ['clinic', 404],
      ['holder', 200],
      ['doctor', 200],
    ] as const)
      expect([name, await statusOf(name, path)]).toEqual([name, status]);
    for (const operations of [
      [{ op: 'add', path: '/meta/security/-', value: { system: visibility, code: 'MASQUE_PS' } }],
      [{ op: 'remove', path: '/meta/security/0' }],
    ]) {
      expect((await ground.as('holder').patch(path, operations)).status).toBe(200);
      expect(await statusOf('stranger', path)).toBe(404);
    }
    const { meta: _meta, ...again } = resource;
    expect((await ground.as('hospital').send('PUT', path, json, JSON.stringify({ ...again, title: 'Envoi' }))).status).toBe(200);
    expect([await statusOf('stranger', path), await statusOf('doctor', path)]).toEqual([404, 200]);
    const held = await ground
      .as('hospital')
      .post('/DocumentReference', document(ground.key, '34112-3', { securityLabel: [label('INVISIBLE_PATIENT')] }));
    const sets = await ground.as('hospital').get(asked);
    const own = sets.body.entry.find(({ resource: one }: Body) => one.entry[0].item.reference.endsWith(held.body.id)).resource.id;
    expect([await statusOf('holder', `/List/${own}`), await statusOf('doctor', `/List/${own}`)]).toEqual([404, 200]);
    await ground.as('holder').patch(`/DocumentReference/${pushed.body.id}`, mask);
    expect((await ground.as('hospital').get(path)).headers.etag).toBe('W/"4"');
    await ground.stop();
  });
});
