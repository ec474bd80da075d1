// A record and one request of each sort about it, each known in the traces by its X-Request-Id; the clock goes on by a second for each.
import type { Body, Client, Reply } from '../carnet.ts';
import { type Claims, claims, cx } from '../identity/issuer.ts';
import { finess, type Ground, idIn, ins, openGround, otherFiness, written } from '../interaction/ground.ts';
import { actor, consent, document, vaccination } from '../resources.ts';

export const rpps = '10003461033';
export const nurse = '10000000060';
/** Of an emergency, as a token says it. */
export const reason = 'Détresse <b>vitale</b> & "coma"';

export type Person = 'doctor' | 'emergency' | 'secretary' | 'hospital' | 'card' | 'operator' | 'stranger' | 'nurse' | 'holder';
export type Acted = {
  readonly ground: Ground;
  readonly as: (person: Person) => Client;
  /** Of the document that is read. */
  readonly id: string;
  /** The clock goes on by a second. */
  readonly later: () => void;
  /** The trace of a request, as the holder finds it. */
  readonly traced: (request: string) => Promise<Body>;
};

const issuer = 'https://issuer.example';
const beginning = Date.parse('2026-11-26T09:00:00Z');

export async function openActed(): Promise<Acted> {
  let seconds = 0;
  const ground = await openGround({}, { clock: () => new Date(beginning + seconds * 1000) });
  const later = (): void => {
    seconds += 1;
  };
  const people = peopleOf(ground);
  const as = (person: Person): Client => people[person];
  const id = await prepare(ground, as);
  for (const [request, person, method, path, body, type = 'application/fhir+json'] of await requests(ground, as, id)) {
    later();
    const headers = { 'Content-Type': type, 'X-Request-Id': request };
    const reply = await as(person).send(method, path, headers, body === undefined ? undefined : JSON.stringify(body));
    judge(request, reply);
  }
  const traced = async (request: string): Promise<Body> => {
    const { body } = await ground.as('holder').get(`/AuditEvent?patient=${ground.key}&entity:identifier=${request}`);
    return body.entry?.[0]?.resource;
  };
  later();
  return { ground, as, id, later, traced };
}

function judge(request: string, { status, text }: Reply): void {
  if (status >= 400 !== (request === 'refused')) throw new Error(`${request}: ${status} ${text}`);
}

function peopleOf({ carnet, key, as: known }: Ground): Readonly<Record<Person, Client>> {
  const doctor = { rpps, name: 'Dr Claire Martin', finess, specialities: ['SM54'] };
  const secretary = { sub: 'nadia', name: 'Nadia Colin' };
  const as = (who: Claims, token: string): Client => carnet.as({ ...who, jti: token, client_id: 'logiciel-cabinet' });
  return {
    doctor: as(claims.professional(doctor), 'jeton-1'),
    emergency: as(claims.professional({ ...doctor, mode: 'BTG', reason, patient: key }), 'jeton-2'),
    secretary: as(claims.delegate({ ...doctor, secretary }), 'jeton-3'),
    hospital: carnet.as(claims.structure(otherFiness)),
    card: carnet.as(claims.professional({ ...doctor, vitale: [cx(ins)] })),
    nurse: carnet.as(claims.professional({ rpps: nurse, profession: '60' })),
    operator: known('operator'),
    stranger: known('stranger'),
    holder: known('holder'),
  };
}

/** The wishes of the holder, and the document's id. */
async function prepare({ key }: Ground, as: Acted['as']): Promise<string> {
  const emergency = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' }];
  const permit = { type: 'permit', actor: [actor({ rpps })] };
  written(await as('holder').post('/Consent', consent('sharing', key, { ...permit, purpose: emergency })));
  written(await as('holder').post('/Consent', consent('sharing', key, { type: 'permit', actor: [actor({ rpps: nurse })] })));
  const { role } = actor({ rpps });
  const delegated = { type: 'permit', actor: [{ role, reference: { identifier: { system: issuer, value: 'nadia' } } }] };
  written(await as('doctor').post('/Consent', consent('delegation', undefined, delegated)));
  return idIn(written(await as('hospital').post('/DocumentReference', document(key, '34112-3'))));
}

type Request = readonly [id: string, person: Person, method: string, path: string, body?: object, type?: string];

async function requests({ key }: Ground, as: Acted['as'], id: string): Promise<readonly Request[]> {
  const path = `/DocumentReference/${id}`;
  const other = `/DocumentReference/${idIn(written(await as('hospital').post('/DocumentReference', document(key, '34112-3'))))}`;
  const given = idIn(written(await as('hospital').post('/Immunization', vaccination(key))));
  const own = document(key, '34112-3', { author: [{ display: 'Dr Martin' }] });
  const superseded = [{ op: 'replace', path: '/status', value: 'superseded' }];
  const practitioner = {
    resourceType: 'Practitioner',
    identifier: [{ system: 'https://rpps.esante.gouv.fr', value: nurse }],
    name: [{ given: ['Paul'], family: 'Durand' }],
  };
  return [
    ['read', 'doctor', 'GET', path],
    ['vread', 'doctor', 'GET', `${path}/_history/1`],
    ['history', 'doctor', 'GET', `${path}/_history`],
    ['search', 'doctor', 'GET', `/DocumentReference?patient=${key}`],
    ['nothing', 'doctor', 'GET', '/DocumentReference?type=never'],
    ['system', 'doctor', 'GET', `/?_type=DocumentReference&patient=${key}`],
    ['emergency', 'emergency', 'GET', path],
    ['card', 'card', 'GET', path],
    ['refused', 'stranger', 'GET', path],
    ['nurse', 'nurse', 'GET', `/Immunization/${given}`],
    ['create', 'doctor', 'POST', '/DocumentReference', own],
    ['secretary', 'secretary', 'POST', '/Immunization', vaccination(key)],
    ['update', 'hospital', 'PUT', `/Immunization/${given}`, { ...vaccination(key), id: given }],
    ['patch', 'hospital', 'PATCH', other, superseded, 'application/json-patch+json'],
    ['delete', 'hospital', 'DELETE', other],
    ['traces', 'holder', 'GET', '/AuditEvent?_count=2'],
    ['directory', 'operator', 'POST', '/Practitioner', practitioner],
  ];
}
