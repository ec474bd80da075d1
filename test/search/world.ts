// A small conformance made by hand, and rows as the store would keep them.
import type { Conformance, SearchParameter, TypeCapability } from '../../src/conformance/conformance.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { all, type Filter } from '../../src/filter/filter.ts';
import { matches } from '../../src/filter/matches.ts';
import type { Row } from '../../src/filter/row.ts';
import { indexOf } from '../../src/search/index-of.ts';
import { type Parameters, parseSearch, type Query, type SearchOptions } from '../../src/search/query.ts';
import { recordParametersOf } from '../../src/search/record.ts';
import { referenceEntry } from '../../src/search/reference.ts';
import { type Links, resolveSearch } from '../../src/search/resolve.ts';

export const now = new Date('2026-06-15T10:00:00Z');
const moments = { now, today: now };

const people = ['Practitioner', 'Organization', 'Patient', 'Device'];

function parameter(
  code: string,
  type: SearchParameter['type'],
  expression: string,
  target: readonly string[] = [],
): SearchParameter {
  return { code, type, expression, target, url: `http://hl7.org/fhir/SearchParameter/${code}` };
}

function capability(
  type: string,
  parameters: readonly SearchParameter[],
  includes: string[] = [],
  revincludes: string[] = [],
): TypeCapability {
  const common = [
    parameter('_id', 'token', 'Resource.id'),
    parameter('_lastUpdated', 'date', 'Resource.meta.lastUpdated'),
    parameter('_security', 'token', 'Resource.meta.security'),
  ];
  return {
    type,
    interactions: new Set(['read', 'search-type']),
    search: new Map([...common, ...parameters].map((one) => [one.code, one])),
    includes: new Set(includes),
    revincludes: new Set(revincludes),
    profiles: [],
    operations: new Set(),
  };
}

const declared = [
  capability(
    'DocumentReference',
    [
      parameter('type', 'token', 'DocumentReference.type'),
      parameter('status', 'token', 'DocumentReference.status'),
      parameter('identifier', 'token', 'DocumentReference.masterIdentifier | DocumentReference.identifier'),
      parameter('author', 'reference', 'DocumentReference.author', people),
      parameter('related', 'reference', 'DocumentReference.context.related'),
      parameter('patient', 'reference', 'DocumentReference.subject.where(resolve() is Patient)', ['Patient']),
      parameter('subject', 'reference', 'DocumentReference.subject', people),
      parameter('date', 'date', 'DocumentReference.date'),
      parameter('period', 'date', 'DocumentReference.context.period'),
      parameter('description', 'string', 'DocumentReference.description'),
      parameter('location', 'special', 'DocumentReference.content.attachment.url'),
    ],
    ['DocumentReference:author', 'DocumentReference:patient'],
  ),
  capability(
    'Patient',
    [
      parameter('identifier', 'token', 'Patient.identifier'),
      parameter('active', 'token', 'Patient.active'),
      parameter('name', 'string', 'Patient.name'),
      parameter('family', 'string', 'Patient.name.family'),
      parameter('phonetic', 'string', 'Patient.name'),
      parameter('address', 'string', 'Patient.address'),
      parameter('telecom', 'token', 'Patient.telecom'),
      parameter('phone', 'token', "Patient.telecom.where(system='phone')"),
      parameter('birthdate', 'date', 'Patient.birthDate'),
      parameter('death-date', 'date', '(Patient.deceased as dateTime)'),
      parameter('general-practitioner', 'reference', 'Patient.generalPractitioner', ['Practitioner', 'Organization']),
    ],
    [],
    ['DocumentReference:patient', 'DocumentReference:author'],
  ),
  capability('Practitioner', [
    parameter('identifier', 'token', 'Practitioner.identifier'),
    parameter('name', 'string', 'Practitioner.name'),
    parameter('family', 'string', 'Practitioner.name.family'),
  ]),
  capability('Organization', [
    parameter('identifier', 'token', 'Organization.identifier'),
    parameter('name', 'string', 'Organization.name'),
  ]),
  capability('RiskAssessment', [parameter('probability', 'number', 'RiskAssessment.prediction.probability.as(decimal)')]),
  capability('ValueSet', [parameter('url', 'uri', 'ValueSet.url')]),
  capability('Invoice', [parameter('totalnet', 'quantity', 'Invoice.totalNet')]),
  capability('Observation', [
    parameter('date', 'date', 'Observation.effective'),
    parameter('value-quantity', 'quantity', 'Observation.value.ofType(Quantity) | Observation.value.ofType(SampledData)'),
    parameter('value-range', 'quantity', 'Observation.value.ofType(Range)'),
    {
      ...parameter('code-value-quantity', 'composite', 'Observation | Observation.component'),
      components: [parameter('code', 'token', 'code'), parameter('value-quantity', 'quantity', 'value.ofType(Quantity)')],
    },
    {
      ...parameter('code-value-date', 'composite', 'Observation'),
      components: [
        parameter('code', 'token', 'code'),
        parameter('value-date', 'date', 'value.ofType(DateTime) | value.ofType(Period)'),
      ],
    },
    {
      ...parameter('code-value-string', 'composite', 'Observation'),
      components: [parameter('code', 'token', 'code'), parameter('value-string', 'string', 'value.ofType(string)')],
    },
  ]),
];

