// Uses an activation code as its person types it.
import { digestOf, readActivationCode } from '../../src/identity/activation-code.ts';
import type { Ins } from '../../src/identity/caller.ts';
import type { Consumed } from '../../src/store/activation.ts';
import type { Store } from '../../src/store/store.ts';

type Typed = { readonly ins: Ins; readonly typed: string; readonly now: Date };

export async function activate({ activations }: Pick<Store, 'activations'>, { ins, typed, now }: Typed): Promise<Consumed> {
  const code = readActivationCode(typed);
  if (code === undefined) throw new Error('no activation code');
  return await activations.consume(ins, digestOf(ins, code), now);
}
