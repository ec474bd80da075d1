// $close, $reopen and $request-erasure: the holder closes his record, reopens it, or asks for what the closed one holds to be erased.
// Their definitions: profiles/OperationDefinition-close.json, -reopen.json, -request-erasure.json
import type { AccessRecord } from '../access/record.ts';
import type { Context } from '../interaction/context.ts';
import { askErasure, closeRecord, reopenRecord } from '../interaction/opening.ts';
import { inputOf } from './input.ts';
import { idOf, type Operation } from './operation.ts';
import { lifeOf } from './record-life.ts';

export const close = living('close', closeRecord);
export const reopen = living('reopen', reopenRecord);
export const requestErasure = living('request-erasure', askErasure);

function living(name: string, write: (context: Context, id: string) => Promise<AccessRecord>): Operation {
  return async (context, call) => {
    inputOf(context.conformance, name, call);
    return lifeOf(context, await write(context, idOf(call)));
  };
}