export const conformance: Conformance = {
  statement: {},
  interactions: new Set(),
  compartments: new Map(),
  types: new Map(declared.map((one) => [one.type, one])),
  validate: () => [],
  profile: () => undefined,
  valueSet: () => new Set(),
  terminology: { valueSet: () => undefined, subsumed: () => undefined },
  published: () => ({}),
  isResourceType: () => true,
  elementsOf: () => [
    ['id', { types: ['string'] }],
    ['type', { types: ['CodeableConcept'] }],
  ],
  patientElements: (type) => (type === 'DocumentReference' ? ['subject'] : []),
  summaryOf: () => ({ summary: new Set(), mandatory: new Set(), modifier: new Set() }),
  xml: { read: async () => ({}), write: (json) => json },
};

export function capabilityOf(type: string): TypeCapability {
  const found = conformance.types.get(type);
  if (found === undefined) throw new Error(`no ${type}`);
  return found;
}

export const base = 'http://carnet.example/fhir';

export function rowOf(
  resource: JsonObject & { readonly resourceType: string; readonly id: string },
  more: { readonly rec?: string } = {},
): Row {
  const index = indexOf(capabilityOf(resource.resourceType), resource, {
    recordParameters: recordParametersOf(conformance, resource.resourceType),
    base,
    types: conformance.types,
  });
  const envelope = { v: 1, lu: now, date: now, dhi: now, made: now, rd: [], dep: 'h', n: 0, line: [] };
  return { _id: resource.id, ...envelope, ...index, j: JSON.stringify(resource), ...more };
}

export function parse(type: string, parameters: Parameters, options: Partial<SearchOptions> = {}): Query {
  return parseSearch(conformance, type, parameters, { lenient: false, now, base, ...options });
}

export function meets(filter: Filter, row: Row): boolean {
  return matches(filter, row, moments);
}

/** Looks up among the rows given, all of them visible. */
export function among(rows: readonly Row[]): Links {
  const of = (type: string, filter: Filter): readonly Row[] =>
    rows.filter((row) => row.j.includes(`"resourceType":"${type}"`) && meets(filter, row));
  return {
    rows: async ({ type, filter }) => of(type, filter).map(({ _id }) => _id),
    targets: async ({ link: { type, code, target, record }, filter }) => {
      const start = referenceEntry(code, target, '');
      const idsIn = ({ rec, idx }: Row): readonly string[] =>
        record ? [rec ?? ''] : idx.flatMap((entry) => (entry.startsWith(start) ? [entry.slice(start.length)] : []));
      return of(type, filter).flatMap(idsIn);
    },
    ahead: async () => all,
    behind: () => all,
  };
}

/** `name=value&name=value` as a client writes it, decoded. */
export function parametersOf(text: string): Parameters {
  return text.split('&').map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
}

export async function finds(type: string, search: string, row: Row, others: readonly Row[] = []): Promise<boolean> {
  return meets(await resolveSearch(parse(type, parametersOf(search)), among(others)), row);
}
