// The constraints of the BALP profiles as a table of rules, written down from input/fsh of the implementation guide.
// https://profiles.ihe.net/ITI/BALP/content.html
import type { Body } from '../carnet.ts';

const base = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.';
const dicom = 'http://dicom.nema.org/resources/ontology/DCM';
const participation = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const entityType = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const objectRole = 'http://terminology.hl7.org/CodeSystem/object-role';
const custodian = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type|custodian';
const oauth = 'https://profiles.ihe.net/ITI/BALP/CodeSystem/UserAgentTypes|UserOauthAgent';

type Pattern = {
  readonly subtypes: readonly string[];
  readonly action: string;
  readonly client: string;
  readonly server: string;
  readonly users: readonly string[];
};
const sources = ['AUT', 'INF', 'CST'];
const patterns: Readonly<Record<string, Pattern>> = {
  Read: {
    subtypes: ['read', 'vread'],
    action: 'R',
    client: `${dicom}|110152`,
    server: `${dicom}|110153`,
    users: ['IRCP'],
  },
  Query: {
    subtypes: ['search', 'search-type', 'search-system'],
    action: 'E',
    client: `${dicom}|110153`,
    server: `${dicom}|110152`,
    users: ['IRCP'],
  },
  Create: { subtypes: ['create'], action: 'C', client: `${dicom}|110153`, server: `${dicom}|110152`, users: sources },
  Update: { subtypes: ['update', 'patch'], action: 'U', client: `${dicom}|110153`, server: `${dicom}|110152`, users: sources },
  Delete: { subtypes: ['delete'], action: 'D', client: `${dicom}|110150`, server: custodian, users: sources },
};

/** Codings are patterns there, in most with the display. */
const displays: readonly (readonly [key: string, display: string])[] = [
  ['http://terminology.hl7.org/CodeSystem/audit-event-type|rest', 'Restful Operation'],
  [`${dicom}|110150`, 'Application'],
  [`${dicom}|110152`, 'Destination Role ID'],
  [`${dicom}|110153`, 'Source Role ID'],
  [custodian, 'Custodian'],
  [`${participation}|IRCP`, 'information recipient'],
  [`${entityType}|1`, 'Person'],
  [`${entityType}|2`, 'System Object'],
  [`${objectRole}|1`, 'Patient'],
];

type Rule = readonly [text: string, holds: boolean];

const keyed = ({ system, code }: Body): string => `${system}|${code}`;
const ofType =
  (...types: readonly string[]) =>
  ({ type }: Body): boolean =>
    (type?.coding ?? (type === undefined ? [] : [type])).some((one: Body) => types.includes(keyed(one)));
const has = (one: Body, ...names: readonly string[]): boolean => names.every((name) => one?.[name] !== undefined);
const lacks = (one: Body, ...names: readonly string[]): boolean => names.every((name) => one?.[name] === undefined);

/** What the resource breaks of the profiles that it claims. */
export function brokenRules(event: Body): readonly string[] {
  return (event.meta.profile ?? []).flatMap((profile: string) => {
    const [, name = ''] = profile.split(base);
    return rulesOf(name, event).flatMap(([text, holds]) => (holds ? [] : [`${name}: ${text}`]));
  });
}

/** The profiles that it claims, by their short names. */
export function profilesIn({ meta }: Body): readonly string[] {
  return (meta.profile ?? []).map((profile: string) => profile.replace(base, ''));
}

function rulesOf(name: string, event: Body): readonly Rule[] {
  if (name === 'OAUTHaccessTokenUse.Minimal') return tokenRules(event);
  const pattern = patterns[name.replace(/^Patient/, '')];
  if (pattern === undefined) return [['is a profile of BALP', false]];
  const isQuery = pattern === patterns.Query;
  return [
    ['type', keyed(event.type) === 'http://terminology.hl7.org/CodeSystem/audit-event-type|rest'],
    ['subtype', pattern.subtypes.some((code) => keyed(event.subtype[0]) === `http://hl7.org/fhir/restful-interaction|${code}`)],
    ['action', event.action === pattern.action],
    ['outcome', event.outcome === '0'],
    ['entity[transaction]', transactions(event)],
    ['display', isDisplayed(event)],
    ...agentRules(event, pattern),
    ...(isQuery ? queryRules(event) : dataRules(event)),
    ...(name.startsWith('Patient') ? patientRules(event) : []),
    ...(pattern === patterns.Delete ? deleteRules(event, pattern) : []),
  ];
}

