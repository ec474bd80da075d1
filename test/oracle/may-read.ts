// Who may read what, word for word as the law has it: slow, one resource at a time, and apart from the server's compiler.
// https://hl7.org/fhir/R4/consent.html
import { addMonths, intervalOf, startOfDay } from '../../src/fhir/instant.ts';
import { type JsonObject, objectsOf } from '../../src/fhir/json.ts';
import {
  type Envelope,
  envelopeOf,
  inherited,
  isPointing,
  lineOf,
  named,
  ownEnvelope,
  ownLabels,
  type Saw,
  successors,
  visibility,
} from './envelope.ts';
import {
  codingText,
  consentsOf,
  holdsNow,
  isEnded,
  isHimself,
  isMember,
  isNamed,
  isOfKind,
  type Moment,
  means,
  meansCaller,
  meansEverything,
  roleOf,
  rootOf,
  saysMore,
  type View,
} from './provision.ts';
import { mainDateOf, mayReadCategory } from './statute.ts';
import { type Asking, type Deposit, type Depositor, nameOf, type Regime, remembered, type World } from './world.ts';

/** The line of the formula that decided. */
export type Reason = string;
export type Answer = { readonly may: boolean; readonly reason: Reason };

const yes = (reason: Reason): Answer => ({ may: true, reason });
const no = (reason: Reason): Answer => ({ may: false, reason: `not: ${reason}` });

const healthProfession = 'https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante';
const guardianships = new Set(['GUARD', 'PRN', 'MTH', 'FTH', 'NPRN', 'NMTH', 'NFTH', 'ADOPTP', 'ADOPTM', 'ADOPTF']);
const identity = new Set(['Patient', 'RelatedPerson']);

export function mayRead(regime: Regime, world: World, asking: Asking, now: Date, deposit: Deposit): Answer {
  const moment = { world, asking, now };
  const { kind } = asking;
  if (kind === 'delegate' || kind === 'feeder' || kind === 'agent' || kind === 'operator') return no('reads nothing');
  if (asking.bound !== undefined && asking.bound !== world.key) return no('another record');
  if (!inWindow(regime, now, deposit)) return no('outside the window');
  const isOwn = isDepositor(asking, world, deposit);
  // Nothing is hidden from its own depositor by inheritance, where it only points.
  const envelope = isOwn && isPointing(deposit) ? ownEnvelope(world, deposit) : envelopeOf(world, deposit, saw(regime));
  const held = envelope.hold !== undefined && now < envelope.hold;
  if (kind === 'holder') {
    if (asking.holds !== world.key) return no('another record');
    return held ? no('held') : yes('holder');
  }
  if (!isOpen(regime, moment)) return no('closed');
  if (kind === 'related') return asRelated(moment, deposit, envelope, held);
  if (kind === 'structure') return asStructure(moment, deposit);
  return asProfessional(regime, moment, deposit, envelope);
}

/** Reading what he pointed at, at the deposit. */
const saw = remembered(
  (regime: Regime): Saw =>
    (then, { by, at }, target) =>
      mayRead(regime, then, asDepositor(by, then), at, target).may,
);

function asDepositor(by: Depositor, { key }: World): Asking {
  switch (by.kind) {
    case 'professional':
      return { ...by, mode: 'TREAT' };
    case 'holder':
      return { kind: 'holder', holds: key, mode: 'TREAT' };
    default:
      return { ...by, mode: 'TREAT' };
  }
}

function inWindow({ claimsMonths }: Regime, now: Date, { by, resource, at }: Deposit): boolean {
  return by.kind !== 'feeder' || mainDateOf(resource, at).low >= addMonths(startOfDay(now), -claimsMonths);
}

function isOpen({ opening }: Regime, moment: Moment): boolean {
  const said = consentsOf(moment, 'opening').map((consent) => rootOf(consent).type);
  return !said.includes('deny') && (opening === 'opt-out' || said.includes('permit'));
}

function isDepositor(asking: Asking, { key }: World, { by }: Deposit): boolean {
  switch (by.kind) {
    case 'professional':
      return asking.kind === 'professional' && asking.rpps === by.rpps;
    case 'structure':
      return asking.kind === 'structure' && asking.finess === by.finess;
    case 'holder':
      return asking.kind === 'holder' && asking.holds === key;
    case 'related':
      return asking.kind === 'related' && asking.related === by.related;
    default:
      return false;
  }
}

