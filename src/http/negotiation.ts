// What the caller wants back: format, indentation, and how much of a written resource.
// https://hl7.org/fhir/R4/http.html#mime-type, https://hl7.org/fhir/R4/http.html#return
import type { Request } from 'express';
import { Refusal, refuse } from '../fhir/outcome.ts';
import type { ReadCondition } from '../interaction/condition.ts';
import type { Preference } from '../interaction/shown.ts';
import { isXml } from './body.ts';
import { preferencesOf } from './prefer.ts';

export type Format = 'json' | 'xml';

export type Wanted = {
  readonly format: Format;
  readonly pretty: boolean;
  /** The resource in a format of FHIR was named, not merely taken. */
  readonly explicit: boolean;
};

type Parameters = readonly (readonly [string, string])[];

export const contentTypes: Readonly<Record<Format, string>> = {
  json: 'application/fhir+json; charset=utf-8',
  xml: 'application/fhir+xml; charset=utf-8',
};
const formats = ['json', 'xml'] as const;
const names: Readonly<Record<Format, ReadonlySet<string>>> = {
  json: new Set(['application/fhir+json', 'application/json', 'text/json', 'json']),
  xml: new Set(['application/fhir+xml', 'application/xml', 'text/xml', 'xml']),
};
const taken = new Set(['*/*', 'application/*']);
/** Another version of FHIR than ours. https://hl7.org/fhir/R4/http.html#version-parameter */
const otherVersion = /;\s*fhirversion=(?!"?4\.0"?\s*(?:;|$))/;
const offered = 'Only application/fhir+json and application/fhir+xml are offered';

/** The parameters of the query string, in order, as sent. */
export function queryOf({ originalUrl }: Request): Parameters {
  const at = originalUrl.indexOf('?');
  return at === -1 ? [] : [...new URLSearchParams(originalUrl.slice(at + 1))];
}

/** `_format` goes before Accept. For a Binary anything is acceptable: its bytes have a type of their own. */
export function wanted(request: Request, parameters: Parameters, anything = false): Wanted {
  refuseAsync(request);
  return formatOf(request, parameters, anything);
}

/** Of a refusal, which is told in any case. */
export function wantedOfRefusal(request: Request, parameters: Parameters): Wanted {
  const understood = parameters.filter(([name, value]) => name !== '_format' || formatNamed(value) !== undefined);
  return formatOf(request, understood, true);
}

function formatNamed(value: string): Format | undefined {
  const name = value.split(';')[0]?.trim().toLowerCase().replace(' ', '+') ?? '';
  return formats.find((format) => names[format].has(name));
}

function formatOf(request: Request, parameters: Parameters, anything: boolean): Wanted {
  const value = (name: string): string | undefined => parameters.find(([one]) => one === name)?.[1];
  const pretty = value('_pretty') === 'true';
  const asked = value('_format');
  if (asked !== undefined) {
    const format = formatNamed(asked);
    if (format === undefined) throw refuse('not-acceptable', offered, 'http._format');
    return { format, pretty, explicit: true };
  }
  const ranges = rangesOf(request.headers.accept ?? '*/*');
  const format = preferred(ranges, sentIn(request));
  if (format === undefined && !anything) throw refuse('not-acceptable', offered, 'http.Accept');
  const explicit = ranges.some(({ name, weight }) => weight > 0 && /^application\/fhir\+(?:json|xml)$/.test(name));
  return { format: format ?? sentIn(request), pretty, explicit };
}

type Range = { readonly name: string; readonly weight: number };

/** https://www.rfc-editor.org/rfc/rfc9110#name-accept */
function rangesOf(accept: string): readonly Range[] {
  return accept
    .toLowerCase()
    .split(',')
    .map((range) => ({
      name: range.split(';')[0]?.trim() ?? '',
      weight: otherVersion.test(range) ? 0 : Number(/;\s*q=([01](?:\.\d*)?)\s*(?:;|$)/.exec(range)?.[1] ?? 1),
    }));
}

/** The heavier one; of two alike the one that is named, then the one named first, then the one that was sent. */
function preferred(ranges: readonly Range[], sent: Format): Format | undefined {
  const candidates = formats.flatMap((format) => {
    const own = ranges.findIndex(({ name }) => names[format].has(name));
    const fitting = ranges.filter(({ name }) => (own === -1 ? taken.has(name) : names[format].has(name)));
    const weight = Math.max(0, ...fitting.map((range) => range.weight));
    return weight === 0 ? [] : [{ format, weight, place: own === -1 ? ranges.length : own }];
  });
  const [best] = candidates.sort(
    (one, other) =>
      other.weight - one.weight || one.place - other.place || Number(other.format === sent) - Number(one.format === sent),
  );
  return best?.format;
}

/** Who asks for nothing is answered in the format that he speaks. */
function sentIn(request: Request): Format {
  return isXml(request) ? 'xml' : 'json';
}

/** Parameters of the answer's form, which no interaction sees. */
export function withoutForm(parameters: Parameters): Parameters {
  return parameters.filter(([name]) => name !== '_format' && name !== '_pretty');
}

/** A server may ignore it, but who asks for it expects no body: it is refused before anything is done. https://hl7.org/fhir/R4/async.html */
function refuseAsync(request: Request): void {
  if (preferencesOf(request).has('respond-async'))
    throw new Refusal('bad-request', [
      {
        text: 'Answers are given at once: send the request without respond-async',
        expression: 'http.Prefer',
        code: 'not-supported',
      },
    ]);
}

/** https://hl7.org/fhir/R4/http.html#cread */
export function readCondition(request: Request): ReadCondition {
  const [ifNoneMatch, ifModifiedSince] = [request.get('if-none-match'), request.get('if-modified-since')];
  return { ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }), ...(ifModifiedSince === undefined ? {} : { ifModifiedSince }) };
}

export function returnPreference(request: Request): Preference {
  const wanted = preferencesOf(request).get('return')?.toLowerCase();
  return wanted === 'minimal' ? wanted : wanted === 'operationoutcome' ? 'OperationOutcome' : 'representation';
}

export function isLenient(request: Request): boolean {
  return preferencesOf(request).get('handling')?.toLowerCase() === 'lenient';
}
