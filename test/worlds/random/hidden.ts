// Which writes of a world its other world may be without: what the caller does not see and does not bear on his rights.
// https://hl7.org/fhir/R4/security.html
import { isObject, type JsonObject, objectsOf } from '../../../src/fhir/json.ts';
import { depositsOf, predecessors, successors } from '../../oracle/envelope.ts';
import { mayRead } from '../../oracle/may-read.ts';
import { roleOf, rootOf } from '../../oracle/provision.ts';
import { type Asking, type Deposit, nameOf, type Regime, type Step, type World } from '../../oracle/world.ts';
import { occupational } from './people.ts';
import { type Group, isBundle } from './written.ts';

const rules = new Set(['Patient', 'RelatedPerson', 'CareTeam']);

/** Names of what is left out. */
export function hiddenFrom(regime: Regime, world: World, asking: Asking, now: Date): ReadonlySet<string> {
  const deposits = depositsOf(world);
  const sees = (deposit: Deposit): boolean => mayRead(regime, world, asking, now, deposit).may;
  const candidates = deposits.filter((deposit) => !sees(deposit) && !rules.has(String(deposit.resource.resourceType)));
  // The feeder reads nothing, and changes what it deposited all the same.
  const isFed = ({ by }: Deposit): boolean => asking.kind === 'feeder' && by.kind === 'feeder';
  const left = new Set(
    candidates.filter(
      (one) => !isFed(one) && (one.resource.resourceType !== 'Consent' || isAboutOthers(world, one.resource, asking)),
    ),
  );
  // What is kept cannot be related to what never was, and that it was superseded may show (conceded).
  for (let settled = false; !settled; ) {
    settled = true;
    for (const one of left)
      if (
        deposits.some(
          (other) => !left.has(other) && (predecessors(world, other).includes(one) || successors(world, other).includes(one)),
        )
      ) {
        left.delete(one);
        settled = false;
      }
  }
  return new Set([...left].map(nameOf));
}

/** Names nobody who is the caller or deposits by it, declares nobody, and decides of nothing that others point at. */
function isAboutOthers(world: World, consent: JsonObject, { kind, rpps, finess, related }: Asking): boolean {
  if (kind !== 'professional' && kind !== 'related') return false;
  const actors = objectsOf(rootOf(consent).actor);
  const mentions = (actor: JsonObject): boolean => {
    const text = JSON.stringify(actor.reference);
    return [rpps, finess, related, occupational.rpps, 'CareTeam'].some((name) => name !== undefined && text.includes(name));
  };
  const isPointedAt = depositsOf(world).some(({ resource }) => ['List', 'Composition'].includes(String(resource.resourceType)));
  return (
    actors.length > 0 &&
    !actors.some((actor) => mentions(actor) || roleOf(actor) !== 'IRCP') &&
    !isPointedAt &&
    isObject(consent.provision)
  );
}

export function isLeft(step: Step, hidden: ReadonlySet<string>): boolean {
  return !hidden.has('resource' in step ? nameOf(step) : step.on);
}

/**
 * Whether the traces of a caller are the same in both worlds. Of what he wrote once and sees no more his own traces tell him (conceded);
 * and what he sees, but inherits a label from what is hidden, takes that label to its traces, which are then of what H's labels hide.
 */
export function tracesAlike(world: World, hidden: ReadonlySet<string>, { rpps }: Asking): boolean {
  const names = [...hidden];
  return depositsOf(world).every((one) => {
    if (hidden.has(nameOf(one))) return !('rpps' in one.by) || one.by.rpps !== rpps;
    const text = JSON.stringify(one.resource);
    return !names.some((name) => text.includes(`"${name}"`));
  });
}

export type Left = { readonly group: Group; readonly bundled: boolean };

/** What was an entry stays one. */
export function without(groups: readonly Group[], hidden: ReadonlySet<string>): readonly Left[] {
  const left = groups.map((group) => ({ group: group.filter((step) => isLeft(step, hidden)), bundled: isBundle(group) }));
  return left.filter(({ group }) => group.length > 0);
}