function isDisplayed({ type, subtype, agent, entity }: Body): boolean {
  const codings: readonly Body[] = [
    type,
    ...agent.flatMap((one: Body) => one.type.coding),
    ...entity.flatMap((one: Body) => [one.type, one.role ?? {}]),
  ];
  const known = new Map(displays);
  return subtype[0].display === subtype[0].code && codings.every((one) => (known.get(keyed(one)) ?? one.display) === one.display);
}

function agentRules({ agent }: Body, { client, server, users }: Pattern): readonly Rule[] {
  const clients = agent.filter(ofType(client));
  const servers = agent.filter(ofType(server));
  const persons = agent.filter(ofType(...users.map((code) => `${participation}|${code}`)));
  return [
    ['agent 2..', agent.length >= 2 && agent.every(({ requestor }: Body) => typeof requestor === 'boolean')],
    ['agent[client]', clients.length === 1 && has(clients[0], 'who', 'network') && lacks(clients[0], 'media')],
    ['agent[server]', servers.length === 1 && has(servers[0], 'who', 'network') && lacks(servers[0], 'media')],
    ['agent[user] ..1', persons.length <= 1],
    ['agent[user]', persons.every((one: Body) => has(one, 'who') && one.requestor === true && lacks(one, 'media', 'network'))],
  ];
}

function transactions({ entity }: Body): boolean {
  const found = entity.filter(ofType('https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType|XrequestId'));
  return found.length <= 1 && found.every((one: Body) => one.what?.identifier?.value !== undefined);
}

function dataRules({ entity }: Body): readonly Rule[] {
  const data = entity.filter(ofType(`${entityType}|2`));
  const roles = ['4', '3', '20'].map((code) => `${objectRole}|${code}`);
  return [
    ['entity[data] 1..1', data.length === 1 && has(data[0], 'what')],
    ['entity[data].role', data.every(({ role }: Body) => roles.includes(keyed(role)))],
  ];
}

function queryRules({ entity }: Body): readonly Rule[] {
  const queries = entity.filter(ofType(`${entityType}|2`));
  return [
    ['entity[query] 1..1', queries.length === 1 && has(queries[0], 'query') && lacks(queries[0], 'what', 'lifecycle', 'detail')],
    ['entity[query].role', queries.every(({ role }: Body) => keyed(role) === `${objectRole}|24`)],
  ];
}

function patientRules({ entity }: Body): readonly Rule[] {
  const patients = entity.filter(ofType(`${entityType}|1`));
  return [
    ['entity[patient] 1..1', patients.length === 1 && keyed(patients[0].role) === `${objectRole}|1`],
    ['entity[patient].what', patients.every(({ what }: Body) => /^Patient\//.test(what?.reference ?? ''))],
  ];
}

function deleteRules({ agent, entity }: Body, { client, server, users }: Pattern): readonly Rule[] {
  const bare = ['role', 'altId', 'name', 'location', 'policy', 'media', 'purposeOfUse'];
  const persons = agent.filter(ofType(...users.map((code) => `${participation}|${code}`)));
  const plain = entity.filter(ofType(`${entityType}|1`, `${entityType}|2`));
  return [
    ['agent[client], agent[server]', agent.filter(ofType(client, server)).every((one: Body) => lacks(one, ...bare))],
    ['agent[user] without policy', persons.every((one: Body) => lacks(one, 'altId', 'location', 'policy'))],
    ['entity[patient], entity[data]', plain.every((one: Body) => lacks(one, 'lifecycle', 'name', 'query', 'detail'))],
  ];
}

function tokenRules({ agent }: Body): readonly Rule[] {
  const users = agent.filter(ofType(oauth));
  const names = users.every(({ policy }: Body) => policy?.some((one: string) => one.startsWith('urn:ietf:params:oauth:jti:')));
  return [
    ['agent[oUser] 1..1', users.length === 1 && users[0].requestor === true],
    ['agent[oUser].policy', names],
  ];
}
