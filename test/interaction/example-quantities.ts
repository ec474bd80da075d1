// What the quantities and URIs of the official examples may be asked by, and which elements then answer: by R4's words, not by the index.
// https://hl7.org/fhir/R4/search.html#quantity, https://hl7.org/fhir/R4/search.html#uri
import { isObject, type JsonObject } from '../../src/fhir/json.ts';
import type { Form } from './example-questions.ts';

type Ends = { readonly low: number; readonly high: number; readonly of: JsonObject };

/** Of a Quantity, a Range or SampledData; a comparator opens an end. */
function ends(nodes: readonly unknown[]): readonly Ends[] {
  return nodes.filter(isObject).flatMap((node) => {
    if (isObject(node.origin)) return sampled(node, node.origin);
    if (node.low !== undefined || node.high !== undefined) {
      const [low, high] = [node.low, node.high].map((end) => (isObject(end) ? Number(end.value) : undefined));
      const of = isObject(node.low) ? node.low : isObject(node.high) ? node.high : {};
      return [{ low: low ?? Number.NEGATIVE_INFINITY, high: high ?? Number.POSITIVE_INFINITY, of }];
    }
    if (node.value === undefined) return [];
    const value = Number(node.value);
    const sign = String(node.comparator ?? '');
    return [
      {
        low: sign.startsWith('<') ? Number.NEGATIVE_INFINITY : value,
        high: sign.startsWith('>') ? Number.POSITIVE_INFINITY : value,
        of: node,
      },
    ];
  });
}

function sampled({ data, factor }: JsonObject, origin: JsonObject): readonly Ends[] {
  const values = String(data).split(' ').map(Number);
  const scaled = values
    .filter((value) => !Number.isNaN(value))
    .map((value) => value * Number(factor ?? 1) + Number(origin.value));
  return scaled.length === 0 ? [] : [{ low: Math.min(...scaled), high: Math.max(...scaled), of: origin }];
}

/** Whether the number as it is written means the value: to its last digit. */
function means(text: string, value: number): boolean {
  const digits = text.split('.')[1]?.length ?? 0;
  const [asked, given] = [Number(text), value].map((one) => one * 10 ** digits);
  const gap = Number(((given ?? 0) - (asked ?? 0)).toFixed(9));
  return gap >= -0.5 && gap < 0.5;
}

export function quantityForms(name: string, nodes: readonly unknown[]): readonly Form[] {
  return ends(nodes).flatMap(({ low, high, of: { system, code, unit } }) => {
    if (low !== high || String(low).includes('e')) return [];
    const text = String(low);
    const form = (kind: string, asked: string, meets: (one: Ends) => boolean): Form => ({
      kind,
      query: `${name}=${asked}`,
      meets: (other) => ends(other).some(meets),
    });
    const equal = (one: Ends): boolean => means(text, one.low) && means(text, one.high);
    const coded = (one: Ends): boolean => one.of.system === system && one.of.code === code;
    return [
      form('number', text, equal),
      form('le', `le${text}`, (one) => one.low < low || equal(one)),
      ...(typeof unit === 'string'
        ? [form('unit', `${text}||${unit}`, (one) => equal(one) && [one.of.unit, one.of.code].includes(unit))]
        : []),
      ...(typeof system === 'string' && typeof code === 'string'
        ? [form('system|code', `${text}|${system}|${code}`, (one) => equal(one) && coded(one))]
        : []),
      ...(typeof system === 'string' && typeof code === 'string'
        ? [form('gt', `gt${low - 1}|${system}|${code}`, (one) => one.high > low - 1 && coded(one))]
        : []),
    ];
  });
}

export function uriForms(name: string, nodes: readonly unknown[]): readonly Form[] {
  return nodes.map(String).flatMap((text) => {
    const whole: Form = { kind: 'uri', query: `${name}=${text}`, meets: (other) => other.includes(text) };
    if (!/^https?:\/\/[^/]+\//.test(text)) return [whole];
    const start = text.slice(0, text.indexOf('/', 8) + 1);
    const below: Form = {
      kind: ':below',
      query: `${name}:below=${start}`,
      meets: (other) => other.some((one) => String(one).startsWith(start)),
    };
    const above: Form = {
      kind: ':above',
      query: `${name}:above=${text}/_history/1`,
      meets: (other) => other.some((one) => `${text}/`.startsWith(String(one))),
    };
    return [whole, below, above];
  });
}
