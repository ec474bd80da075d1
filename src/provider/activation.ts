// A patient makes his account with the activation code that he was given, once.
import { digestOf, readActivationCode } from '../identity/activation-code.ts';
import type { Ins } from '../identity/caller.ts';
import type { Consumed } from '../store/activation.ts';
import type { Store } from '../store/store.ts';

/** `misspelt`: no code at all, which counts as no try. What is wrong is told alike whether or not the INS has a code. */
export type Activated = Consumed | 'misspelt';

/** `typed`: as the patient read it off his letter. Inside a transaction of the store the code is used if all of that comes about. */
export async function activate(
  { activations }: Pick<Store, 'activations'>,
  { ins, typed, now }: { readonly ins: Ins; readonly typed: string; readonly now: Date },
): Promise<Activated> {
  const code = readActivationCode(typed);
  return code === undefined ? 'misspelt' : await activations.consume(ins, digestOf(ins, code), now);
}
