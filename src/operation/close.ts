// $close: the holder closes his record, which nobody else reads from then on.
// Its definition: profiles/OperationDefinition-close.json
import type { Answer, Context } from '../interaction/context.ts';
import { closeRecord } from '../interaction/opening.ts';
import { inputOf } from './input.ts';
import { type Call, idOf } from './operation.ts';
import { lifeOf } from './record-life.ts';

export async function close(context: Context, call: Call): Promise<Answer> {
  inputOf(context.conformance, 'close', call);
  return lifeOf(context, await closeRecord(context, idOf(call)));
}
