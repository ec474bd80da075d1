// The trace that an erased record leaves: which record, when and why, and how much went; nothing of what it held.
// https://hl7.org/fhir/R4/auditevent.html, http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle
import type { AuditEvent } from '@medplum/fhirtypes';
import type { Row } from '../filter/row.ts';
import { serverRow, type TraceContext } from './trace.ts';

export type Erased = {
  /** The record's key. */
  readonly record: string;
  readonly reason: 'retention' | 'request';
  /** From when on nobody found it. */
  readonly begun: Date;
  readonly ended: Date;
  readonly counts: Readonly<Record<string, number>>;
};

/** Of no record: nobody reads it by REST. */
export function erasureTrace({ newId, index, baseUrl, statute }: TraceContext, erased: Erased): Row {
  const { record, reason, begun, ended, counts } = erased;
  const id = newId(undefined);
  const event: AuditEvent = {
    resourceType: 'AuditEvent',
    id,
    meta: { versionId: '1', lastUpdated: ended.toISOString() },
    type: { system: 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle', code: 'destroy' },
    action: 'D',
    period: { start: begun.toISOString(), end: ended.toISOString() },
    recorded: ended.toISOString(),
    outcome: '0',
    agent: [{ requestor: true, who: { display: 'operator' } }],
    source: { observer: { display: 'carnet', identifier: { value: baseUrl } } },
    entity: [
      {
        what: { type: 'Patient', identifier: { value: record } },
        detail: [
          { type: 'reason', valueString: reason },
          { type: 'statute', valueString: statute },
          ...Object.entries(counts).map(([type, count]) => ({ type, valueString: String(count) })),
        ],
      },
    ],
  };
  return { ...serverRow({ index }, event, { id, now: ended }), rd: [], tcs: [], refs: [] };
}
