// What an operation is: a call of it to an answer.
// https://hl7.org/fhir/R4/operations.html
import type { JsonObject } from '../fhir/json.ts';
import type { Answer, Context } from '../interaction/context.ts';
import type { Preference } from '../interaction/shown.ts';
import type { Parameters } from '../search/query.ts';

export type Call = {
  readonly type: string;
  /** Of the address: an instance. */
  readonly id?: string;
  /** Of the address, without what asks for a form. */
  readonly parameters: Parameters;
  /** `Prefer: handling=lenient`. */
  readonly lenient: boolean;
  /** A Parameters, or the one resource that the operation takes. */
  readonly body?: JsonObject;
  readonly ifMatch: string | undefined;
  readonly prefer: Preference;
};

/** `quiet`: it leaves as a 404 does. */
export type Operated = Answer & { readonly quiet?: boolean };
export type Operation = (context: Context, call: Call) => Promise<Operated>;

/** Of an operation that its definition has on instances alone. */
export function idOf({ id }: Call): string {
  if (id === undefined) throw new Error('the operation is routed without an id');
  return id;
}

/** Told, and nothing else. */
export function parametersOf(parameter: readonly JsonObject[]): Answer {
  return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }), headers: {} };
}
