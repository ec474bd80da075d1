// Asking with a token at a fixed instant: the caller, or the refusal with its challenge.
import { expect } from '@jest/globals';
import { Refusal } from '../../src/fhir/outcome.ts';
import { authenticate } from '../../src/identity/authenticate.ts';
import type { Caller } from '../../src/identity/caller.ts';
import { testIssuer } from './issuer.ts';
import { trustOf } from './trust-of.ts';

export const now = new Date('2026-03-01T10:00:00Z');
export const issuer = testIssuer({ now: () => now });
/** Trusted beside `issuer`, for structures only. */
export const hospital = testIssuer({ now: () => now, issuer: 'https://hospital.example', kinds: ['structure'] });
export const trust = trustOf([issuer.trusted, hospital.trusted]);

export const ask = (token: string, when = now): Promise<Caller> => authenticate(trust, `Bearer ${token}`, when);

export async function refusal(asked: Promise<Caller>): Promise<Refusal> {
  const error = await asked.then(
    (caller) => caller,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refusal)) throw new Error(`not refused: ${JSON.stringify(error)}`);
  return error;
}

export async function expectInvalid(token: string, when = now): Promise<void> {
  const { status, reason, headers } = await refusal(ask(token, when));
  expect({ status, reason }).toEqual({ status: 401, reason: 'unauthorized' });
  expect(headers['WWW-Authenticate']).toMatch(
    /^Bearer realm="carnet", error="invalid_token", error_description="[\x20-\x21\x23-\x5b\x5d-\x7e]+"$/,
  );
}
