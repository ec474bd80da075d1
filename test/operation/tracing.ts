// Traces as the audit writes them, of callers of every kind, for the tables of sentences.
import type { AuditEvent } from '@medplum/fhirtypes';
import { published } from '../../src/access/statute.ts';
import { auditEvent } from '../../src/audit/audit-event.ts';
import type { Interaction, Told } from '../../src/audit/told.ts';
import { displaysIn } from '../../src/conformance/display.ts';
import type { Caller, Kind, Who } from '../../src/identity/caller.ts';
import { healthProfession } from '../../src/identity/systems.ts';
import type { Reader } from '../../src/operation/trace-sentence.ts';
import { conformance } from '../conformance/example.ts';

const profession = { system: healthProfession, code: '10' };
const practising = { rpps: '10003461033', profession, specialities: [], finess: '750712184' };
const secretary = { issuer: 'https://issuer.example', subject: 'nadia', name: 'Nadia Colin' };

export const whos: Readonly<Record<Kind, Who>> = {
  holder: { kind: 'holder', ins: { system: 'urn:oid:1.2.250.1.213.1.4.10', value: '279035121518989' } },
  related: { kind: 'related', related: 'r1' },
  professional: { kind: 'professional', ...practising },
  delegate: { kind: 'delegate', ...practising, secretary },
  structure: { kind: 'structure', finess: '750712184' },
  feeder: { kind: 'feeder' },
  agent: { kind: 'agent' },
  operator: { kind: 'operator' },
  tester: { kind: 'tester' },
};

export function callerOf(kind: Kind, more: Partial<Caller> = {}): Caller {
  return {
    who: whos[kind],
    issuer: 'https://issuer.example',
    subject: 'sub',
    scopes: [],
    mode: 'TREAT',
    vitale: [],
    id: kind,
    ...(kind === 'professional' || kind === 'delegate' ? { name: 'Claire Martin', organizationName: 'CHU de Lille' } : {}),
    ...more,
  };
}

export const interactions: readonly Interaction[] = [
  'read',
  'vread',
  'history-instance',
  'history-type',
  'history-system',
  'search-type',
  'search-system',
  'create',
  'update',
  'patch',
  'delete',
  'batch',
  'transaction',
  'operation',
  'capabilities',
];

/** `patient` empty: of no record. */
export function traceOf({ patient = 'p1', ...more }: Partial<Told> = {}): AuditEvent {
  return auditEvent({
    id: 'a',
    recorded: new Date('2026-11-26T09:05:00Z'),
    caller: callerOf('professional'),
    interaction: 'search-type',
    status: 200,
    requested: { id: 'r', address: '192.0.2.1' },
    baseUrl: 'http://carnet.test/fhir',
    statute: 'hash',
    resources: [],
    query: '',
    ...(patient === '' ? {} : { patient }),
    ...more,
  });
}

export function readerOf(who: Who, names: Readonly<Record<string, string>> = {}): Reader {
  return {
    who,
    names: new Map(Object.entries(names)),
    displays: displaysIn(conformance, published(conformance, 'habilitation')),
  };
}
