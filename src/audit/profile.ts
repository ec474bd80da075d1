// The BALP profiles that a trace meets: those of successes, and of acts by a token that has an id.
// https://profiles.ihe.net/ITI/BALP/content.html
import { type Interaction, isWriting, type Told } from './told.ts';

const patterns: ReadonlyMap<Interaction, string> = new Map([
  ['read', 'Read'],
  ['vread', 'Read'],
  ['search-type', 'Query'],
  ['search-system', 'Query'],
  ['create', 'Create'],
  ['update', 'Update'],
  ['patch', 'Update'],
  ['delete', 'Delete'],
]);
const canonical = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.';

export function profilesOf(told: Told): readonly string[] {
  const pattern = patternOf(told);
  return [
    ...(pattern === undefined ? [] : [`${canonical}${told.patient === undefined ? '' : 'Patient'}${pattern}`]),
    ...(namesToken(told) ? [`${canonical}OAUTHaccessTokenUse.Minimal`] : []),
  ];
}

/** The agent who asked carries the id of his token, which BALP does not have in a delete. */
export function namesToken({ caller, interaction }: Pick<Told, 'caller' | 'interaction'>): boolean {
  return caller.token !== undefined && interaction !== 'delete';
}

/** A resource is read or written, a query is told; who writes in another's name is no author. */
function patternOf(told: Told): string | undefined {
  const { caller, interaction, status, requested, resources } = told;
  const pattern = patterns.get(interaction);
  if (status >= 400 || requested.address === undefined) return undefined;
  if (isWriting(told) && caller.who.kind === 'delegate') return undefined;
  return pattern === 'Query' || resources.length > 0 ? pattern : undefined;
}

/** The one System Object that BALP wants: what is read or written, before what is written with it; else it is the question. */
export function objectOf(told: Pick<Told, 'interaction' | 'resources'>): string | undefined {
  const { resources } = told;
  return isOfOne(told) ? (resources.find((one) => !one.startsWith('Binary/')) ?? resources[0]) : undefined;
}

export function isOfOne({ interaction }: Pick<Told, 'interaction'>): boolean {
  const pattern = patterns.get(interaction);
  return pattern !== undefined && pattern !== 'Query';
}
