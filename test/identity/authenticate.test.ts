import { expect, test } from '@jest/globals';
import { authenticate } from '../../src/identity/authenticate.ts';
import { issuer, now, refusal, trust } from './asking.ts';
import { claims } from './issuer.ts';

const token = issuer.token(claims.structure('750712184'));
test.each([undefined, '', 'Basic dTpw', token])('without a Bearer token the challenge has no error: %#', async (header) => {
  const { status, headers } = await refusal(authenticate(trust, header, now));
  expect({ status, challenge: headers['WWW-Authenticate'] }).toEqual({ status: 401, challenge: 'Bearer realm="carnet"' });
});

test.each(['Bearer', 'Bearer ', `Bearer ${token} ${token}`, `Bearer ${token},`, `Bearer "${token}"`])(
  'malformed: %#',
  async (header) => {
    const { headers } = await refusal(authenticate(trust, header, now));
    expect(headers['WWW-Authenticate']).toContain('error="invalid_token"');
  },
);

test('the scheme is read without regard to case', async () => {
  expect((await authenticate(trust, `bearer ${token}`, now)).id).toBe('s:750712184');
});
