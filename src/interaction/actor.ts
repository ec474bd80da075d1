// An actor's business identifier, found when the rule is written: logical, or that of the directory resource referred to.
// https://hl7.org/fhir/R4/references.html#logical
import { authorizeDirectory } from '../access/authorize.ts';
import type { AccessRecord, Actor } from '../access/record.ts';
import { namesOf, teamsOf } from '../access/standing.ts';
import { keyOfId } from '../fhir/id.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { parseReference } from '../fhir/reference.ts';
import { equals } from '../filter/filter.ts';
import { finessSystem, rppsSystem } from '../identity/systems.ts';
import type { Context } from './context.ts';
import { askingFor } from './reach.ts';
import { resourceOfRow } from './row.ts';

/** `record`: where a RelatedPerson or CareTeam must stand. */
export async function actorOf(context: Context, reference: JsonObject, record?: AccessRecord): Promise<Actor | undefined> {
  if (isObject(reference.identifier)) return byIdentifier(reference.identifier);
  const literal = parseReference(textOf(reference.reference) ?? '');
  if (literal === undefined || (literal.base !== undefined && literal.base !== context.baseUrl)) return undefined;
  switch (literal.type) {
    case 'Practitioner':
    case 'Organization':
      return await byDirectory(context, literal.type, literal.id);
    case 'RelatedPerson':
      return record && keyOfId(literal.id) === record.key ? `r:${literal.id}` : undefined;
    case 'CareTeam':
      return record && teamsSeen(context, record).includes(literal.id) ? `t:${literal.id}` : undefined;
    default:
      return undefined;
  }
}

/** A professional names a team that he is in: whether there are others is not his to know. */
function teamsSeen({ caller: { who }, moments }: Context, record: AccessRecord): readonly string[] {
  return who.kind === 'professional' ? teamsOf(record, namesOf(who), moments.now) : record.teams.map(({ id }) => id);
}

/** Of a delegation: the secretary, by her issuer and subject. */
export function secretaryOf(reference: JsonObject): Actor | undefined {
  if (!isObject(reference.identifier)) return undefined;
  const { system, value } = reference.identifier;
  return typeof system === 'string' && typeof value === 'string' ? `d:${system}|${value}` : undefined;
}

function byIdentifier({ system, value }: JsonObject): Actor | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  if (system === rppsSystem) return `p:${value}`;
  return system === finessSystem ? `s:${value}` : undefined;
}

async function byDirectory(context: Context, type: string, id: string): Promise<Actor | undefined> {
  const permission = authorizeDirectory(await askingFor(context, 'r', type));
  const [row] = await context.store.reading(context.moments).find(type, permission, { filter: equals('_id', id), limit: 1 });
  return (
    row &&
    objectsOf(resourceOfRow(row).identifier)
      .map(byIdentifier)
      .find((actor) => actor !== undefined)
  );
}
