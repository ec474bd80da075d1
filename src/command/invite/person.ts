// One person of an invitation: his INS, and what the mailing house is told of him.
// https://esante.gouv.fr/produits-services/referentiel-ins
import { intervalOf } from '../../fhir/instant.ts';
import type { Ins } from '../../identity/caller.ts';
import { hasRightKey, insOf } from '../../identity/identifiers.ts';
import { StartError } from '../start-error.ts';
import type { Fields } from './table.ts';

export type Person = { readonly ins: Ins; readonly told: readonly string[] };

/** A letter that holds the code does not hold the INS with which it is used. */
const identity = ['system', 'value'];
const required = [...identity, 'name', 'birthDate'];
export const added = ['code', 'until'];

/** The columns that the mailing house gets as they are. Throws StartError. */
export function columnsTold(columns: readonly string[]): readonly string[] {
  const missing = required.filter((name) => !columns.includes(name));
  if (missing.length > 0) throw new StartError(`The first line lacks ${missing.join(', ')}: it takes ${required.join(', ')}`);
  const twice = columns.find((name, at) => added.includes(name) || columns.indexOf(name) !== at);
  if (twice !== undefined) throw new StartError('The first line names a column twice, or one that is added: code, until');
  return columns.filter((name) => !identity.includes(name));
}

/** Or what is wrong, without a word of what it is. */
export function personOf(fields: Fields, told: readonly string[]): Person | string {
  const of = (name: string): string => fields.get(name)?.trim() ?? '';
  if ([...fields.values()].some((value) => /\p{Cc}/u.test(value))) return 'has a control character';
  const ins = insOf(of('system'), of('value').replaceAll(' ', ''));
  if (ins === undefined) return 'has no INS: a system of INS and fifteen characters';
  if (!hasRightKey(ins)) return 'has an INS whose key is wrong';
  if (of('name') === '') return 'has no name';
  if (of('birthDate').length !== 10 || intervalOf(of('birthDate')) === undefined)
    return 'has no birthDate of the form YYYY-MM-DD';
  return { ins, told: told.map((name) => fields.get(name) ?? '') };
}
