// Every trace has its French sentence, in Paris time, whoever acted, in whichever mode and however it ended.
import { describe, expect, it, test } from '@jest/globals';
import type { AuditEvent } from '@medplum/fhirtypes';
import type { Told } from '../../src/audit/told.ts';
import type { Kind, Mode } from '../../src/identity/caller.ts';
import { narrativeOf } from '../../src/operation/narrative.ts';
import { operations } from '../../src/operation/operations.ts';
import { sentenceOfTrace } from '../../src/operation/trace-sentence.ts';
import { conformance } from '../conformance/example.ts';
import { callerOf, interactions, readerOf, traceOf, whos } from './tracing.ts';

const kinds = Object.keys(whos) as readonly Kind[];
const modes: readonly Mode[] = ['TREAT', 'BTG', 'ETREAT'];
const statuses = [200, 304, 400, 403, 404, 409, 410, 412, 422, 500];
const holder = readerOf(whos.holder);

/** The sentence without its time. */
const said = (event: AuditEvent, reader = holder): string =>
  sentenceOfTrace(event, reader).replace(/^Le 26 novembre 2026 à 10 h 05, /, '');
const documents = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `DocumentReference/d${at}`);

describe('every interaction, kind, mode and outcome', () => {
  it.each(interactions)('%s', (interaction) => {
    const sentences = kinds.flatMap((kind) =>
      modes.flatMap((mode) =>
        statuses.flatMap((status) =>
          [documents(2), []].map((resources) =>
            sentenceOfTrace(traceOf({ interaction, status, resources, caller: callerOf(kind, { mode }) }), holder),
          ),
        ),
      ),
    );
    for (const sentence of sentences) {
      expect(sentence).toMatch(/^Le 26 novembre 2026 à 10 h 05, .+ (?:avez|a) .+\.$/);
      expect(sentence).not.toMatch(/undefined|null|NaN|quelqu’un| {2}|de le |de des |de un|\[|\{/);
    }
    expect(new Set(sentences).size).toBeGreaterThan(kinds.length * modes.length);
  });

  it('knows every operation of the server', () => {
    for (const name of Object.keys(operations)) {
      const told = {
        interaction: 'operation',
        resources: documents(1),
        query: `POST /fhir/DocumentReference/1/$${name}`,
      } as const;
      expect([name, said(traceOf(told))]).not.toEqual([name, expect.stringContaining('lancé une opération')]);
    }
  });

  it('knows every type that the server keeps', () => {
    for (const type of conformance.types.keys()) expect(said(traceOf({ resources: [`${type}/1`] }))).not.toContain('une donnée');
  });
});

type Row = readonly [sentence: string, told: Partial<Told>];
const doctor = 'le Dr Claire Martin (médecin, CHU de Lille)';
const asked = (query: string, more: Partial<Told> = {}): Partial<Told> => ({ query, ...more });
const toldToHolder: readonly Row[] = [
  [`${doctor} a consulté 3 documents de votre dossier.`, { resources: documents(3) }],
  [`${doctor} a consulté un document de votre dossier.`, { interaction: 'read', resources: documents(1) }],
  [`${doctor} a consulté une version d’un document de votre dossier.`, { interaction: 'vread', resources: documents(1) }],
  [
    `${doctor} a consulté l’historique de 2 documents de votre dossier.`,
    { interaction: 'history-type', resources: documents(2) },
  ],
  [
    `${doctor} a consulté 2 documents, une vaccination et un traitement de votre dossier.`,
    { resources: [...documents(2), 'Immunization/1', 'MedicationStatement/1'] },
  ],
  [`${doctor} a cherché des vaccinations dans votre dossier.`, asked('Immunization?patient=p1', { patient: '' })],
  [`${doctor} a consulté des traces d’accès de votre dossier.`, asked('AuditEvent?patient=p1')],
  [`${doctor} a consulté une fiche de professionnel.`, { resources: ['Practitioner/1'], patient: '' }],
  [
    `${doctor} a déposé un document dans votre dossier.`,
    { interaction: 'create', resources: ['DocumentReference/1', 'Binary/1'] },
  ],
  [`${doctor} a modifié un problème de santé de votre dossier.`, { interaction: 'update', resources: ['Condition/1'] }],
  [`${doctor} a supprimé un document de votre dossier.`, { interaction: 'delete', resources: documents(1) }],
  [
    `${doctor} a consulté ou modifié en une seule opération 2 documents de votre dossier.`,
    { interaction: 'transaction', resources: documents(2) },
  ],
  [
    `${doctor} a fait vérifier un document de votre dossier.`,
    asked('POST /fhir/DocumentReference/1/$validate', { interaction: 'operation', resources: documents(1) }),
  ],
  [
    'un agent d’accueil a émis un code d’activation de compte.',
    asked('POST /fhir/Patient/$activation-code identifier=x|1', {
      interaction: 'operation',
      caller: callerOf('agent'),
      patient: '',
    }),
  ],
  [
    'vous avez demandé qui peut voir un document de votre dossier.',
    asked('GET /fhir/DocumentReference/1/$explain-access', {
      interaction: 'operation',
      resources: documents(1),
      caller: callerOf('holder'),
    }),
  ],
  [
    `${doctor} a demandé l’état de votre dossier.`,
    asked('POST /fhir/Patient/$record-status', { interaction: 'operation', resources: ['Patient/p1'] }),
  ],
  ...(
    [
      ['close', 'vous avez fermé votre dossier.'],
      ['reopen', 'vous avez rouvert votre dossier.'],
      ['request-erasure', 'vous avez demandé l’effacement de votre dossier.'],
    ] as const
  ).map(([name, sentence]): Row => {
    const resources = name === 'request-erasure' ? [] : ['Consent/1'];
    return [
      sentence,
      asked(`POST /fhir/Patient/p1/$${name}`, { interaction: 'operation', resources, caller: callerOf('holder') }),
    ];
  }),
  [
    'vous avez consulté des traces d’accès de votre dossier.',
    asked('AuditEvent/$narrate?_count=5', { interaction: 'operation', caller: callerOf('holder') }),
  ],
  [
    `${doctor} a tenté de consulter un document de votre dossier ; rien ne lui a été transmis.`,
    asked('GET /fhir/DocumentReference/d1', { interaction: 'read', status: 404, patient: '' }),
  ],
  [
    `${doctor} a tenté de chercher des documents dans votre dossier ; l’accès a été refusé.`,
    asked('GET /fhir/DocumentReference?patient=p1', { status: 403, patient: '' }),
  ],
  [
    `${doctor} a tenté de modifier un document de votre dossier ; la demande a été écartée, car les données avaient changé.`,
    asked('PUT /fhir/DocumentReference/d1', { interaction: 'update', status: 412, patient: '' }),
  ],
  [
    `${doctor} a tenté de déposer une vaccination dans votre dossier ; la demande a été refusée.`,
    asked('POST /fhir/Immunization', { interaction: 'create', status: 422, patient: '' }),
  ],
  [
    `${doctor} a tenté de chercher des données dans votre dossier ; la demande n’a pas abouti.`,
    asked('GET /fhir/Patient/p1/*', { status: 500, patient: '' }),
  ],
  [
    `${doctor} a consulté un document de votre dossier, en urgence (bris de glace), motif : « Patiente inconsciente ».`,
    { resources: documents(1), caller: callerOf('professional', { mode: 'BTG', reason: ' Patiente\n inconsciente' }) },
  ],
  [
    `${doctor} a consulté un document de votre dossier, en urgence (centre 15), motif : « Appel ».`,
    { resources: documents(1), caller: callerOf('professional', { mode: 'ETREAT', reason: 'Appel' }) },
  ],
  [
    `${doctor} a consulté un document de votre dossier, une carte Vitale étant dans le lecteur.`,
    { resources: documents(1), caller: callerOf('professional', { vitale: [{ system: 's', value: 'v' }] }) },
  ],
  [
    'Nadia Colin (secrétariat), au nom du Dr Claire Martin (médecin, CHU de Lille), a déposé une vaccination dans votre dossier.',
    { interaction: 'create', resources: ['Immunization/1'], caller: callerOf('delegate') },
  ],
  [
    'l’assurance maladie a déposé un relevé de remboursement dans votre dossier.',
    { interaction: 'create', resources: ['ExplanationOfBenefit/1'], caller: callerOf('feeder') },
  ],
  [
    'CHU de Lille a déposé un document dans votre dossier.',
    { interaction: 'create', resources: documents(1), caller: callerOf('structure', { organizationName: 'CHU de Lille' }) },
  ],
  [
    'un proche ou un représentant a consulté un document de votre dossier.',
    { interaction: 'read', resources: documents(1), caller: callerOf('related') },
  ],
];

describe('as the holder reads it', () => {
  test.each(toldToHolder)('%s', (sentence, told) => {
    expect(said(traceOf(told))).toBe(sentence);
  });
});

describe('names', () => {
  const { name: _name, organizationName: _structure, ...anonymous } = callerOf('professional');
  const trace = traceOf({ resources: documents(1), caller: anonymous });
  it('come from the directory where the token gave none', () => {
    const names = {
      'https://rpps.esante.gouv.fr|10003461033': 'Claire Martin',
      'https://finess.esante.gouv.fr|750712184': 'CHU de Lille',
    };
    expect(said(trace, readerOf(whos.holder, names))).toBe(`${doctor} a consulté un document de votre dossier.`);
  });

  it('are identifiers where nothing names him', () => {
    expect(said(trace)).toBe(
      'un professionnel de santé (médecin, RPPS 10003461033, structure FINESS 750712184) a consulté un document de votre dossier.',
    );
  });

  it('say « vous » to him who acted, and to nobody else', () => {
    expect(said(trace, readerOf(whos.professional))).toBe('vous avez consulté un document du dossier.');
    const other = { ...whos.professional, rpps: '10000000010' } as typeof whos.professional;
    expect(said(trace, readerOf(other))).toMatch(/^un professionnel de santé .* a consulté un document du dossier\.$/);
    const inName = traceOf({ interaction: 'create', resources: ['Immunization/1'], caller: callerOf('delegate') });
    expect(said(inName, readerOf(whos.professional))).toBe(
      'Nadia Colin (secrétariat), en votre nom, a déposé une vaccination dans le dossier.',
    );
  });
});

describe('times of Paris', () => {
  test.each([
    ['2026-11-26T09:05:00Z', 'Le 26 novembre 2026 à 10 h 05, '],
    ['2026-06-30T22:30:00Z', 'Le 1er juillet 2026 à 00 h 30, '],
    ['2026-10-25T00:59:59Z', 'Le 25 octobre 2026 à 02 h 59, '],
    ['2026-12-31T23:00:00Z', 'Le 1er janvier 2027 à 00 h 00, '],
  ])('%s', (recorded, beginning) => {
    expect(sentenceOfTrace(traceOf({ recorded: new Date(recorded) }), holder).startsWith(beginning)).toBe(true);
  });
});

describe('what a token or a request says is text', () => {
  const evil = '</p></div><script>alert("1")</script>&nbsp;\u202Eexe\r\n\u0007';
  it.each([
    ['a name', { caller: callerOf('professional', { name: evil }) }],
    ['a structure', { caller: callerOf('professional', { organizationName: evil }) }],
    ['a reason', { caller: callerOf('professional', { mode: 'BTG', reason: evil }) }],
    ['a query', { query: `GET /fhir/${evil}/$${evil}` }],
    ['a type', { resources: [`${evil}/1`] }],
  ] satisfies readonly (readonly [string, Partial<Told>])[])('%s', (_what, told) => {
    const { div } = narrativeOf(sentenceOfTrace(traceOf(told), holder));
    expect(
      div.replace(/^<div xmlns="http:\/\/www.w3.org\/1999\/xhtml" lang="fr" xml:lang="fr"><p>|<\/p><\/div>$/g, ''),
    ).not.toMatch(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left.
      /[<>\u0000-\u001F\u202A-\u202E\u2066-\u2069]|&(?!(?:amp|lt|gt|quot);)/,
    );
    const patient = { resourceType: 'Patient', text: { status: 'generated', div } };
    expect(conformance.validate(patient, 'base')).toEqual([]);
  });
});
