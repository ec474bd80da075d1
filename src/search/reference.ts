// References: `author|Practitioner/123`, other servers' and URNs whole, and the logical ones as `author:identifier|value|system`.
// https://hl7.org/fhir/R4/search.html#reference
import type { SearchParameter } from '../conformance/conformance.ts';
import { isObject, textOf } from '../fhir/json.ts';
import { type LiteralReference, parseReference } from '../fhir/reference.ts';
import { type Filter, none, oneOf, or } from '../filter/filter.ts';
import { fold, longestValue } from './fold.ts';
import { type Asked, type Entries, key, type ParameterType } from './parameter-type.ts';
import { indexTokens, parseToken, tokenFilter } from './token.ts';
import { below } from './uri.ts';
import { badValue, unescaped } from './value.ts';

export const referenceEntry = (parameter: string, type: string, id: string): string => `${parameter}|${type}/${id}`;

/** The rows that refer to one of the ids. */
export function referringTo(parameter: string, type: string, ids: readonly string[]): Filter {
  return oneOf(
    'idx',
    ids.map((one) => referenceEntry(parameter, type, one)),
  );
}

const identifierField = (parameter: string): string => `${parameter}_identifier`;
const id = /^[A-Za-z0-9\-.]{1,64}$/;
const uri = /^(?:https?:\/\/|urn:)\S+$/;

/** A reference as it is compared: without version, relative where it is below `base`. */
export function canonicalReference(text: string, base: string | undefined): string {
  const literal = parseReference(text);
  if (literal === undefined) return text;
  const relative = `${literal.type}/${literal.id}`;
  return literal.base === undefined || literal.base === base?.replace(/\/+$/, '') ? relative : `${literal.base}/${relative}`;
}

const version = /\/_history\/[^/]+$/;

/** As it is indexed: without version, and with the one it has. A canonical's version stands after a bar. */
function forms(text: string, base: string | undefined): readonly string[] {
  const canonical = canonicalReference(text, base);
  if (parseReference(text) === undefined) return [...new Set([canonical, canonical.replace(/\|[^|]*$/, '')])];
  return [canonical, ...(version.exec(text) ?? []).map((end) => canonical + end)];
}

function textOfNode(node: unknown): string | undefined {
  return typeof node === 'string' ? node : isObject(node) ? textOf(node.reference) : undefined;
}

/** What the elements refer to outside the resource itself. */
function textsOf(nodes: readonly unknown[]): readonly string[] {
  const texts = nodes.map(textOfNode).filter((text) => text !== undefined);
  return texts.filter((text) => !text.startsWith('#') && text.length <= longestValue);
}

/** Those to resources of this server. */
export function ownReferences(nodes: readonly unknown[], base: string | undefined): readonly LiteralReference[] {
  return textsOf(nodes).flatMap((text) => {
    const { version } = parseReference(text) ?? {};
    const own = parseReference(canonicalReference(text, base));
    return own === undefined || own.base !== undefined ? [] : [{ ...own, ...(version !== undefined && { version }) }];
  });
}

function index({ code }: { readonly code: string }, nodes: readonly unknown[], base: string | undefined): Entries {
  const references = [...new Set(textsOf(nodes).flatMap((text) => forms(text, base)))];
  const identifiers = nodes.flatMap((node) => (isObject(node) && node.identifier !== undefined ? [node.identifier] : []));
  const logical = indexTokens(`${code}:identifier`, identifierField(code), identifiers);
  return {
    idx: [...references.map((reference) => `${code}|${reference}`), ...logical.idx],
    p: logical.p,
    keys: nodes.map((node) => key(sortText(node, base))),
  };
}

function sortText(node: unknown, base: string | undefined): string {
  const text = textOfNode(node);
  if (text === undefined) return isObject(node) ? fold(textOf(node.display) ?? '') : '';
  return parseReference(canonicalReference(text, base))?.id ?? text;
}

type Meaning = Pick<Asked, 'name' | 'base' | 'modifier'> & { readonly types: readonly string[] };

/** The references that a value may mean: an id alone is one of each possible type, a version is that version only. */
export function referencesMeant({ types, name, modifier, base }: Meaning, value: string): readonly string[] {
  const text = unescaped(name, value);
  if (id.test(text)) {
    if (types.length === 0) throw badValue(name, 'an id needs its type, as in Patient/123');
    return types.map((type) => `${type}/${text}`);
  }
  const literal = parseReference(text);
  if (literal === undefined && !uri.test(text)) throw badValue(name, 'not a reference');
  const [end = ''] = literal === undefined ? [] : (version.exec(text) ?? []);
  return modifier === undefined || literal?.type === modifier ? [canonicalReference(text, base) + end] : [];
}

function meant({ parameter, name, modifier, base }: Asked, value: string): readonly string[] {
  return referencesMeant({ name, base, modifier, types: modifier === undefined ? parameter.target : [modifier] }, value);
}

const isType = ({ parameter, modifier }: Asked): boolean => modifier === undefined || parameter.target.includes(modifier);

/** A canonical has no identifier beside itself, but versions below it. */
function modifiersOf({ elements, target }: SearchParameter): readonly string[] {
  return [elements?.size === 1 && elements.has('canonical') ? 'below' : 'identifier', ...target];
}

/** The record keys that a condition on the parameter naming the record asks for; undefined with any other modifier. */
export function recordKeys(asked: Asked): readonly string[] | undefined {
  if (!isType(asked)) return undefined;
  const meantBy = asked.values.flatMap((value) => meant(asked, value));
  if (meantBy.some((text) => version.test(text))) throw badValue(asked.name, 'a patient is named without a version');
  const literals = meantBy.map(parseReference);
  const keys = literals.flatMap((literal) => (literal?.type === 'Patient' && literal.base === undefined ? [literal.id] : []));
  return [...new Set(keys)];
}

function condition(asked: Asked): Filter | undefined {
  const { code } = asked.parameter;
  if (asked.modifier !== undefined && !modifiersOf(asked.parameter).includes(asked.modifier)) return undefined;
  if (asked.modifier === 'identifier') {
    return or(
      ...asked.values.map((value) => tokenFilter(`${code}:identifier`, identifierField(code), parseToken(asked.name, value))),
    );
  }
  if (asked.modifier === 'below') return or(...asked.values.map((value) => below(code, unescaped(asked.name, value))));
  const references = asked.values.flatMap((value) => meant(asked, value));
  return references.length === 0
    ? none
    : oneOf(
        'idx',
        references.map((reference) => `${code}|${reference}`),
      );
}

export const referenceType: ParameterType = { index, modifiers: modifiersOf, condition };