/** A guardian while the period runs; of a child, until the day of eighteen begins. */
function isInCharge({ world, asking, now }: Moment): boolean {
  const person = named(world, `RelatedPerson/${asking.related}`)?.resource;
  if (person === undefined || person.active === false || !holdsNow(person.period, now)) return false;
  const roles = objectsOf(person.relationship).flatMap(({ coding }) => objectsOf(coding).map(({ code }) => String(code)));
  if (!roles.some((role) => guardianships.has(role))) return false;
  const patient = named(world, `Patient/${world.key}`)?.resource;
  const birth = intervalOf(String(patient?.birthDate));
  if (birth === undefined) return false;
  const majority = addMonths(birth.low, 18 * 12);
  // A guardian's charge is a protection measure, which has an end of its own.
  return roles.includes('GUARD') || now < majority;
}

function asRelated(moment: Moment, deposit: Deposit, envelope: Envelope, held: boolean): Answer {
  const { labels } = envelope;
  if (held) return no('held');
  if (labels.has('INVISIBLE_REPRESENTANTS_LEGAUX')) return no('INVISIBLE_REPRESENTANTS_LEGAUX');
  if (isInCharge(moment)) return yes('representative');
  const type = String(deposit.resource.resourceType);
  const mandates = consentsOf(moment, 'mandate').map(rootOf);
  const views = viewsOf(moment.world, deposit, envelope.categories);
  if (identity.has(type)) {
    const named = mandates.filter((root) => objectsOf(root.actor).some((actor) => isNamed(moment, actor)));
    return named.some((root) => meansCaller(moment, root)) ? yes('relative sees the person') : no('no mandate');
  }
  if (type === 'Consent' || type === 'CareTeam') return no('a rule, to a relative');
  if (labels.has('MASQUE_PS')) return no('MASQUE_PS, to a relative');
  return mandates.some((root) => root.type === 'permit' && means(moment, root, views)) ? yes('relative') : no('no mandate');
}

function asStructure(moment: Moment, deposit: Deposit): Answer {
  const type = String(deposit.resource.resourceType);
  if (isBlocked(moment)) return no('structure blocked');
  if (identity.has(type) || type === 'Consent' || type === 'CareTeam') return no('a rule, to a structure');
  return isDepositor(moment.asking, moment.world, deposit) ? yes('structure, depositor') : no('not its deposit');
}

/** A sharing deny in force whose root has actors, one of them the caller or his structure, and otherwise type and period at most. */
function isBlocked(moment: Moment): boolean {
  return consentsOf(moment, 'sharing')
    .map(rootOf)
    .some((root) => root.type === 'deny' && !saysMore(root) && objectsOf(root.actor).some((actor) => isNamed(moment, actor)));
}

function treating(moment: Moment, role: 'PCP' | 'ATTPHYS'): boolean {
  const { profession, specialities = [], mode } = moment.asking;
  const isDoctor = profession?.system === healthProfession && profession.code === '10' && !specialities.includes('SM25');
  if (!isDoctor || mode !== 'TREAT') return false;
  return consentsOf(moment, 'sharing')
    .map(rootOf)
    .some(
      (root) => root.type === 'permit' && objectsOf(root.actor).some((actor) => roleOf(actor) === role && isNamed(moment, actor)),
    );
}

type Sharing = { readonly permits: readonly JsonObject[]; readonly denies: readonly JsonObject[]; readonly all: boolean };

function sharingOf(regime: Regime, moment: Moment): Sharing {
  const roots = consentsOf(moment, 'sharing').map(rootOf);
  const { mode } = moment.asking;
  const counts = (root: JsonObject): boolean =>
    root.type === 'permit' && meansCaller(moment, root) && (objectsOf(root.actor).length > 0 || mode !== 'TREAT');
  return {
    permits: roots.filter(counts),
    denies: roots.filter(({ type }) => type === 'deny'),
    all: mode !== 'TREAT' && regime.emergency === 'objection',
  };
}

