// The identifiers of MHD: uniqueId and entryUUID, told apart by `use` (MHD 4.2.3 and before) or by `type` (since then).
// https://profiles.ihe.net/ITI/MHD/StructureDefinition-IHE.MHD.EntryUUID.Identifier.html
import { isObject, type JsonObject, objectsOf, textOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';

export const identifierTypes = 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDIdentifierType';
const uriSystem = 'urn:ietf:rfc:3986';

type Role = 'uniqueId' | 'entryUUID';

function isRole({ use, type }: JsonObject, role: Role): boolean {
  const byUse = use === (role === 'uniqueId' ? 'usual' : 'official');
  const coding = isObject(type) ? objectsOf(type.coding) : [];
  return byUse || coding.some(({ system, code }) => system === identifierTypes && code === role);
}

export function masterIdentifierFaults({ masterIdentifier }: JsonObject, at: string): readonly Fault[] {
  if (!isObject(masterIdentifier)) return [];
  const expression = `${at}.masterIdentifier`;
  const { use } = masterIdentifier;
  const odd: readonly Fault[] =
    use === undefined || use === 'usual'
      ? []
      : [{ code: 'value', expression: `${expression}.use`, text: 'The use of a masterIdentifier is usual, or left out' }];
  return [...odd, ...uriFault(masterIdentifier, expression)];
}

/** Of a DocumentReference or a List. */
export function identifierFaults({ resourceType, identifier }: JsonObject, at: string): readonly Fault[] {
  const placed = objectsOf(identifier).map((one, index) => [one, `${at}.identifier[${index}]`] as const);
  const entries = placed.filter(([one]) => isRole(one, 'entryUUID'));
  const odd = entries
    .filter(([{ system, value }]) => system !== uriSystem || !/^urn:uuid:[0-9a-f-]{36}$/i.test(textOf(value) ?? ''))
    .map(
      ([, expression]): Fault => ({
        code: 'value',
        expression,
        text: `An entryUUID is of system ${uriSystem}, its value an urn:uuid:`,
      }),
    );
  if (resourceType !== 'List') return odd;
  const unique = placed.filter(([one]) => isRole(one, 'uniqueId'));
  const second = unique.slice(1).map(
    ([, expression]): Fault => ({
      code: 'structure',
      expression,
      text: 'A List has one identifier of use usual, its uniqueId',
    }),
  );
  return [
    ...odd,
    ...second,
    ...unique.flatMap(([one, expression]) => [...needed(one, expression), ...uriFault(one, expression)]),
  ];
}

function needed({ system, value }: JsonObject, expression: string): readonly Fault[] {
  if (textOf(system) !== undefined && textOf(value) !== undefined) return [];
  return [{ code: 'required', expression, text: 'A uniqueId has a system and a value' }];
}

function uriFault({ system, value }: JsonObject, expression: string): readonly Fault[] {
  if (system !== uriSystem || typeof value !== 'string' || /^[a-z][a-z0-9+.-]*:\S+$/i.test(value)) return [];
  return [
    {
      code: 'value',
      expression: `${expression}.value`,
      text: `Of system ${uriSystem} the value is a URI: urn:oid: or urn:uuid: before it`,
    },
  ];
}
