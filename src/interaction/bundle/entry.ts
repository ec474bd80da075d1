// The entries of a batch or transaction: what each asks for, as it was sent.
// https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request
import { isObject, type JsonObject, textOf } from '../../fhir/json.ts';
import { Refusal, refuse, relocated } from '../../fhir/outcome.ts';
import type { Parameters } from '../../search/query.ts';
import type { Context } from '../context.ts';
import { queryIn } from '../query.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof methods)[number];

export type Address = {
  readonly type: string;
  readonly id?: string;
  /** `_history` of what stands before it; with `version`, that one. */
  readonly history: boolean;
  readonly version?: string;
  readonly parameters: Parameters;
};

export type Entry = {
  /** `Bundle.entry[3]`. */
  readonly at: string;
  readonly method: Method;
  readonly address: Address;
  /** As it was sent. */
  readonly url: string;
  readonly fullUrl?: string;
  readonly resource?: JsonObject;
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: string;
  readonly ifNoneExist?: Parameters;
};

const mostEntries = 1000;

/** Refused as a whole where the Bundle itself is wrong: what each entry carries is judged when it is carried out. */
export function entriesOf(context: Context, bundle: JsonObject): readonly Entry[] {
  const sent = Array.isArray(bundle.entry) ? bundle.entry : [];
  if (sent.length > mostEntries) throw refuse('too-large', `More than ${mostEntries} entries`, 'Bundle.entry');
  // The resources are judged one by one, with their references resolved.
  const shell = { ...bundle, ...(Array.isArray(bundle.entry) ? { entry: sent.map(withoutResource) } : {}) };
  const faults = context.conformance.validate(shell, 'base');
  if (faults.length > 0) throw new Refusal('bad-request', faults);
  return sent.filter(isObject).map((entry, at) => readEntry(context, entry, `Bundle.entry[${at}]`));
}

function withoutResource(entry: unknown): unknown {
  if (!isObject(entry)) return entry;
  const { resource: _resource, ...rest } = entry;
  return rest;
}

function readEntry(context: Context, { fullUrl, resource, request }: JsonObject, at: string): Entry {
  const asked = isObject(request) ? request : {};
  const method = methods.find((one) => one === asked.method);
  if (method === undefined) throw refuse('bad-request', 'The method of the request is required', `${at}.request.method`);
  if (resource !== undefined && !isObject(resource)) throw refuse('bad-request', 'One resource is expected', `${at}.resource`);
  const needs = method === 'POST' || method === 'PUT' || method === 'PATCH';
  if (needs && resource === undefined) throw refuse('bad-request', 'A resource is required', `${at}.resource`);
  const text = (name: string): Readonly<Record<string, string>> => {
    const value = textOf(asked[name]);
    return value === undefined ? {} : { [name]: value };
  };
  if (typeof fullUrl === 'string' && !/^[A-Za-z][\w+.-]*:/.test(fullUrl))
    throw refuse('bad-request', 'An absolute URL is required', `${at}.fullUrl`);
  const criteria = textOf(asked.ifNoneExist);
  const url = textOf(asked.url) ?? '';
  return {
    at,
    method,
    address: readAddress(context, url, `${at}.request.url`),
    url,
    ...(typeof fullUrl === 'string' ? { fullUrl } : {}),
    ...(isObject(resource) ? { resource } : {}),
    ...text('ifMatch'),
    ...text('ifNoneMatch'),
    ...text('ifModifiedSince'),
    ...(criteria === undefined ? {} : { ifNoneExist: queryIn(criteria) }),
  };
}

const path = /^([A-Z][A-Za-z]{1,63})?(?:\/([A-Za-z0-9\-.]{1,64}))?(?:\/(_history)(?:\/([A-Za-z0-9\-.]{1,64}))?)?$/;

function readAddress({ baseUrl }: Context, url: string, at: string): Address {
  const own = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length + 1) : url.replace(/^\//, '');
  const mark = own.indexOf('?');
  const [, type = '', id, history, version] = path.exec(mark === -1 ? own : own.slice(0, mark)) ?? [];
  if (type === '' || own.includes('#')) throw refuse('bad-request', 'The address of a resource or of a type is expected', at);
  const parameters = mark === -1 ? [] : queryIn(own);
  return {
    type,
    history: history !== undefined,
    parameters,
    ...(id === undefined ? {} : { id }),
    ...(version === undefined ? {} : { version }),
  };
}

/** The refusal of what an entry asks, with the place in the Bundle: what the entry's own address would have said. */
export async function placed<T>({ at, ifNoneExist }: Pick<Entry, 'at' | 'ifNoneExist'>, run: () => Promise<T>): Promise<T> {
  const criteria = ifNoneExist === undefined ? 'url' : 'ifNoneExist';
  return await relocated(run, ({ expression }) => expressionIn(at, criteria, expression));
}

/** The refusal of criteria, as that of the element that they are written in. */
export async function placedAt<T>(place: string, run: () => Promise<T>): Promise<T> {
  return await relocated(run, () => place);
}

const headers: Readonly<Record<string, string>> = {
  'http.If-Match': 'ifMatch',
  'http.If-None-Match': 'ifNoneMatch',
  'http.If-Modified-Since': 'ifModifiedSince',
  'http.If-None-Exist': 'ifNoneExist',
};

function expressionIn(at: string, criteria: 'url' | 'ifNoneExist', expression: string | undefined): string {
  if (expression === undefined || expression.startsWith(at)) return expression ?? at;
  const header = Object.hasOwn(headers, expression) ? headers[expression] : undefined;
  if (header !== undefined) return `${at}.request.${header}`;
  if (expression.startsWith('http.')) return `${at}.request.${criteria}`;
  const inside = /^[A-Z]\w*((?:\.|\[).*)$/.exec(expression)?.[1];
  return inside === undefined ? `${at}.resource` : `${at}.resource${inside}`;
}
