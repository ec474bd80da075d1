// A policy that the start refuses: each fault is one line.
import { describe, expect, it } from '@jest/globals';
import { compared } from '../../src/command/policy/check.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Body } from '../carnet.ts';
import { conformance } from '../conformance/example.ts';
import { cellOf, edited, elementOf, inForce, permit, switchOf } from './policies.ts';

const faults: readonly (readonly [fault: string, resource: () => JsonObject, line: string])[] = [
  ['another resource', () => ({ resourceType: 'Patient' }), 'The file is neither a ConceptMap nor a Parameters'],
  ['a draft', () => edited('habilitation', (map) => Object.assign(map, { status: 'draft' })), 'its status is not active'],
  [
    'a group without target',
    () => edited('habilitation', (map) => void delete map.group[0].target),
    'a group has a source and a target',
  ],
  ['an element without code', () => edited('habilitation', (map) => void delete map.group[0].element[0].code), 'has no code'],
  [
    'an unknown equivalence',
    () => edited('habilitation', (map) => Object.assign(cellOf(map, '91', '11502-2'), { equivalence: 'inexact' })),
    'the equivalence must be relatedto or disjoint',
  ],
  [
    'no equivalence',
    () => edited('habilitation', (map) => void delete cellOf(map, '91', '11502-2').equivalence),
    'the equivalence must be relatedto or disjoint',
  ],
  [
    'unmatched beside others',
    () => edited('habilitation', (map) => void elementOf(map, '91').target.push({ equivalence: 'unmatched' })),
    'has no code',
  ],
  [
    'a condition',
    () =>
      edited('habilitation', (map) =>
        Object.assign(cellOf(map, '91', '34112-3'), { dependsOn: [{ property: 'urn:x', value: 'y' }] }),
      ),
    'has a condition',
  ],
  [
    'a default',
    () => edited('habilitation', (map) => Object.assign(map.group[0], { unmapped: { mode: 'fixed', code: '34112-3' } })),
    'unmapped is not understood',
  ],
  ['a cell said twice', () => edited('habilitation', permit('91', '11502-2')), '11502-2 is said twice of'],
  [
    'a code of two systems',
    () =>
      edited('habilitation', (map) => void elementOf(map, '91', 1).target.push({ code: '75496-0', equivalence: 'relatedto' })),
    '75496-0 is a code of two systems',
  ],
  [
    'a category that is no type of the matrix',
    () =>
      edited('habilitation', (map) => {
        for (const group of map.group)
          for (const one of group.element) one.target = one.target?.filter(({ code }: Body) => code !== 'REMB');
      }),
    'REMB, a document type of Claim, is not in the habilitation matrix',
  ],
  [
    'a type without fallback',
    () => edited('category', (map) => void elementOf(map, 'Observation').target.pop()),
    'Observation has no fallback',
  ],
  [
    'a forgotten type',
    () =>
      edited('category', (map) =>
        Object.assign(map.group[0], { element: map.group[0].element.filter(({ code }: Body) => code !== 'Procedure') }),
      ),
    'Procedure has no document type',
  ],
  [
    'a condition that is no FHIRPath',
    () => edited('category', (map) => Object.assign(elementOf(map, 'Encounter').target[0].dependsOn[0], { value: 'class.(' })),
    'ConceptMap category: class.( of Encounter is no FHIRPath',
  ],
  [
    'an unknown value',
    () => edited('regime', (regime) => Object.assign(switchOf(regime, 'opening'), { valueCode: 'never' })),
    'regime: opening must be one of express, opt-out',
  ],
  [
    'a switch that there is not',
    () => edited('regime', (regime) => void regime.parameter.push({ name: 'claimsMonth', valueInteger: 12 })),
    'regime: claimsMonth is no switch',
  ],
  [
    'a switch said twice',
    () => edited('regime', (regime) => void regime.parameter.push({ name: 'opening', valueCode: 'opt-out' })),
    'regime: opening is said twice',
  ],
];

describe('a file that the start would refuse', () => {
  it.each(faults)('%s', (_fault, resource, line) => {
    expect(() => compared(conformance, inForce, resource())).toThrow(line);
  });
});
