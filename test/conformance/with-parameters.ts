// A folder as the server reads it, with search parameters of the test's own dropped into profiles/ and declared.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isObject, type JsonObject, listOf, objectsOf } from '../../src/fhir/json.ts';
import { root } from './example.ts';

export type Folder = { readonly path: string; readonly remove: () => void };

export function searchParameter(code: string, type: string, base: string, expression: string, more: JsonObject = {}): JsonObject {
  const url = `https://test.example/SearchParameter/${base}-${code}`;
  const described = { id: `test-${code}`, url, name: 'Test', status: 'active', description: 'Of a test.' };
  return { resourceType: 'SearchParameter', ...described, code, base: [base], type, expression, ...more };
}

/** Each parameter is declared for its bases, or as `declared` says. */
export function withParameters(parameters: readonly JsonObject[], declared = parameters): Folder {
  const path = mkdtempSync(join(tmpdir(), 'parameters-'));
  mkdirSync(join(path, 'profiles'));
  for (const name of readdirSync(join(root, 'profiles')).filter((file) => file.endsWith('.json')))
    cpSync(join(root, 'profiles', name), join(path, 'profiles', name));
  symlinkSync(join(root, 'profiles/r4'), join(path, 'profiles/r4'));
  for (const parameter of parameters)
    writeFileSync(join(path, 'profiles', `SearchParameter-${parameter.id}.json`), JSON.stringify(parameter));
  const statement: unknown = JSON.parse(readFileSync(join(root, 'capability-statement.json'), 'utf8'));
  if (!isObject(statement)) throw new Error('no statement');
  writeFileSync(join(path, 'capability-statement.json'), JSON.stringify(declaring(statement, declared)));
  return { path, remove: () => rmSync(path, { recursive: true }) };
}

function declaring(statement: JsonObject, parameters: readonly JsonObject[]): JsonObject {
  const rest = objectsOf(statement.rest).map((part) => ({
    ...part,
    resource: objectsOf(part.resource).map((resource) => ({
      ...resource,
      searchParam: [...listOf(resource.searchParam), ...parameters.filter(isOf(resource.type)).map(declaration)],
    })),
  }));
  return { ...statement, rest };
}

const isOf = (type: unknown) => (parameter: JsonObject) => listOf(parameter.base).includes(type);
const declaration = ({ code, url, type }: JsonObject): JsonObject => ({ name: code, definition: url, type });
