// $request-erasure: the holder of a closed record asks for all that it holds to be erased.
// Its definition: profiles/OperationDefinition-request-erasure.json
import type { Answer, Context } from '../interaction/context.ts';
import { askErasure } from '../interaction/opening.ts';
import { inputOf } from './input.ts';
import { type Call, idOf } from './operation.ts';
import { lifeOf } from './record-life.ts';

export async function requestErasure(context: Context, call: Call): Promise<Answer> {
  inputOf(context.conformance, 'request-erasure', call);
  return lifeOf(context, await askErasure(context, idOf(call)));
}
