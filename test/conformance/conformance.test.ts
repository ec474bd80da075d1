import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { loadConformance } from '../../src/conformance/conformance.ts';
import { asDefinitions } from '../../src/conformance/definitions.ts';
import { readObject } from '../../src/conformance/published.ts';
import { compileElementPath } from '../../src/fhir/element-path.ts';
import { objectsOf } from '../../src/fhir/json.ts';
import { conformance, root } from './example.ts';

const definitions = asDefinitions(readObject(join(root, 'profiles/r4/definitions.json')));
const types = [...conformance.types.values()];
const base = 'https://carnet.example/fhir';

describe('the capability statement and the definitions say the same', () => {
  test.each(types)('$type declares every parameter of R4 that search knows how to read', ({ type, search, interactions }) => {
    // What stands in a Bundle is no resource of its own that a reference could lead to.
    const inside = type === 'Bundle' ? ['composition', 'message', '_text'] : [];
    // Of traces no words are kept.
    const left = new Set(['_query', ...inside, ...(type === 'AuditEvent' ? ['_content', '_text'] : [])]);
    const known = (definitions.searchParameters[type] ?? []).filter(
      ({ code, type: kind }) => kind !== 'special' && !left.has(code),
    );
    const declared = [...search.values()].filter(({ url }) => url.startsWith('http://hl7.org/fhir/'));
    expect(declared.map(({ code }) => code).sort()).toEqual(
      interactions.has('search-type') ? known.map(({ code }) => code).sort() : [],
    );
  });

  test.each(types)('the expressions of $type compile and are of that type', ({ type, search }) => {
    for (const { expression, code } of search.values()) {
      expect([code, expression]).toEqual([
        code,
        expect.stringMatching(new RegExp(`^(\\(?(${type}|(Domain)?Resource)\\b|extension\\()`)),
      ]);
      expect(() => compileElementPath(expression)({ resourceType: type })).not.toThrow();
    }
  });

  test('every profile is published, supported and enforced', () => {
    const supported = types.flatMap(({ profiles }) => profiles);
    const files = readdirSync(join(root, 'profiles')).filter((name) => name.startsWith('StructureDefinition-'));
    const own = files.map((name) => readObject(join(root, 'profiles', name))).filter(({ kind }) => kind === 'resource');
    expect(own.map(({ url }) => url).sort()).toEqual([...supported].sort());
  });

  test.each(types)('$type is validated on request', ({ operations }) => {
    expect(operations.has('validate')).toBe(true);
  });

  test('every resource of profiles/ stands under its own id and url', () => {
    for (const name of readdirSync(join(root, 'profiles')).filter((file) => file.endsWith('.json'))) {
      const { resourceType, id, url } = readObject(join(root, 'profiles', name));
      expect(name).toBe(`${resourceType}-${id}.json`);
      // Search parameters have the url of the guide that they are of.
      if (url !== undefined && resourceType !== 'SearchParameter') expect(url).toBe(`${base}/${resourceType}/${id}`);
    }
  });

  test('AuditEvent is read only, Binary is not searched', () => {
    const interactions = [...(conformance.types.get('AuditEvent')?.interactions ?? [])];
    expect(interactions.filter((code) => !/^(v?read|search-type|history-(instance|type))$/.test(code))).toEqual([]);
    expect(conformance.types.get('Binary')?.interactions.has('search-type')).toBe(false);
  });
});

describe('the element that names the record', () => {
  test.each([
    ['DocumentReference', 'subject'],
    ['Consent', 'patient'],
    ['Immunization', 'patient'],
    ['AllergyIntolerance', 'patient'],
    ['Claim', 'patient'],
    ['CareTeam', 'subject'],
    ['RelatedPerson', 'patient'],
    ['Coverage', 'beneficiary'],
    ['Condition', 'subject'],
  ])('%s: %s', (type, element) => {
    expect(conformance.patientElements(type)).toEqual([element]);
  });

  test.each(['Patient', 'AuditEvent', 'Binary', 'Practitioner', 'Organization', 'Group', 'constructor'])('%s: none', (type) => {
    expect(conformance.patientElements(type)).toEqual([]);
  });
});

describe('what is published', () => {
  test('value sets are expanded, ours and those of R4', () => {
    expect(conformance.valueSet(`${base}/ValueSet/consent-kind`).has(`${base}/CodeSystem/consent-kind|mandate`)).toBe(true);
    expect(
      conformance.valueSet(`${base}/ValueSet/guardianship`).has('http://terminology.hl7.org/CodeSystem/v3-RoleCode|MTH'),
    ).toBe(true);
    expect(
      conformance
        .valueSet('http://hl7.org/fhir/ValueSet/administrative-gender')
        .has('http://hl7.org/fhir/administrative-gender|female'),
    ).toBe(true);
    expect(() => conformance.valueSet(`${base}/ValueSet/none`)).toThrow('none');
    expect(() => conformance.published(`${base}/ConceptMap/none`)).toThrow('none');
  });

  test('names of types', () => {
    expect(['Bundle', 'Patient', 'HumanName', 'Resource', 'toString'].map(conformance.isResourceType)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test('everything is frozen', () => {
    expect(Object.isFrozen(conformance.statement)).toBe(true);
    expect(Object.isFrozen(objectsOf(conformance.statement.rest)[0]?.resource)).toBe(true);
  });
});

describe('a statement that declares what the definitions lack stops the start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  symlinkSync(join(root, 'profiles'), join(folder, 'profiles'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['an unknown type', { type: 'Doctor' }, 'Doctor is not in'],
    ['an unknown parameter', { type: 'Patient', searchParam: [{ name: 'shoe', type: 'token' }] }, 'Patient.shoe'],
    ['a parameter of another type', { type: 'Patient', searchParam: [{ name: 'gender', type: 'string' }] }, 'Patient.gender'],
    ['an unknown profile', { type: 'Patient', supportedProfile: ['urn:x'] }, 'urn:x'],
    ['an unknown operation', { type: 'Patient', operation: [{ name: 'destroy', definition: 'urn:x' }] }, 'destroy'],
    [
      'an operation of another definition',
      { type: 'Patient', operation: [{ name: 'validate', definition: 'urn:x' }] },
      'validate',
    ],
    ['an unknown interaction', { type: 'Patient', interaction: [{ code: 'destroy' }] }, 'destroy'],
    ['an include that leads nowhere', { type: 'Patient', searchInclude: ['Patient:gender'] }, 'Patient:gender'],
  ])('%s', (_name, resource, text) => {
    writeFileSync(
      join(folder, 'capability-statement.json'),
      JSON.stringify({ resourceType: 'CapabilityStatement', rest: [{ resource: [resource] }] }),
    );
    expect(() => loadConformance(folder)).toThrow(text);
  });
});
