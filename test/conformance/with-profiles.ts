// A server's conformance with profiles of the test's own, on the real definitions of R4.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Conformance } from '../../src/conformance/conformance.ts';
import { loadConformance } from '../../src/conformance/conformance.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { root } from './example.ts';

export const own = 'https://test.example/StructureDefinition';
const r4 = 'http://hl7.org/fhir/StructureDefinition';

/** Elements by id; the path and the slice name follow from it. */
export type Elements = Readonly<Record<string, JsonObject>>;

export function profile(type: string, name: string, elements: Elements, more: JsonObject = {}): JsonObject {
  const kind = type === 'Patient' || type === 'Observation' ? 'resource' : 'complex-type';
  return {
    resourceType: 'StructureDefinition',
    id: name,
    url: `${own}/${name}`,
    kind,
    type,
    baseDefinition: `${r4}/${type}`,
    derivation: 'constraint',
    ...more,
    differential: { element: Object.entries(elements).map(([id, element]) => ({ ...named(id), ...element })) },
  };
}

function named(id: string): JsonObject {
  const slice = id.slice(id.lastIndexOf('.') + 1).split(':')[1];
  return { id, path: id.replaceAll(/:[^.]+/g, ''), ...(slice === undefined ? {} : { sliceName: slice }) };
}

/** `contexts`: where it may stand. */
export function extension(name: string, contexts: readonly JsonObject[], elements: Elements = {}): JsonObject {
  const url = { 'Extension.url': { fixedUri: `${own}/${name}` } };
  return profile('Extension', name, { ...url, ...elements }, { context: contexts });
}

export function withProfiles(definitions: readonly JsonObject[]): Conformance {
  const folder = mkdtempSync(join(tmpdir(), 'profiles-'));
  try {
    mkdirSync(join(folder, 'profiles'));
    symlinkSync(join(root, 'profiles/r4'), join(folder, 'profiles/r4'));
    const statement = {
      resourceType: 'CapabilityStatement',
      rest: [{ resource: [{ type: 'Patient' }, { type: 'Observation' }] }],
    };
    writeFileSync(join(folder, 'capability-statement.json'), JSON.stringify(statement));
    for (const definition of definitions)
      writeFileSync(join(folder, 'profiles', `${definition.resourceType}-${definition.id}.json`), JSON.stringify(definition));
    return loadConformance(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function faultsOf(conformance: Conformance, resource: JsonObject): readonly string[] {
  return conformance.validate(resource, 'national').map(({ code, expression }) => `${code} ${expression}`);
}
