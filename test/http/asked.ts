// Requests as they go over the wire, in the name of somebody of the ground.
import { expect } from '@jest/globals';
import type { Ground } from '../interaction/ground.ts';
import { ask, type RawReply } from './raw.ts';

export const fhirJson = 'application/fhir+json; charset=utf-8';

type Sent = { readonly headers?: Readonly<Record<string, string>>; readonly body?: object | string | Buffer };

export async function asked(
  ground: Ground,
  name: Parameters<Ground['as']>[0],
  method: string,
  path: string,
  { headers, body }: Sent = {},
): Promise<RawReply> {
  const sent = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return await ask(ground.carnet.address, {
    method,
    path: `/fhir${path}`,
    headers: {
      authorization: `Bearer ${ground.as(name).token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
}

/** The headers that tell a version. */
export const version = (of: number): object => ({
  etag: `W/"${of}"`,
  'last-modified': expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/),
});
