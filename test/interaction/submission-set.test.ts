// The SubmissionSet that the server makes for a document pushed alone. https://profiles.ihe.net/ITI/MHD/ITI-105.html
import { describe, expect, it } from '@jest/globals';
import type { Body } from '../carnet.ts';
import { actor, consent, document, mask } from '../resources.ts';
import { openGround } from './ground.ts';

describe('its SubmissionSet', () => {
  it('comes with a document that is pushed alone, and is as hidden as that', async () => {
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
    expect((await ground.as('stranger').get(`/List/${resource.id}`)).status).toBe(200);
    await ground.as('holder').patch(`/DocumentReference/${pushed.body.id}`, mask);
    expect((await ground.as('stranger').get(`/List/${resource.id}`)).status).toBe(404);
    expect((await ground.as('hospital').get(`/List/${resource.id}`)).headers.etag).toBe('W/"1"');
    await ground.stop();
  });
});
