// A compartment: the resource that it is of, and whatever one of the parameters of its definition links to that.
// https://hl7.org/fhir/R4/compartmentdefinition.html
import type { Conformance } from '../conformance/conformance.ts';
import { equals, type Filter, none, or } from '../filter/filter.ts';
import type { Query } from './query.ts';
import { referenceEntry } from './reference.ts';

export type Compartment = { readonly type: string; readonly id: string };

export type CompartmentOptions = {
  readonly recordParameters: (type: string) => ReadonlySet<string>;
  /** The only records in which something of the compartment stands; absent: any. */
  readonly records: readonly string[] | undefined;
};

type Defined = Pick<Conformance, 'compartments'>;

/** Types of which something can be in it. */
export function typesIn({ compartments }: Defined, type: string): ReadonlySet<string> {
  return new Set([type, ...(compartments.get(type)?.keys() ?? [])]);
}

/** Of what the query finds, that which is in the compartment. */
export function inCompartment(conformance: Defined, query: Query, compartment: Compartment, options: CompartmentOptions): Query {
  const { records } = options;
  const filter = linked(conformance, query.type, compartment, options.recordParameters(query.type));
  return {
    ...query,
    conditions: [...query.conditions, filter],
    ...(records && { records: query.records?.filter((key) => records.includes(key)) ?? records }),
    namesRow: true,
  };
}

/** The compartment's own resource needs no link. */
function linked({ compartments }: Defined, type: string, of: Compartment, ofRecord: ReadonlySet<string>): Filter {
  const codes = compartments.get(of.type)?.get(type) ?? [];
  const itself = type === of.type ? equals('_id', of.id) : none;
  // A parameter that names the record is not indexed: the row says it; and in a patient's record stands all that is linked to him.
  const [ofPatient, others] = [codes.some((code) => ofRecord.has(code)), codes.filter((code) => !ofRecord.has(code))];
  if (ofPatient && of.type === 'Patient') return or(itself, equals('rec', of.id));
  return or(itself, ...others.map((code) => equals('idx', referenceEntry(code, of.type, of.id))));
}
