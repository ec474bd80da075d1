// The ground of the tables of scopes: two observations, what refers to them, two documents, and a doctor who sees all of it.
import type { Body, Client, Reply } from '../carnet.ts';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { document, loinc } from '../resources.ts';
import { claims } from './issuer.ts';

const categories = 'http://terminology.hl7.org/CodeSystem/observation-category';
export const rpps = '10003461033';

export type Scoped = {
  readonly ground: Ground;
  /** `{glucose}` in a text as the id that it is. */
  readonly named: (text: string) => string;
  /** Names of what a searchset holds, `+` before what is included. */
  readonly found: (reply: Reply) => readonly string[];
  readonly doctor: (scope: string, more?: object) => Client;
  readonly observation: (category: string, identifier: string, more?: object) => object;
};

export async function openScoped(): Promise<Scoped> {
  const ground = await openGround();
  const ids = new Map([['key', ground.key]]);
  const named = (text: string): string => text.replaceAll(/\{(\w+)\}/g, (_all, name: string) => ids.get(name) ?? `no ${name}`);
  const nameOf = (id: string): string => [...ids].find(([, known]) => known === id)?.[0] ?? id;
  const doctor = ground.as('doctor');
  const observation = observationOf(ground.key);
  const keep = async (name: string, path: string, body: object): Promise<void> =>
    void ids.set(name, idIn(written(await doctor.post(path, body))));
  const report = (result: string): object => ({
    resourceType: 'DiagnosticReport',
    status: 'final',
    code: { coding: [{ system: loinc, code: '24627-2' }] },
    result: [{ reference: named(result) }],
    subject: { reference: `Patient/${ground.key}` },
  });
  await keep('glucose', '/Observation', observation('laboratory', 'glucose'));
  await keep('pulse', '/Observation', observation('vital-signs', 'pulse'));
  const later = { id: ids.get('pulse'), issued: '2026-11-21T08:00:00Z' };
  await put(doctor, named('/Observation/{pulse}'), observation('vital-signs', 'pulse', later));
  await keep('gone', '/Observation', observation('laboratory', 'gone'));
  await doctor.delete(named('/Observation/{gone}'));
  await keep('ofGlucose', '/DiagnosticReport', report('Observation/{glucose}'));
  await keep('ofPulse', '/DiagnosticReport', report('Observation/{pulse}'));
  await keep('letter', '/DocumentReference', document(ground.key, '34112-3', {}, 'glycémie'));
  await keep('lab', '/DocumentReference', document(ground.key, '11502-2', {}, 'glycémie'));
  const { body } = await doctor.get(named('/DocumentReference/{letter}'));
  ids.set('bytes', body.content[0].attachment.url.split('/').at(-1));
  return {
    ground,
    named,
    found: (reply) =>
      (reply.body.entry ?? [])
        .map(({ resource, search }: Body) => `${search?.mode === 'include' ? '+' : ''}${nameOf(resource.id)}`)
        .toSorted(),
    doctor: (scope, more = {}) =>
      ground.carnet.as({ ...claims.professional({ rpps, name: 'Dr Claire Martin' }), scope, ...more }),
    observation,
  };
}

export async function put(client: Client, path: string, body: object): Promise<Reply> {
  return await client.send('PUT', path, { 'Content-Type': 'application/fhir+json' }, JSON.stringify(body));
}

const observationOf =
  (key: string): Scoped['observation'] =>
  (category, value, more = {}) => ({
    resourceType: 'Observation',
    status: 'final',
    identifier: [{ system: 'urn:x', value }],
    category: [{ coding: [{ system: categories, code: category }] }],
    code: { coding: [{ system: loinc, code: category === 'laboratory' ? '15074-8' : '8867-4' }] },
    effectiveDateTime: '2026-11-20',
    subject: { reference: `Patient/${key}` },
    ...more,
  });
