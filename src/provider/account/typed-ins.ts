// An INS as a person types it off his card: fifteen characters, the two of the key included, in whatever groups.
// https://esante.gouv.fr/produits-services/referentiel-ins

import type { Ins } from '../../identity/caller.ts';
import { hasRightKey, insOf } from '../../identity/identifiers.ts';
import { insSystems } from '../../identity/systems.ts';

/** Whose it may be: one for each authority. None: it is misspelt. */
export function readTypedIns(typed: string): readonly Ins[] {
  const value = typed
    .slice(0, 60)
    .replaceAll(/[\s.\p{Pd}]/gu, '')
    .toUpperCase();
  return insSystems.flatMap((system) => {
    const ins = insOf(system, value);
    return ins !== undefined && hasRightKey(ins) ? [ins] : [];
  });
}
