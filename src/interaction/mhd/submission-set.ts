// The SubmissionSet of a document that is published by itself: the server makes it, in the depositor's name.
// https://profiles.ihe.net/ITI/MHD/ITI-105.html
import { pointingEnvelope } from '../../access/pointing.ts';
import { newId } from '../../fhir/id.ts';
import type { JsonObject } from '../../fhir/json.ts';
import type { Row } from '../../filter/row.ts';
import { finessSystem, rppsSystem } from '../../identity/systems.ts';
import type { Context } from '../context.ts';
import { newRow } from '../row.ts';
import { extensions, listTypes } from './slice.ts';

/** `document`: its row, and its text as it is stored. It takes the labels and the hold of the document. */
export function submissionSetOf(context: Context, document: Row, { subject }: JsonObject): Row {
  const { rec = '' } = document;
  const id = newId(context.ids, rec);
  const resource = {
    resourceType: 'List',
    extension: [{ url: `${extensions}/ihe-sourceId`, valueIdentifier: sourceOf(context) }],
    identifier: [{ use: 'usual', system: 'urn:ietf:rfc:3986', value: `${context.baseUrl}/List/${id}` }],
    status: 'current',
    mode: 'working',
    code: { coding: [{ system: listTypes, code: 'submissionset' }] },
    subject,
    date: context.moments.now.toISOString(),
    entry: [{ item: { reference: `DocumentReference/${document._id}` } }],
  };
  const { tc: _tc, ...row } = newRow(context, { type: 'List', id, resource, rec });
  const targets = [{ type: 'DocumentReference', row: document }];
  return { ...row, ...pointingEnvelope(context.statute, { row, resource, targets }) };
}

/** Who submits: the structure or the person, by national identifier; a patient by the server that he writes to. */
function sourceOf({ caller: { who }, baseUrl }: Context): JsonObject {
  if (who.kind === 'structure') return { system: finessSystem, value: who.finess };
  if (who.kind === 'professional' || who.kind === 'delegate') return { system: rppsSystem, value: who.rpps };
  return { system: 'urn:ietf:rfc:3986', value: baseUrl };
}
