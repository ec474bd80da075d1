// What is asked about whether there is a record, and tried on its life: closed and reopened by whoever may.
import { objectsOf } from '../../src/fhir/json.ts';
import { testIns } from '../resources.ts';
import { type Created, get, json, never, type Question } from './question.ts';

const called = (path: string, parameter: readonly object[] = []): Question => ({
  method: 'POST',
  path,
  headers: json,
  body: JSON.stringify(parameter.length === 0 ? { resourceType: 'Parameters' } : { resourceType: 'Parameters', parameter }),
});

/** The INS of the records, and one of none: by address and by body. */
export function statuses(created: readonly Created[]): readonly Question[] {
  const identifiers = created
    .flatMap(({ resource }) => objectsOf(resource.identifier))
    .map(({ system, value }) => `${system}|${value}`);
  const all = [...new Set([...identifiers, `${testIns}|190000000000011`])];
  return all.flatMap((identifier) => [
    get(`/Patient/$record-status?identifier=${encodeURIComponent(identifier)}`),
    called('/Patient/$record-status', [{ name: 'identifier', valueString: identifier }]),
  ]);
}

/** Where it changes nothing: on no record, or on one that is open already. */
export const idle = (name: string, created: readonly Created[] = []): readonly Question[] =>
  [never.slice(0, 13), ...created.map(({ id }) => id)].map((id) => called(`/Patient/${id}/$${name}`));

/** The life of each record, from open to open: who may not close it has changed nothing. */
export function lives(created: readonly Created[]): readonly Question[] {
  const patients = created.filter(({ type }) => type === 'Patient');
  const operations = ['request-erasure', 'close', 'request-erasure', 'reopen'];
  return patients.flatMap((patient) =>
    operations.flatMap((name): readonly Question[] => [
      { ...called(`/Patient/${patient.id}/$${name}`), always: true },
      get(`/Patient/${patient.id}`),
      ...statuses([patient]).slice(0, 1),
    ]),
  );
}
