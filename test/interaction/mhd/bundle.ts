// Provide Document Bundles as a hospital's system sends them: minimal and comprehensive, with several documents, folders and relations.
import { createHash, randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../src/fhir/json.ts';
import { rppsSystem } from '../../../src/identity/systems.ts';

export const mhd = 'https://profiles.ihe.net/ITI/MHD/StructureDefinition';
export const listTypes = 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes';
const nos = 'https://mos.esante.gouv.fr/NOS';
const confidentiality = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

// biome-ignore lint/suspicious/noExplicitAny: tests change one element of what they send, wherever it is.
export type Sent = any;
export type LevelName = 'minimal' | 'uncontained' | 'comprehensive';

export const profileOf: Readonly<Record<LevelName, string>> = {
  minimal: `${mhd}/IHE.MHD.Minimal.ProvideBundle`,
  uncontained: `${mhd}/IHE.MHD.UnContained.Comprehensive.ProvideBundle`,
  comprehensive: `${mhd}/IHE.MHD.Comprehensive.ProvideBundle`,
};

const urn = (): string => `urn:uuid:${randomUUID()}`;

const everyByte = Buffer.from(Array.from({ length: 512 }, (_, at) => at % 256));
export const pdf = (text = ''): Buffer =>
  Buffer.concat([Buffer.from(`%PDF-1.7\n%âãÏÓ\n${text}`, 'latin1'), everyByte, Buffer.from('\n%%EOF')]);
export const cda = (text = 'Compte rendu — œdème opéré à l’été, 37,5 °C'): Buffer =>
  Buffer.from(
    [
      '\uFEFF<?xml version="1.0" encoding="UTF-8"?>',
      '<ClinicalDocument xmlns="urn:hl7-org:v3">',
      '\t<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>',
      '  <code code="34112-3" codeSystem="2.16.840.1.113883.6.1" displayName="CR d’hospitalisation"/>',
      `  <title>${text}</title> `,
      '</ClinicalDocument>',
      '',
    ].join('\r\n'),
  );

export type DocumentSent = {
  readonly bytes?: Buffer;
  readonly contentType?: string;
  /** LOINC. */
  readonly type?: string;
  readonly masterIdentifier?: string;
  readonly labels?: readonly JsonObject[];
  readonly relatesTo?: readonly JsonObject[];
  readonly rpps?: string;
};
export type BundleSent = {
  readonly level?: LevelName;
  /** `Patient/<key>`, or a conditional reference. */
  readonly subject: string;
  readonly documents?: readonly DocumentSent[];
  readonly folder?: boolean;
  /** Urls of the documents that patches supersede. */
  readonly supersede?: readonly string[];
  readonly recipient?: boolean;
};

/** In this order: the SubmissionSet, each document with its Binary, the patches, the Folder. */
export function provideBundle({
  level = 'comprehensive',
  subject,
  documents = [{}],
  folder = false,
  supersede = [],
  recipient = false,
}: BundleSent): Sent {
  const named = documents.map((document) => ({ document, name: urn(), bytes: urn() }));
  const folderName = urn();
  const items = [...named.map(({ name }) => name), ...(folder ? [folderName] : [])];
  return {
    resourceType: 'Bundle',
    meta: { profile: [profileOf[level]] },
    type: 'transaction',
    timestamp: new Date().toISOString(),
    entry: [
      entry('POST', 'List', submissionSet(level, subject, items, recipient), urn()),
      ...named.flatMap(({ document, name, bytes }) => [
        entry('POST', 'DocumentReference', documentReference(level, subject, document, bytes), name),
        entry('POST', 'Binary', binary(document), bytes),
      ]),
      ...supersede.map((url) => entry('PATCH', url, supersedes(), urn())),
      ...(folder
        ? [
            entry(
              'POST',
              'List',
              folderOf(
                level,
                subject,
                named.map(({ name }) => name),
              ),
              folderName,
            ),
          ]
        : []),
    ],
  };
}

export function entry(method: string, url: string, resource: JsonObject, fullUrl: string): JsonObject {
  return { fullUrl, resource, request: { method, url } };
}

function binary({ bytes = pdf(), contentType = 'application/pdf' }: DocumentSent): JsonObject {
  return { resourceType: 'Binary', contentType, data: bytes.toString('base64') };
}

function extension(name: string, value: JsonObject): JsonObject {
  return { url: `${mhd}/${name}`, ...value };
}

const role = (rpps = '10003461033'): JsonObject => ({
  resourceType: 'PractitionerRole',
  id: 'auteur',
  practitioner: { identifier: { system: rppsSystem, value: rpps }, display: 'Dr Claire Martin' },
});
const sector = {
  system: `${nos}/TRE_R02-SecteurActivite/FHIR/TRE-R02-SecteurActivite`,
  code: 'SA01',
  display: 'Établissement public de santé',
};

function submissionSet(level: LevelName, subject: string, items: readonly string[], recipient: boolean): JsonObject {
  const isFull = level !== 'minimal';
  return {
    resourceType: 'List',
    meta: { profile: [profileOf[level].replace('ProvideBundle', 'SubmissionSet')] },
    ...(level === 'comprehensive' ? { contained: [role()] } : {}),
    extension: [
      extension('ihe-sourceId', { valueIdentifier: { system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.250.1.213.1.1.1.99' } }),
      ...(isFull ? [extension('ihe-designationType', { valueCodeableConcept: { coding: [sector] } })] : []),
      ...(recipient ? [extension('ihe-intendedRecipient', { valueReference: { display: 'Dr Luc Petit' } })] : []),
    ],
    identifier: [
      {
        use: 'usual',
        system: 'urn:ietf:rfc:3986',
        value: `urn:oid:1.2.250.1.999.${Date.now()}.${Math.floor(Math.random() * 1e9)}`,
      },
      { use: 'official', system: 'urn:ietf:rfc:3986', value: urn() },
    ],
    status: 'current',
    mode: 'working',
    title: 'Sortie d’hospitalisation',
    code: { coding: [{ system: listTypes, code: 'submissionset' }] },
    subject: { reference: subject },
    date: '2026-11-20T12:00:00+01:00',
    ...(level === 'comprehensive' ? { source: { reference: '#auteur' } } : {}),
    entry: items.map((reference) => ({ item: { reference } })),
  };
}

function folderOf(level: LevelName, subject: string, items: readonly string[]): JsonObject {
  return {
    resourceType: 'List',
    meta: { profile: [`${mhd}/IHE.MHD.${level === 'minimal' ? 'Minimal' : 'Comprehensive'}.Folder`] },
    extension: [extension('ihe-designationType', { valueCodeableConcept: { text: 'Suivi du diabète' } })],
    identifier: [{ use: 'usual', system: 'urn:ietf:rfc:3986', value: urn() }],
    status: 'current',
    mode: 'working',
    title: 'Suivi du diabète',
    code: { coding: [{ system: listTypes, code: 'folder' }] },
    subject: { reference: subject },
    date: '2026-11-20T12:00:00+01:00',
    entry: items.map((reference) => ({ item: { reference } })),
  };
}

function documentReference(level: LevelName, subject: string, sent: DocumentSent, url: string): JsonObject {
  const {
    bytes = pdf(),
    contentType = 'application/pdf',
    type = '34112-3',
    masterIdentifier = urn(),
    labels,
    relatesTo,
    rpps,
  } = sent;
  const attachment = { contentType, url, title: 'Compte rendu d’hospitalisation' };
  const minimal = {
    resourceType: 'DocumentReference',
    meta: { profile: [profileOf[level].replace('ProvideBundle', 'DocumentReference')] },
    masterIdentifier: { system: 'urn:ietf:rfc:3986', value: masterIdentifier },
    status: 'current',
    type: { coding: [{ system: 'http://loinc.org', code: type }] },
    subject: { reference: subject },
    date: '2026-11-20T10:00:00+01:00',
    ...(labels === undefined ? {} : { securityLabel: labels }),
    ...(relatesTo === undefined ? {} : { relatesTo }),
    content: [{ attachment }],
  };
  if (level === 'minimal') return minimal;
  const isContained = level === 'comprehensive';
  return {
    ...minimal,
    ...(isContained
      ? {
          contained: [role(rpps), { resourceType: 'Patient', id: 'patient', name: [{ family: 'Lefèvre', given: ['Anne'] }] }],
          custodian: { identifier: { system: 'https://finess.esante.gouv.fr', value: '750712184' } },
        }
      : {}),
    identifier: [{ use: 'official', system: 'urn:ietf:rfc:3986', value: urn() }],
    category: [{ coding: [{ system: `${nos}/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument`, code: '10' }] }],
    author: [isContained ? { reference: '#auteur' } : { identifier: { system: rppsSystem, value: '10003461033' } }],
    securityLabel: labels ?? [{ coding: [{ system: confidentiality, code: 'N' }] }],
    content: [
      {
        attachment: {
          ...attachment,
          language: 'fr-FR',
          size: bytes.length,
          hash: createHash('sha1').update(bytes).digest('base64'),
          creation: '2026-11-20T09:30:00+01:00',
        },
        format: { system: `${nos}/TRE_A11-IheFormatCode/FHIR/TRE-A11-IheFormatCode`, code: 'urn:ihe:iti:xds-sd:pdf:2008' },
      },
    ],
    context: {
      period: { start: '2026-11-15T08:00:00+01:00', end: '2026-11-20T08:00:00+01:00' },
      facilityType: { coding: [sector] },
      practiceSetting: { coding: [{ system: `${nos}/TRE_A01-CadreExercice/FHIR/TRE-A01-CadreExercice`, code: 'ETABLISSEMENT' }] },
      sourcePatientInfo: { ...(isContained ? { reference: '#patient' } : { display: 'Anne Lefèvre' }) },
    },
  };
}

export function supersedes(): JsonObject {
  const part = [
    { name: 'path', valueString: 'DocumentReference.status' },
    { name: 'type', valueCode: 'replace' },
    { name: 'value', valueCode: 'superseded' },
  ];
  return {
    resourceType: 'Parameters',
    meta: { profile: [`${mhd}/IHE.MHD.Patch.Parameters`] },
    parameter: [{ name: 'operation', part }],
  };
}

/** The same Bundle as a system sends it again: other urn:uuid names, another time, the entries in another order. */
export function sentAgain(bundle: Sent): Sent {
  const names = new Map<string, string>(bundle.entry.map(({ fullUrl }: Sent) => [fullUrl, urn()]));
  const text = JSON.stringify(bundle).replaceAll(/urn:uuid:[0-9a-f-]{36}/g, (name) => names.get(name) ?? name);
  const again = JSON.parse(text);
  for (const { resource } of again.entry) if (resource.resourceType === 'List') resource.date = '2026-11-20T12:05:00+01:00';
  return { ...again, timestamp: new Date().toISOString(), entry: again.entry.toReversed() };
}
