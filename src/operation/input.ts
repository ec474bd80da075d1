// What an operation is given, in its address or in a Parameters, as its definition has it.
// https://hl7.org/fhir/R4/operations.html#request, https://hl7.org/fhir/R4/parameters.html
import { ownOperation } from '../conformance/capability.ts';
import type { Conformance } from '../conformance/conformance.ts';
import { type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { Refusal, refuse } from '../fhir/outcome.ts';
import type { Parameters } from '../search/query.ts';
import type { Call } from './operation.ts';

/** `at`: where it was said. A value of the address is text. */
export type Given = { readonly value: unknown; readonly at: string };
/** The values of each parameter, in the order in which they were sent. */
export type Input = ReadonlyMap<string, readonly Given[]>;

type Named = Given & { readonly name: string };

/** Throws 400 where a parameter is unknown, of another type, lacking or too many. */
export function inputOf(
  conformance: Pick<Conformance, 'published' | 'validate'>,
  operation: string,
  { parameters, body }: Pick<Call, 'parameters' | 'body'>,
): Input {
  const defined = new Map(
    objectsOf(conformance.published(ownOperation(operation)).parameter)
      .filter(({ use }) => use === 'in')
      .map((parameter) => [textOf(parameter.name) ?? '', parameter]),
  );
  const inAddress = parameters.map(([name, value]) => addressed(defined.get(name), name, value));
  const sent = [...inAddress, ...inBody(conformance, defined, body)];
  const unknown = sent.find(({ name }) => !defined.has(name));
  if (unknown) throw refuse('unknown-parameter', takes([...defined.keys()]), unknown.at);
  for (const [name, { min, max }] of defined) judgeCount(sent, name, Number(min ?? 0), max === '*' ? Infinity : Number(max));
  return Map.groupBy(sent, ({ name }) => name);
}

/** What has parts cannot be written there. https://hl7.org/fhir/R4/operations.html#request */
function addressed(definition: JsonObject | undefined, name: string, text: string): Named {
  const type = textOf(definition?.type) ?? '';
  const at = `http.${name.slice(0, 64)}`;
  const value =
    type === 'boolean'
      ? new Map([
          ['true', true],
          ['false', false],
        ]).get(text)
      : /^[A-Z]/.test(type)
        ? undefined
        : text;
  if (value === undefined) throw refuse('bad-parameter', `${name} is a ${type}`, at);
  return { name, value, at };
}

function takes(names: readonly string[]): string {
  return names.length === 0 ? 'This operation takes no parameters' : `This operation takes ${names.join(', ')}`;
}

function judgeCount(sent: readonly Named[], name: string, min: number, max: number): void {
  const given = sent.filter((one) => one.name === name);
  const over = given[max];
  if (over) throw refuse('bad-parameter', `${name} stands here ${max === 1 ? 'once' : `${max} times`} at most`, over.at);
  if (given.length < min) throw refuse('bad-parameter', `${name} is required`, 'Parameters.parameter');
}

function partsOf(conformance: Pick<Conformance, 'validate'>, body: JsonObject | undefined): readonly JsonObject[] {
  if (body === undefined) return [];
  if (body.resourceType !== 'Parameters') throw refuse('bad-request', 'A Parameters is expected here', 'resourceType');
  const faults = conformance.validate(body, 'base');
  if (faults.length > 0) throw new Refusal('bad-request', faults);
  return objectsOf(body.parameter);
}

function inBody(
  conformance: Pick<Conformance, 'validate'>,
  defined: ReadonlyMap<string, JsonObject>,
  body: JsonObject | undefined,
): readonly Named[] {
  return partsOf(conformance, body).map((part, index) => {
    const name = textOf(part.name) ?? '';
    const at = `Parameters.parameter[${index}]`;
    const type = textOf(defined.get(name)?.type);
    const value = type === undefined ? undefined : part[`value${type.charAt(0).toUpperCase()}${type.slice(1)}`];
    if (type !== undefined && value === undefined) throw refuse('bad-parameter', `${name} is a ${type}`, at);
    return { name, value, at };
  });
}

/** The values, in order; [] where it was not sent. */
export function valuesOf(input: Input, name: string): readonly unknown[] {
  return (input.get(name) ?? []).map(({ value }) => value);
}

/** Search parameters, which a Parameters holds by the same names, as text. */
export function searchInput(
  conformance: Pick<Conformance, 'validate'>,
  { parameters, body }: Pick<Call, 'parameters' | 'body'>,
): Parameters {
  return [...parameters, ...partsOf(conformance, body).map((part, index) => asText(part, index))];
}

function asText({ name, valueString }: JsonObject, index: number): readonly [string, string] {
  if (typeof valueString !== 'string')
    throw refuse('bad-parameter', 'A search parameter is a valueString here', `Parameters.parameter[${index}]`);
  return [textOf(name) ?? '', valueString];
}

/** Of a parameter that stands once at most. */
export function firstOf(input: Input, name: string): Given | undefined {
  return input.get(name)?.[0];
}
