// What $validate is asked: the resource, the mode and the profile, of its body and of its address.
// https://hl7.org/fhir/R4/resource-operation-validate.html#parameters
import type { Conformance } from '../conformance/conformance.ts';
import type { JsonObject } from '../fhir/json.ts';
import { isObject, objectsOf, textOf } from '../fhir/json.ts';
import { Refusal, refuse } from '../fhir/outcome.ts';
import type { Parameters } from '../search/query.ts';

export type Mode = 'create' | 'update' | 'delete' | 'profile';
const modes: readonly Mode[] = ['create', 'update', 'delete', 'profile'];

export type Asked = {
  readonly resource?: JsonObject;
  readonly mode?: Mode;
  /** A canonical, and where it was said. */
  readonly profile?: { readonly url: string; readonly at: string };
};

type Sent = { readonly name: string; readonly value: unknown; readonly at: string };

/** What is not of the operation, stands twice or is no mode is refused. */
export function askedOf(conformance: Conformance, body: JsonObject | undefined, parameters: Parameters): Asked {
  const inAddress = parameters.map(([name, value]) => ({ name, value, at: `http.${name.slice(0, 64)}` }));
  const sent = [...inAddress, ...inBody(conformance, body)];
  const [resource, mode, profile] = ['resource', 'mode', 'profile'].map((name) => once(sent, name));
  const unknown = sent.find(({ name }) => name !== 'resource' && name !== 'mode' && name !== 'profile');
  if (unknown) throw refuse('unknown-parameter', 'This operation takes resource, mode and profile', unknown.at);
  return {
    ...(resource === undefined ? {} : { resource: resourceOf(resource) }),
    ...(mode === undefined ? {} : { mode: modeOf(mode) }),
    ...(profile === undefined ? {} : { profile: profileOf(profile) }),
  };
}

function inBody(conformance: Conformance, body: JsonObject | undefined): readonly Sent[] {
  if (body === undefined) return [];
  if (body.resourceType !== 'Parameters') return [{ name: 'resource', value: body, at: 'resource' }];
  const parts = objectsOf(body.parameter);
  // The resource is what is judged, not the judge.
  const shell = { ...body, ...(parts.length === 0 ? {} : { parameter: parts.map(({ resource: _resource, ...rest }) => rest) }) };
  const faults = conformance.validate(shell, 'base').filter(({ code }) => code !== 'invariant');
  if (faults.length > 0) throw new Refusal('bad-request', faults);
  return parts.map(({ name, resource, valueCode, valueUri, valueCanonical, valueString }, index) => ({
    name: textOf(name) ?? '',
    value: resource ?? valueCode ?? valueUri ?? valueCanonical ?? valueString,
    at: `Parameters.parameter[${index}]`,
  }));
}

function once(sent: readonly Sent[], wanted: string): Sent | undefined {
  const [first, second] = sent.filter(({ name }) => name === wanted);
  if (second) throw refuse('bad-parameter', `${wanted} stands here once`, second.at);
  return first;
}

function resourceOf({ value, at }: Sent): JsonObject {
  if (!isObject(value)) throw refuse('bad-parameter', 'A resource is expected', at);
  return value;
}

function modeOf({ value, at }: Sent): Mode {
  const mode = modes.find((one) => one === value);
  if (mode === undefined) throw refuse('bad-parameter', `The mode is one of ${modes.join(', ')}`, at);
  return mode;
}

function profileOf({ value, at }: Sent): NonNullable<Asked['profile']> {
  if (typeof value !== 'string' || value === '') throw refuse('bad-parameter', 'The canonical of a profile is expected', at);
  return { url: value, at };
}
