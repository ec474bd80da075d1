// JSON that somebody sent: refused where two parsers could read it differently, or none could without harm.
// https://hl7.org/fhir/R4/json.html
import { isObject, parseJson } from './json.ts';
import { deepestJson, type JsonFault, jsonFault, mostValues } from './json-fault.ts';
import { Refusal } from './outcome.ts';

/** `expression`: the element that the text is the value of; absent, the names within the text are the place. */
export function readSentJson(bytes: Buffer, expression?: string): unknown {
  const text = textOfBytes(bytes, expression);
  const fault = jsonFault(text);
  if (fault === undefined) return writable(text, expression);
  const { path, kind } = fault;
  const at = expression ?? (kind === 'repeated' && path !== '' ? path : undefined);
  const reason = kind === 'many' ? 'too-large' : 'not-json';
  throw new Refusal(reason, [
    {
      text: textOfFault(fault),
      ...(at === undefined ? {} : { expression: at }),
      ...(kind === 'deep' ? { code: 'too-long' } : {}),
    },
  ]);
}

/** An own `toString` would leave an object of which no text can be made, and FHIR has no element of that name. */
function writable(text: string, expression: string | undefined): unknown {
  const value = parseJson(text);
  const path = mayName.test(text) ? pathOfNamed(value) : undefined;
  if (path === undefined) return value;
  throw new Refusal('not-json', [{ text: 'An element cannot be called toString', expression: expression ?? path }]);
}

/** Written plainly or with escapes. */
const mayName = /toString|\\u/;

/** To the first such member; undefined where there is none. */
function pathOfNamed(value: unknown): string | undefined {
  if (Array.isArray(value)) return firstOf(value.map((part, index) => [`[${index}]`, part]));
  if (!isObject(value)) return undefined;
  return Object.hasOwn(value, 'toString') ? 'toString' : firstOf(Object.entries(value));
}

function firstOf(parts: readonly (readonly [string, unknown])[]): string | undefined {
  for (const [name, part] of parts) {
    const rest = pathOfNamed(part);
    if (rest !== undefined) return rest.startsWith('[') ? name + rest : `${name}.${rest}`;
  }
  return undefined;
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
    case 'deep':
      return `Nested more than ${deepestJson} levels deep, at character ${at}`;
    case 'many':
      return `More than ${mostValues} values, at character ${at}`;
  }
}
