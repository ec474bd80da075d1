// $reopen: the holder reopens his record, where all is as it was.
// Its definition: profiles/OperationDefinition-reopen.json
import type { Answer, Context } from '../interaction/context.ts';
import { reopenRecord } from '../interaction/opening.ts';
import { inputOf } from './input.ts';
import { type Call, idOf } from './operation.ts';
import { lifeOf } from './record-life.ts';

export async function reopen(context: Context, call: Call): Promise<Answer> {
  inputOf(context.conformance, 'reopen', call);
  return lifeOf(context, await reopenRecord(context, idOf(call)));
}
