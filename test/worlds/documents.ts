// What is written into the records, and who sees it; then who looked at it.
import type { JsonObject } from '../../src/fhir/json.ts';
import { document, label, mask, visibility } from '../resources.ts';
import { at, but, coded, deposit, document_, of, readers, rulers, subject, wish } from './step.ts';
import type { Names, Step } from './world.ts';

export const documents: readonly Step[] = [
  deposit('report', '34112-3', readers),
  deposit('second', '34112-3', readers, () => ({
    date: '2026-11-01T10:00:00+01:00',
    description: 'Suite',
    author: [{ reference: 'Practitioner/unknown' }],
  })),
  deposit('laboratory', '11502-2', but('speech')),
  deposit('masked', '34112-3', but('doctor', 'speech', 'relative', 'rescuer'), () => ({
    date: '2026-10-31T10:00:00+01:00',
    masterIdentifier: { system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.3.4' },
    identifier: [{ system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.3.5' }],
  })),
  {
    by: 'holder',
    method: 'PATCH',
    path: of('DocumentReference', 'masked'),
    body: () => mask,
    seen: but('doctor', 'speech', 'relative', 'rescuer'),
  },
  deposit('maskedAtOnce', '57833-6', but('doctor', 'speech', 'relative', 'rescuer'), () => ({
    securityLabel: [label('MASQUE_PS')],
  })),
  deposit('announced', '34112-3', but('holder', 'relative'), () => ({
    securityLabel: [label('INVISIBLE_PATIENT')],
    date: '2026-11-09T10:00:00+01:00',
  })),
  deposit('odd', '00000-0', [...rulers, 'hospital', 'relative']),
  deposit('ancient', '34112-3', but('doctor', 'speech', 'rescuer', 'inside'), () => ({ date: '2001-02-03T10:00:00+01:00' })),
  {
    by: 'holder',
    name: 'denyAncient',
    path: at('/Consent'),
    body: wish('sharing', () => ({ type: 'deny', dataPeriod: { start: '2001-01-01', end: '2001-12-31' } })),
    seen: rulers,
  },
  deposit('named', '34112-3', but('doctor', 'speech', 'rescuer', 'inside')),
  {
    by: 'holder',
    name: 'denyNamed',
    path: at('/Consent'),
    body: wish('sharing', (names) => ({
      type: 'deny',
      data: [{ meaning: 'instance', reference: { reference: `DocumentReference/${names.named}` } }],
    })),
    seen: rulers,
  },
  deposit('old', '34112-3', but('doctor', 'speech', 'relative', 'rescuer'), () => ({ description: 'ancienne version' })),
  deposit('new', '34112-3', but('doctor', 'speech', 'relative', 'rescuer'), (names) => ({
    relatesTo: [{ code: 'replaces', target: { reference: `DocumentReference/${names.old}` } }],
  })),
  {
    by: 'holder',
    method: 'PATCH',
    path: of('DocumentReference', 'new'),
    body: () => mask,
    seen: but('doctor', 'speech', 'relative', 'rescuer'),
  },
  deposit('gone', '34112-3', but('doctor', 'speech', 'relative', 'rescuer'), () => ({ securityLabel: [label('MASQUE_PS')] })),
  {
    by: 'hospital',
    method: 'DELETE',
    path: of('DocumentReference', 'gone'),
    seen: but('doctor', 'speech', 'relative', 'rescuer'),
  },
  {
    by: 'doctor',
    name: 'written',
    path: at('/DocumentReference'),
    body: document_('11488-4'),
    seen: [...rulers, 'doctor', 'speech', 'inside', 'relative', 'rescuer'],
  },
  {
    by: 'holder',
    name: 'wishes',
    path: at('/DocumentReference'),
    body: (names) => ({
      ...document(subject(names), 'x'),
      type: coded('EXPPAT_1', 'https://mos.esante.gouv.fr/NOS/TRE_A05-TypeDocComplementaire/FHIR/TRE-A05-TypeDocComplementaire'),
    }),
    seen: [...rulers, 'doctor', 'inside', 'relative', 'rescuer', 'speech'],
  },
  {
    by: 'doctor',
    name: 'vaccine',
    path: at('/Immunization'),
    body: (names) => ({
      resourceType: 'Immunization',
      status: 'completed',
      vaccineCode: coded('J07BX03', 'http://www.whocc.no/atc'),
      patient: { reference: `Patient/${names.adult}` },
      occurrenceDateTime: '2026-10-01',
      lotNumber: 'A1',
    }),
    seen: [...rulers, 'doctor', 'speech', 'inside', 'relative', 'rescuer'],
  },
  {
    by: 'hospital',
    name: 'allergy',
    path: at('/AllergyIntolerance'),
    body: (names) => ({
      resourceType: 'AllergyIntolerance',
      meta: { security: [{ system: visibility, code: 'MASQUE_PS' }] },
      clinicalStatus: coded('active', 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical'),
      code: coded('227493005', 'http://snomed.info/sct'),
      patient: { reference: `Patient/${names.adult}` },
      recordedDate: '2026-09-01',
    }),
    seen: but('doctor', 'speech', 'relative', 'rescuer'),
  },
  {
    by: 'feeder',
    name: 'claim',
    path: at('/Claim'),
    body: (names) => claim(names, '2026-05-04'),
    seen: ['feeder', ...rulers, 'doctor', 'inside', 'relative', 'rescuer', 'speech'],
  },
  { by: 'feeder', name: 'outOfWindow', path: at('/Claim'), body: (names) => claim(names, '2023-05-04'), seen: ['feeder'] },
  {
    by: 'hospital',
    name: 'ofOther',
    path: at('/DocumentReference'),
    body: document_('34112-3', undefined, 'other'),
    seen: ['neighbour', 'hospital'],
  },
  {
    by: 'hospital',
    name: 'secret',
    path: at('/DocumentReference'),
    body: document_('34112-3', () => ({ securityLabel: [label('INVISIBLE_REPRESENTANTS_LEGAUX')] }), 'child'),
    seen: ['minor', 'hospital'],
  },
  {
    by: 'hospital',
    name: 'ofChild',
    path: at('/DocumentReference'),
    body: document_('34112-3', undefined, 'child'),
    seen: ['minor', 'hospital', 'parent'],
  },
];

function claim(names: Names, day: string): JsonObject {
  return {
    resourceType: 'Claim',
    status: 'active',
    type: coded('professional', 'http://terminology.hl7.org/CodeSystem/claim-type'),
    use: 'claim',
    patient: { reference: `Patient/${names.adult}` },
    billablePeriod: { start: day, end: day },
    created: '2026-11-01',
    provider: { display: 'Cabinet' },
    priority: coded('normal', 'http://terminology.hl7.org/CodeSystem/processpriority'),
    insurance: [{ sequence: 1, focal: true, coverage: { display: 'Assurance maladie' } }],
  };
}

/** Traces of others: seen by whom the acts' things are seen. */
export const looks: readonly Step[] = [
  { by: 'treating', method: 'GET', path: of('DocumentReference', 'masked'), seen: rulers },
  {
    by: 'hospital',
    method: 'GET',
    path: of('DocumentReference', 'announced'),
    seen: ['treating'],
  },
  // His first access tells the holder nothing while it is held, and takes nothing from the next.
  { by: 'inside', method: 'GET', path: of('Observation', 'heldResult'), seen: ['treating', 'inside'] },
  { by: 'inside', method: 'GET', path: of('DocumentReference', 'report'), seen: [...rulers, 'inside'] },
  { by: 'doctor', method: 'GET', path: of('DocumentReference', 'report'), seen: [...rulers, 'doctor'] },
  { by: 'stranger', method: 'GET', path: of('DocumentReference', 'report'), seen: [...rulers, 'stranger'], fails: true },
  { by: 'hospital', method: 'GET', path: of('DocumentReference', 'secret'), seen: ['minor', 'hospital'] },
];
