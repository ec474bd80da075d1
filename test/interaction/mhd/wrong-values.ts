// Bundles of which an identifier, a status, an author or a code is wrong.
import { mhd } from './bundle.ts';
import { document, inDocument, inSet, put, set, two, type Wrong } from './wrong-bundle.ts';

export const wrongValues: readonly Wrong[] = [
  // Values
  [
    'a document entered in error',
    (bundle) => put(document(bundle), 'status', 'entered-in-error'),
    'value',
    `${inDocument}.status`,
  ],
  ['a retired SubmissionSet', (bundle) => put(set(bundle), 'status', 'retired'), 'value', `${inSet}.status`],
  ['a snapshot', (bundle) => put(set(bundle), 'mode', 'snapshot'), 'value', `${inSet}.mode`],
  [
    'a masterIdentifier that is official',
    (bundle) => put(document(bundle).masterIdentifier, 'use', 'official'),
    'value',
    `${inDocument}.masterIdentifier.use`,
  ],
  [
    'a masterIdentifier that is no URI',
    (bundle) => put(document(bundle).masterIdentifier, 'value', '1.2.3'),
    'value',
    `${inDocument}.masterIdentifier.value`,
  ],
  [
    'an entryUUID of an own system',
    (bundle) => put(document(bundle).identifier[0], 'system', 'urn:oid:1.2.3'),
    'value',
    `${inDocument}.identifier[0]`,
  ],
  [
    'an entryUUID by type that is none',
    (bundle) =>
      put(document(bundle).identifier, 0, {
        type: { coding: [{ system: 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDIdentifierType', code: 'entryUUID' }] },
        system: 'urn:ietf:rfc:3986',
        value: 'urn:oid:1.2',
      }),
    'value',
    `${inDocument}.identifier[0]`,
  ],
  ['a uniqueId without value', (bundle) => void delete set(bundle).identifier[0].value, 'required', `${inSet}.identifier[0]`],
  ['two uniqueIds', (bundle) => put(set(bundle).identifier[1], 'use', 'usual'), 'structure', `${inSet}.identifier[1]`],
  [
    'a sourceId that is no identifier',
    (bundle) => put(set(bundle).extension, 0, { url: `${mhd}/ihe-sourceId`, valueString: 'x' }),
    'required',
    `${inSet}.extension('${mhd}/ihe-sourceId').value`,
  ],
  [
    'a designationType that is no concept',
    (bundle) => put(set(bundle).extension, 1, { url: `${mhd}/ihe-designationType`, valueString: 'x' }),
    'required',
    `${inSet}.extension('${mhd}/ihe-designationType').value`,
  ],
  [
    'two documents of one masterIdentifier',
    (bundle) => put(bundle.entry[3].resource, 'masterIdentifier', document(bundle).masterIdentifier),
    'duplicate',
    'Bundle.entry[3].resource.masterIdentifier',
    two,
  ],
  // PDSm: authors and codes
  [
    'an author elsewhere',
    (bundle) => put(document(bundle), 'author', [{ reference: 'Practitioner/x' }]),
    'structure',
    `${inDocument}.author[0].reference`,
  ],
  [
    'an author that is not contained',
    (bundle) => put(document(bundle), 'author', [{ reference: '#personne' }]),
    'structure',
    `${inDocument}.author[0].reference`,
  ],
  [
    'an author that is of no such type',
    (bundle) => put(document(bundle).contained[0], 'resourceType', 'HealthcareService'),
    'value',
    `${inDocument}.author[0].reference`,
  ],
  [
    'an authenticator elsewhere',
    (bundle) => put(document(bundle), 'authenticator', { reference: 'Organization/x' }),
    'structure',
    `${inDocument}.authenticator.reference`,
  ],
  [
    'a sourcePatientInfo elsewhere',
    (bundle) => put(document(bundle).context, 'sourcePatientInfo', { reference: 'Patient/x' }),
    'structure',
    `${inDocument}.context.sourcePatientInfo.reference`,
  ],
  [
    'a source elsewhere',
    (bundle) => put(set(bundle), 'source', { reference: 'PractitionerRole/x' }),
    'structure',
    `${inSet}.source.reference`,
  ],
  [
    'a type of an own code system',
    (bundle) => put(document(bundle), 'type', { coding: [{ system: 'urn:x', code: 'x' }] }),
    'code-invalid',
    `${inDocument}.type`,
  ],
  [
    'a category in words',
    (bundle) => put(document(bundle), 'category', [{ text: 'Compte rendu' }]),
    'code-invalid',
    `${inDocument}.category[0]`,
  ],
  [
    'a label of a misspelt system',
    (bundle) =>
      put(document(bundle), 'securityLabel', [
        {
          coding: [
            {
              system: 'https://mos.esante.gouv.fr/NOS/TRE_A07-StatusVisibiliteDocument/FHIR/TRE-A07-StatusVisibiliteDocument',
              code: 'MASQUE_PS',
            },
          ],
        },
      ]),
    'code-invalid',
    `${inDocument}.securityLabel[0]`,
  ],
  [
    'a format of an own code system',
    (bundle) => put(document(bundle).content[0], 'format', { system: 'urn:x', code: 'pdf' }),
    'code-invalid',
    `${inDocument}.content[0].format`,
  ],
  [
    'a facility of SNOMED',
    (bundle) =>
      put(document(bundle).context, 'facilityType', { coding: [{ system: 'http://snomed.info/sct', code: '22232009' }] }),
    'code-invalid',
    `${inDocument}.context.facilityType`,
  ],
  [
    'a designationType of SNOMED',
    (bundle) =>
      put(set(bundle).extension[1], 'valueCodeableConcept', { coding: [{ system: 'http://snomed.info/sct', code: '80146002' }] }),
    'code-invalid',
    `${inSet}.extension('${mhd}/ihe-designationType').value`,
  ],
];