function asProfessional(regime: Regime, moment: Moment, deposit: Deposit, envelope: Envelope): Answer {
  const { asking, world } = moment;
  const type = String(deposit.resource.resourceType);
  const isOccupational = asking.specialities?.includes('SM25') === true;
  if (isOccupational && regime.occupationalPhysician === 'never') return no('occupational physician');
  if (treating(moment, 'PCP')) return yes('médecin traitant');
  const { permits, denies, all } = sharingOf(regime, moment);
  const usable = isOccupational
    ? permits.filter((root) => objectsOf(root.actor).some((actor) => isHimself(asking, actor)))
    : permits;
  // What lets him in at all is a permit that names him.
  if (isOccupational && usable.length === 0) return no('occupational physician');
  const isMasked = envelope.labels.has('MASQUE_PS') && !isDepositor(asking, world, deposit);
  if (
    isMasked &&
    (identity.has(type) || type === 'Consent' || type === 'CareTeam') &&
    !isOfOwnStructure(asking, world, deposit, regime) &&
    !treating(moment, 'ATTPHYS')
  )
    return no('MASQUE_PS');
  if (isBlocked(moment)) return no('blocked');
  if (type === 'CareTeam' && isMember(moment, nameOf(deposit))) return yes('member');
  if (treating(moment, 'ATTPHYS')) return yes('same rights');
  const lacksCard =
    regime.professionalAccess === 'consent+vitale' && asking.mode === 'TREAT' && asking.card?.includes(world.ins) !== true;
  if (identity.has(type)) {
    const objected = denies.some((root) => meansEverything(moment, root));
    if (usable.length > 0) return yes('sees the person');
    return all && !isOccupational && !objected ? yes('sees the person in an emergency') : no('no permit for the person');
  }
  if (type === 'CareTeam') return no('not a member');
  if (type === 'Consent') return consentToProfessional(moment, deposit);
  if (isDepositor(asking, world, deposit)) return yes('depositor');
  if (lacksCard) return no('no card');
  const { profession } = asking;
  const views = viewsOf(world, deposit, envelope.categories);
  if (!(all && !isOccupational) && !usable.some((root) => means(moment, root, views))) return no('no permit');
  if (denies.some((root) => means(moment, root, views))) return no('denied');
  if (!envelope.categories.every((one) => one !== undefined && profession !== undefined && mayReadCategory(profession, one)))
    return no('matrix');
  if (envelope.labels.has('MASQUE_PS')) {
    return isOfOwnStructure(asking, world, deposit, regime) ? yes('masked, own structure') : no('MASQUE_PS');
  }
  return yes(all ? 'emergency without objection' : asking.mode === 'TREAT' ? 'permit' : 'emergency permit');
}

/** One that permits him now, for whatever purpose, has no nested provision and names no other person or document. */
function consentToProfessional(moment: Moment, { resource }: Deposit): Answer {
  const root = rootOf(resource);
  const actors = objectsOf(root.actor);
  const permits =
    isOfKind(resource, 'sharing') && resource.status === 'active' && !isEnded(moment.world, resource) && root.type === 'permit';
  const bare = objectsOf(root.provision).length === 0 && objectsOf(root.data).length === 0 && holdsNow(root.period, moment.now);
  return permits && bare && actors.length > 0 && actors.every((actor) => isNamed(moment, actor))
    ? yes('his own permit')
    : no('not his permit');
}

/** Each of what hides it behind a mask was deposited by his structure. */
function isOfOwnStructure(asking: Asking, world: World, deposit: Deposit, regime: Regime): boolean {
  const { finess } = asking;
  const { by } = deposit;
  const deposited = (by.kind === 'professional' || by.kind === 'structure') && by.finess === finess;
  const isMasked = inherited(world, deposit, saw(regime)).labels.has('MASQUE_PS');
  const reads = finess !== undefined && (deposited || !isMasked);
  return reads && successors(world, deposit).every((one) => isOfOwnStructure(asking, world, one, regime));
}

/** One for each category, and those of what supersedes it; its own date and its own `meta.security` in all. */
function viewsOf(world: World, deposit: Deposit, categories: readonly (string | undefined)[]): readonly View[] {
  const { resource, at } = deposit;
  const security = ownLabels(world, deposit).map((code) => `${visibility}|${code}`);
  const date = mainDateOf(resource, at);
  const seenAs = (one: Deposit, category: string | undefined): View => ({
    type: String(resource.resourceType),
    classes: objectsOf(one.resource.category).flatMap(({ coding }) => objectsOf(coding).map(codingText)),
    category,
    line: lineOf(world, one),
    date,
    security,
  });
  const all = (one: Deposit): readonly Deposit[] => [one, ...successors(world, one).flatMap(all)];
  const each = categories.length === 0 ? [undefined] : categories;
  return all(deposit).flatMap((one) => each.map((category) => seenAs(one, category)));
}
