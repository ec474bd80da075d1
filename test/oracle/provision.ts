// What a Consent says of one resource to one caller at one instant: every element looked at, one after the other.
// https://hl7.org/fhir/R4/consent.html#6.2.5
import { holds, type Interval, periodOf } from '../../src/fhir/instant.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../../src/fhir/json.ts';
import { depositsOf, named } from './envelope.ts';
import { type Asking, remembered, type World } from './world.ts';

/** What provisions ask of a resource. `line`: it and all that it came from. */
export type View = {
  readonly type: string;
  readonly classes: readonly string[];
  readonly category: string | undefined;
  readonly line: readonly string[];
  readonly date: Interval;
  readonly security: readonly string[];
};
export type Moment = { readonly world: World; readonly asking: Asking; readonly now: Date };

const rpps = 'https://rpps.esante.gouv.fr';
const finess = 'https://finess.esante.gouv.fr';
const kinds = 'https://carnet.example/fhir/CodeSystem/consent-kind';
const resourceTypes = 'http://hl7.org/fhir/resource-types';

export const codingText = ({ system, code }: JsonObject): string => `${system}|${code}`;

export function holdsNow(period: unknown, now: Date): boolean {
  if (period === undefined) return true;
  const interval = isObject(period) ? periodOf(period) : undefined;
  return interval !== undefined && holds(interval, now);
}

const active = remembered((world: World) =>
  remembered((kind: Kind) =>
    depositsOf(world)
      .map(({ resource }) => resource)
      .filter((one) => isOfKind(one, kind.code) && one.status === 'active' && !isEnded(world, one)),
  ),
);
const known = { opening: { code: 'opening' }, sharing: { code: 'sharing' }, mandate: { code: 'mandate' } };
type Kind = { readonly code: string };

/** The Consents of a kind that say something now. */
export function consentsOf({ world, now }: Pick<Moment, 'world' | 'now'>, kind: keyof typeof known): readonly JsonObject[] {
  return active(world)(known[kind]).filter((one) => holdsNow(rootOf(one).period, now));
}

export function isOfKind({ resourceType, category }: JsonObject, kind: string): boolean {
  const codings = objectsOf(category).flatMap(({ coding }) => objectsOf(coding));
  return resourceType === 'Consent' && codings.some((one) => one.system === kinds && one.code === kind);
}

/** A declaration of the médecin traitant ends the previous one, and any block that names him. */
export function isEnded(world: World, consent: JsonObject): boolean {
  if (!isOfKind(consent, 'sharing')) return false;
  const all = depositsOf(world).map(({ resource }) => resource);
  const later = all.slice(all.indexOf(consent) + 1).filter((one) => isOfKind(one, 'sharing') && one.status === 'active');
  return later.some((one) => {
    const [declared] = objectsOf(rootOf(one).actor).filter((actor) => roleOf(actor) === 'PCP');
    if (declared === undefined) return false;
    const root = rootOf(consent);
    const actors = objectsOf(root.actor);
    if (root.type === 'permit') return actors.some((actor) => roleOf(actor) === 'PCP');
    return !saysMore(root) && actors.some((actor) => isSameActor(actor, declared));
  });
}

function isSameActor({ reference: one }: JsonObject, { reference: other }: JsonObject): boolean {
  const value = (of: unknown): unknown => (isObject(of) && isObject(of.identifier) ? of.identifier.value : undefined);
  return value(one) !== undefined && value(one) === value(other);
}

export const rootOf = ({ provision }: JsonObject): JsonObject => (isObject(provision) ? provision : {});

function identifies(identifier: unknown, asking: Asking): boolean {
  if (!isObject(identifier)) return false;
  if (identifier.system === rpps) return asking.rpps !== undefined && identifier.value === asking.rpps;
  return identifier.system === finess && asking.finess !== undefined && identifier.value === asking.finess;
}

/** Is he a member, in period, of the team of that reference? */
export function isMember({ world, asking, now }: Moment, reference: string): boolean {
  const team = named(world, reference)?.resource;
  if (team === undefined || team.status !== 'active' || !holdsNow(team.period, now)) return false;
  return objectsOf(team.participant).some(
    ({ period, member }) => holdsNow(period, now) && isObject(member) && identifies(member.identifier, asking),
  );
}

