// JSON that somebody sent: refused where two parsers could read it differently, or none could without harm.
// https://hl7.org/fhir/R4/json.html
import { parseJson } from './json.ts';
import { deepestJson, type JsonFault, jsonFault, mostValues } from './json-fault.ts';
import { Refusal } from './outcome.ts';

/** `expression`: the element that the text is the value of; absent, the names within the text are the place. */
export function readSentJson(bytes: Buffer, expression?: string): unknown {
  const text = textOfBytes(bytes, expression);
  const fault = jsonFault(text);
  if (fault === undefined) return parseJson(text);
  const { path, kind } = fault;
  const isOfName = kind === 'repeated' || kind === 'unnameable';
  const at = expression ?? (isOfName && path !== '' ? path : undefined);
  const reason = kind === 'many' ? 'too-large' : 'not-json';
  throw new Refusal(reason, [
    {
      text: textOfFault(fault),
      ...(at === undefined ? {} : { expression: at }),
      ...(kind === 'deep' ? { code: 'too-long' } : {}),
    },
  ]);
}

export function textOfBytes(bytes: Buffer, expression?: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal('not-json', [{ text: 'The body is not UTF-8', ...(expression === undefined ? {} : { expression }) }]);
  }
}

function textOfFault({ kind, at }: JsonFault): string {
  switch (kind) {
    case 'malformed':
      return `This is not JSON, at character ${at}`;
    case 'repeated':
      return `A name stands twice in one object, at character ${at}`;
    case 'unnameable':
      return `An element cannot be called toString, at character ${at}`;
    case 'deep':
      return `Nested more than ${deepestJson} levels deep, at character ${at}`;
    case 'many':
      return `More than ${mostValues} values, at character ${at}`;
  }
}
