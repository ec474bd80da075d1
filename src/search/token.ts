// Tokens: codes, codings, identifiers, booleans, contact points. Indexed `type|34133-9|http://loinc.org`, code first, as one entry;
// the systems stand in `p` for `system|`. https://hl7.org/fhir/R4/search.html#token
import { isObject, type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { element, equals, type Filter, oneOf, prefix } from '../filter/filter.ts';
import { fold, longestValue } from './fold.ts';
import { type Entries, key } from './parameter-type.ts';
import { badValue, split, tooMuch, unescaped } from './value.ts';

export type Token = { readonly system?: string; readonly code?: string };
export type Coded = Required<Token>;

const mostCodes = 10_000;

/** The index entry of a token; a bar in the value is escaped, so that no value can pass for a value with a system. */
export function tokenEntry(parameter: string, value: string, system = ''): string {
  return `${parameter}|${escapeBars(value)}|${system}`;
}

/** `field`: where the systems stand in `p`; `implied`: the systems of plain codes. */
export function indexTokens(
  parameter: string,
  field: string,
  nodes: readonly unknown[],
  implied?: ReadonlyMap<string, string>,
): Entries {
  const tokens = nodes
    .flatMap((node) => (typeof node === 'string' ? [token(implied?.get(node), node)] : tokensOf(node)))
    .filter(({ system = '', code = '' }) => system.length <= longestValue && code.length <= longestValue);
  const idx = tokens.flatMap(({ code, system }) => (code === undefined ? [] : [tokenEntry(parameter, code, system)]));
  const systems = new Set(tokens.flatMap(({ system }) => (system === undefined ? [] : [system])));
  return {
    idx,
    p: systems.size === 0 ? {} : { [field]: [...systems].map((x) => ({ x })) },
    keys: nodes.map((node) => key(sortText(node))),
  };
}

export function tokenFilter(parameter: string, field: string, { system, code }: Token): Filter {
  if (code === undefined) return element(`p.${field}`, equals('x', system ?? ''));
  return system === undefined
    ? prefix('idx', `${parameter}|${escapeBars(code)}|`)
    : equals('idx', tokenEntry(parameter, code, system));
}

/** One of many codes. */
export function codesFilter(name: string, parameter: string, tokens: readonly Coded[]): Filter {
  if (tokens.length > mostCodes) throw tooMuch(`Parameter ${name}: more than ${mostCodes} codes`, name);
  return oneOf('idx', [...new Set(tokens.map(({ system, code }) => tokenEntry(parameter, code, system)))]);
}

/** `code`, `system|code`, `|code` (no system: ''), `system|`. */
export function parseToken(name: string, text: string): Token {
  const [first = '', second, ...rest] = split(text, '|').map((part) => unescaped(name, part));
  if (rest.length > 0) throw badValue(name, 'a bar within a code is written \\|');
  if (second === undefined) return { code: first };
  if (second === '' && first === '') throw badValue(name, 'neither system nor code');
  return second === '' ? { system: first } : { system: first, code: second };
}

function tokensOf(node: unknown): readonly Token[] {
  if (typeof node === 'string' || typeof node === 'boolean') return [{ code: String(node) }];
  if (!isObject(node)) return [];
  if (node.coding !== undefined) return objectsOf(node.coding).map(codingToken);
  return [node.value === undefined ? codingToken(node) : valueToken(node)];
}

function codingToken(coding: JsonObject): Token {
  return token(textOf(coding.system), textOf(coding.code));
}

const contactSystems: ReadonlySet<unknown> = new Set(['phone', 'fax', 'email', 'pager', 'url', 'sms', 'other']);

/** An Identifier; or a ContactPoint, which has no system in this sense. */
function valueToken(node: JsonObject): Token {
  const contact = contactSystems.has(node.system) || node.rank !== undefined;
  return token(contact ? undefined : textOf(node.system), textOf(node.value));
}

function token(system: string | undefined, code: string | undefined): Token {
  return { ...(system === undefined ? {} : { system }), ...(code === undefined ? {} : { code }) };
}

function sortText(node: unknown): string {
  const code = tokensOf(node).find((found) => found.code !== undefined)?.code;
  return code ?? (isObject(node) ? fold(textOf(node.text) ?? textOf(node.display) ?? '') : '');
}

export function escapeBars(value: string): string {
  return value.replace(/[\\|]/g, '\\$&');
}