/** Does an actor of a provision mean the caller? */
export function isNamed(moment: Moment, { reference }: JsonObject): boolean {
  if (!isObject(reference)) return false;
  const literal = textOf(reference.reference);
  if (literal === undefined) return identifies(reference.identifier, moment.asking);
  if (literal.startsWith('RelatedPerson/')) return literal === `RelatedPerson/${moment.asking.related}`;
  return literal.startsWith('CareTeam/') && isMember(moment, literal);
}

export const roleOf = ({ role }: JsonObject): unknown => (isObject(role) ? objectsOf(role.coding)[0]?.code : undefined);

/** The conditions on the caller and the time, which no resource bears on. */
export function meansCaller(moment: Moment, provision: JsonObject): boolean {
  const actors = objectsOf(provision.actor);
  const purposes = objectsOf(provision.purpose).map(({ code }) => code);
  const isInMode =
    purposes.length > 0 ? purposes.includes(moment.asking.mode) : provision.type === 'deny' || moment.asking.mode === 'TREAT';
  return (
    isInMode && holdsNow(provision.period, moment.now) && (actors.length === 0 || actors.some((actor) => isNamed(moment, actor)))
  );
}

/** A resource seen as several things is meant by a permit where each of them is, by a deny where one of them is. */
function ofViews(type: unknown, views: readonly View[], is: (view: View) => boolean): boolean {
  return type === 'permit' ? views.every(is) : views.some(is);
}

function meansResource(provision: JsonObject, views: readonly View[]): boolean {
  const classes = objectsOf(provision.class);
  const codes = objectsOf(provision.code).flatMap(({ coding }) => objectsOf(coding).map(codingText));
  const labels = objectsOf(provision.securityLabel).map(codingText);
  const data = objectsOf(provision.data).map(({ reference }) => (isObject(reference) ? textOf(reference.reference) : undefined));
  const asked = isObject(provision.dataPeriod) ? periodOf(provision.dataPeriod) : undefined;
  const conditions: readonly (readonly [boolean, (view: View) => boolean])[] = [
    [
      classes.length > 0,
      ({ type, classes: its }) =>
        classes.some(({ system, code }) => (system === resourceTypes ? code === type : its.includes(`${system}|${code}`))),
    ],
    [codes.length > 0, ({ category }) => category !== undefined && codes.includes(category)],
    [labels.length > 0, ({ security }) => labels.some((label) => security.includes(label))],
    [data.length > 0, ({ line }) => data.some((one) => one !== undefined && line.includes(one))],
    [provision.dataPeriod !== undefined, ({ date }) => asked !== undefined && asked.low <= date.high && date.low <= asked.high],
  ];
  return conditions.every(([isAsked, holds_]) => !isAsked || ofViews(provision.type, views, holds_));
}

/** F(p) = cover(p) ∧ ¬( F(c1) ∨ F(c2) ∨ … ) */
export function means(moment: Moment, provision: JsonObject, views: readonly View[]): boolean {
  if (!meansCaller(moment, provision) || !meansResource(provision, views)) return false;
  return !objectsOf(provision.provision).some((nested) => means(moment, nested, views));
}

/** The elements that say more than type, period, actor. */
export function saysMore(provision: JsonObject): boolean {
  return Object.keys(provision).some((name) => !['type', 'period', 'actor'].includes(name));
}

/** Whatever the resource may be. */
export function meansEverything(moment: Moment, provision: JsonObject): boolean {
  const asks = ['class', 'code', 'securityLabel', 'data', 'dataPeriod'].some((name) => provision[name] !== undefined);
  return (
    meansCaller(moment, provision) && !asks && objectsOf(provision.provision).every((nested) => meansNothing(moment, nested))
  );
}

function meansNothing(moment: Moment, provision: JsonObject): boolean {
  return !meansCaller(moment, provision) || objectsOf(provision.provision).some((nested) => meansEverything(moment, nested));
}

/** Named by his RPPS. */
export function isHimself(asking: Asking, { reference }: JsonObject): boolean {
  const identifier = isObject(reference) ? reference.identifier : undefined;
  return isObject(identifier) && identifier.system === rpps && identifies(identifier, asking);
}
