// Fills an empty server with the demonstration, by its own HTTP interface and the rights of each caller: no back door.
import { isObject, type JsonObject, objectsOf, parseJson, textOf } from '../fhir/json.ts';
import { actReason } from '../identity/systems.ts';
import { agent, type Claims, delegated, feeder, holder, type Loaded, operator, professional, structure } from './callers.ts';
import type { DevelopmentIssuer } from './issuer.ts';
import { type Person, persons, professionals, structures } from './people.ts';
import * as write from './resources.ts';
import { textsOf } from './texts.ts';

export type Target = {
  readonly url: string;
  readonly issuer: DevelopmentIssuer;
  readonly progress: (done: number, of: number) => void;
};
type Send = (by: Claims, path: string, body: JsonObject) => Promise<string>;

/** Ids of what the tokens of the demonstration name. What is there already is taken as it is. */
export async function loadDemo({ url, issuer, progress }: Target): Promise<Loaded> {
  const tokens = new Map<Claims, string>();
  const tokenOf = (by: Claims): string => {
    const token = tokens.get(by) ?? issuer.sign(by, { expiresIn: 3600 });
    tokens.set(by, token);
    return token;
  };
  const send: Send = async (by, path, body) => await post(`${url}${path}`, tokenOf(by), body);
  const steps = persons.length + 1;
  await fillDirectory(send, issuer.trusted.issuer);
  const keys: string[] = [];
  for (const [at, person] of persons.entries()) {
    progress(at + 1, steps);
    keys.push((await existing(`${url}/Patient`, tokenOf(agent), person)) ?? (await openRecord(send, at, person)));
  }
  const [patient = '', child = ''] = keys;
  const relative = await send(
    holder(0),
    '/RelatedPerson',
    write.relatedPerson(patient, { family: 'Lefèvre', given: 'Marc' }, 'BRO'),
  );
  await send(holder(0), '/Consent', write.consent('mandate', patient, write.permit({ literal: `RelatedPerson/${relative}` })));
  const parent = await send(
    agent,
    '/RelatedPerson',
    write.relatedPerson(child, persons[0] ?? { family: '', given: '' }, 'MTH', write.guardianship('2016-09-02', '2034-09-02')),
  );
  progress(steps, steps);
  return { patient, child, relative, parent };
}

async function fillDirectory(send: Send, issuer: string): Promise<void> {
  for (const one of Object.values(professionals)) await send(operator, '/Practitioner', write.practitioner(one));
  for (const one of Object.values(structures)) await send(operator, '/Organization', write.organization(one));
  const secretary = write.permit({ issuer, sub: delegated.sub });
  await send(professional(professionals.doctor), '/Consent', write.consent('delegation', undefined, secretary));
}

/** The two writes of an opening, by the reception agent; then what the holder allows, and what is deposited. */
async function openRecord(send: Send, at: number, person: Person): Promise<string> {
  const key = await send(agent, '/Patient', write.patient(person));
  await send(agent, '/Consent', write.consent('opening', key, { type: 'permit' }));
  const self = holder(at);
  const { doctor, treating, inside, nurse, speech, chiropodist, pharmacist } = professionals;
  for (const { rpps } of [doctor, inside, speech, chiropodist, pharmacist])
    await send(self, '/Consent', write.consent('sharing', key, write.permit({ rpps })));
  await send(self, '/Consent', write.consent('sharing', key, write.permit({ rpps: treating.rpps }, 'PCP')));
  await send(
    self,
    '/Consent',
    write.consent('sharing', key, {
      type: 'permit',
      purpose: [{ system: actReason, code: 'BTG' }],
    }),
  );
  await send(
    self,
    '/CareTeam',
    write.careTeam(key, `Équipe de soins de ${person.given} ${person.family}`, [treating.rpps, nurse.rpps]),
  );
  for (const text of textsOf(person)) {
    const by = text.code === '11502-2' ? structure(structures.laboratory) : structure(structures.hospital);
    await send(by, '/DocumentReference', write.document(key, text));
  }
  await send(
    professional(treating),
    '/DocumentReference',
    write.document(key, {
      code: 'SYNTH',
      title: 'Volet de synthèse médicale',
      date: '2026-09-10T11:00:00+02:00',
      text: `Synthèse médicale de ${person.given} ${person.family}.`,
    }),
  );
  await send(
    professional(treating),
    '/Immunization',
    write.immunization(key, '2025-10-14', 'Vaccin contre la grippe saisonnière'),
  );
  if (at % 3 === 0)
    await send(professional(treating), '/AllergyIntolerance', write.allergy(key, '2024-05-02', 'Allergie à la pénicilline'));
  await send(feeder, '/Claim', write.claim(key, '2026-10-05', 'Consultation de médecine générale'));
  return key;
}

async function existing(url: string, token: string, { ins }: Person): Promise<string | undefined> {
  const response = await fetch(`${url}?identifier=${encodeURIComponent(`${write.insSystem}|${ins}`)}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const found = parseJson(await response.text());
  const resource = isObject(found)
    ? objectsOf(found.entry)
        .map((entry) => entry.resource)
        .find(isObject)
    : undefined;
  return resource === undefined ? undefined : textOf(resource.id);
}

/** The id of what was created. */
async function post(url: string, token: string, body: JsonObject): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json', prefer: 'return=minimal' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = await response.text();
  const [, id] = /\/([^/]+)\/_history\//.exec(response.headers.get('location') ?? '') ?? [];
  if (!response.ok || id === undefined)
    throw new Error(`the demonstration was refused at ${String(body.resourceType)}: ${response.status} ${answer}`);
  return id;
}
