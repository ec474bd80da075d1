// The operations that the server has, by name; where each stands is read from its OperationDefinition.
// https://hl7.org/fhir/R4/operationdefinition.html
import { ownOperation } from '../conformance/capability.ts';
import type { Conformance } from '../conformance/conformance.ts';
import { activationCode } from './activation-code.ts';
import { explainAccess } from './explain-access.ts';
import { close, reopen, requestErasure } from './life.ts';
import { mask, unmask } from './mask.ts';
import { narrate } from './narrate.ts';
import type { Operation } from './operation.ts';
import { recordStatus } from './record-status.ts';
import { revoke, unblock } from './revoke.ts';
import { validate } from './validate.ts';
import { authorise, block, declareMedecinTraitant } from './wish.ts';

export const operations: Readonly<Record<string, Operation>> = {
  validate,
  'explain-access': explainAccess,
  'activation-code': activationCode,
  authorise,
  block,
  'declare-medecin-traitant': declareMedecinTraitant,
  revoke,
  unblock,
  mask,
  unmask,
  narrate,
  'record-status': recordStatus,
  close,
  reopen,
  'request-erasure': requestErasure,
};

export type Place = { readonly on: 'type' | 'instance'; readonly method: 'get' | 'post' };

/** What changes nothing may be asked for by GET as well. */
export function placesOf({ published }: Pick<Conformance, 'published'>, name: string): readonly Place[] {
  // A GET of the type would have no resource to validate.
  if (name === 'validate') return [{ on: 'type', method: 'post' }, ...both('instance')];
  const { type, instance, affectsState } = published(ownOperation(name));
  const on = [...(type === true ? ['type' as const] : []), ...(instance === true ? ['instance' as const] : [])];
  return on.flatMap((place) => (affectsState === false ? both(place) : [{ on: place, method: 'post' as const }]));
}

function both(on: Place['on']): readonly Place[] {
  return [
    { on, method: 'get' },
    { on, method: 'post' },
  ];
}
