// What every answer that is an error has in common.
import { expect } from '@jest/globals';
import type { Body } from '../carnet.ts';
import type { RawReply } from './raw.ts';

/** An OperationOutcome that says what is wrong, where, and nothing of how the server is made. */
export function expectOutcome(
  reply: Pick<RawReply, 'status' | 'headers' | 'text' | 'body'>,
  status: number,
  expression?: string,
): void {
  const { body, headers, text } = reply;
  expect({ status: reply.status, text: reply.status === status ? '' : text }).toEqual({ status, text: '' });
  expect(headers['content-type']).toBe('application/fhir+json; charset=utf-8');
  expect(body.resourceType).toBe('OperationOutcome');
  expect(body.issue.length).toBeGreaterThan(0);
  for (const issue of body.issue) {
    expect(issue).toMatchObject({ severity: 'error', code: expect.any(String), diagnostics: expect.any(String) });
  }
  if (expression !== undefined) expect(expressionsOf(body)).toContain(expression);
  expect(text).not.toMatch(/mongo|\bat .*\.(ts|js):|node_modules|TypeError|RangeError|MongoServerError|undefined/i);
}

export function expressionsOf(body: Body): readonly string[] {
  return body.issue.flatMap(({ expression = [] }: Body) => expression);
}
