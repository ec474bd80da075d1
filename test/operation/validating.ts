// What the tables of $validate share: a document in an open record, and requests about it.
import { expect } from '@jest/globals';
import type { Body } from '../carnet.ts';
import { asked } from '../http/asked.ts';
import type { RawReply } from '../http/raw.ts';
import { type Ground, idIn, type Name, openGround, written } from '../interaction/ground.ts';
import { document } from '../resources.ts';

export type Resource = { readonly [name: string]: unknown };
export type Validating = {
  readonly ground: Ground;
  /** Of the hospital's document. */
  readonly id: string;
  readonly valid: (more?: Resource) => Resource;
  /** `ID` and `KEY` in the path stand for the document and its record. */
  readonly sent: (name: Name, path: string, body?: Resource | string, method?: string) => Promise<RawReply>;
};

export async function openValidating(): Promise<Validating> {
  const ground = await openGround();
  const id = idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
  return {
    ground,
    id,
    valid: (more = {}) => document(ground.key, '34112-3', { author: [{ display: 'Dr Martin' }], ...more }),
    sent: async (name, path, body, method = 'POST') => {
      const text = typeof body === 'object' ? JSON.stringify(body) : body;
      const at = path.replaceAll('ID', id).replaceAll('KEY', ground.key);
      return await asked(ground, name, method, at, text === undefined ? {} : { body: text });
    },
  };
}

/** 200, with each issue as `code expression`. */
export function found(reply: RawReply): readonly string[] {
  expect([reply.status, reply.body.resourceType]).toEqual([200, 'OperationOutcome']);
  return reply.body.issue.map(({ severity, code, expression = [] }: Body) =>
    severity === 'information' ? 'all ok' : `${code} ${expression[0] ?? '-'}`,
  );
}
