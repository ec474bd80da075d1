// A search as a value: its conditions, order and page, from the parameters as they were sent.
// https://hl7.org/fhir/R4/search.html
import type { Conformance, SearchParameter, TypeCapability } from '../conformance/conformance.ts';
import { Refusal, refuse } from '../fhir/outcome.ts';
import { bestFirst, newestFirst, type Order } from '../filter/order.ts';
import type { Rank } from '../filter/rank.ts';
import { type Condition, type Parsed, parseCondition } from './chain.ts';
import type { Context, Identity } from './condition.ts';
import { type Include, type IncludeKind, includeKind, parseIncludes } from './include.ts';
import { judgeContained } from './index-definition.ts';
import { parseSort } from './order.ts';
import { recordParametersOf } from './record.ts';
import { parseElements, parseSummary, type Subset, type Summary, subsetOf } from './subset.ts';
import { badValue, tooMuch } from './value.ts';

export type Parameters = readonly (readonly [name: string, value: string])[];

export type Query = {
  readonly type: string;
  readonly conditions: readonly Condition[];
  /** Keys of the only records, and the only ids, in which something can be found; absent: no condition names any. */
  readonly records?: readonly string[];
  readonly ids?: readonly string[];
  readonly sort: Order;
  /** Where the best come first: by which words. */
  readonly rank?: Rank;
  readonly count: number;
  readonly totalOnly: boolean;
  readonly total: boolean;
  readonly includes: readonly Include[];
  readonly revincludes: readonly Include[];
  /** How much of each resource is shown; absent: all. */
  readonly subset?: Subset;
  /** The parameters that took effect, as they were sent. */
  readonly applied: Parameters;
  /** A search of Patient by this identifier and nothing else. */
  readonly identity?: Identity;
  /** It names a resource by `_id` or `identifier`. */
  readonly namesRow: boolean;
  /** What is contained in others is searched: `conditions` are on that. Absent: it is not. */
  readonly contained?: InContained;
};

/** `both`: what stands by itself too; `whole`: the containers are given. */
export type InContained = { readonly both: boolean; readonly whole: boolean; readonly conditions: readonly Condition[] };

export type SearchOptions = {
  /** `Prefer: handling=lenient`: what is unknown is left out. */
  readonly lenient: boolean;
  /** By type; by default the patient compartment's, where rows have a record. */
  readonly recordParameters?: (type: string) => ReadonlySet<string>;
  /** Whether the parameter reads the main date of the type and nothing else; by default none does. */
  readonly isMainDate?: (type: string, parameter: SearchParameter) => boolean;
  readonly base?: string;
  readonly now?: Date;
  /** By default what attachments say may be asked for. */
  readonly attachments?: (type: string) => boolean;
};

type Part =
  | { readonly kind: 'condition'; readonly parsed: Parsed }
  | { readonly kind: '_sort'; readonly order: Order }
  | { readonly kind: '_count'; readonly count: number }
  | { readonly kind: '_total'; readonly total: boolean }
  | { readonly kind: '_summary'; readonly summary: Summary }
  | { readonly kind: '_elements'; readonly elements: ReturnType<typeof parseElements> }
  | { readonly kind: '_contained'; readonly where: (typeof places)[number] }
  | { readonly kind: '_containedType'; readonly whole: boolean }
  | { readonly kind: IncludeKind; readonly includes: readonly Include[] };

const places = ['false', 'true', 'both'] as const;
export const mostParameters = 64;
const longestName = 512;
/** Of all values: each becomes several conditions of the database, whose commands are limited too. */
const mostCharacters = 100_000;
/** Of all chains and `_has` together. */
const mostLinks = 32;
export const defaultCount = 20;
const mostCount = 500;

export function parseSearch(conformance: Conformance, type: string, parameters: Parameters, options: SearchOptions): Query {
  const capability = conformance.types.get(type);
  if (capability === undefined) throw refuse('unknown-type', 'Resource type not supported');
  if (parameters.length > mostParameters) throw tooMuch(`More than ${mostParameters} parameters`);
  if (parameters.reduce((sum, [, value]) => sum + value.length, 0) > mostCharacters)
    throw tooMuch(`Values of more than ${mostCharacters} characters`);
  const context: Context = {
    conformance,
    recordParameters: options.recordParameters ?? ((of) => recordParametersOf(conformance, of)),
    isMainDate: options.isMainDate ?? (() => false),
    base: options.base,
    now: options.now ?? new Date(),
    attachments: options.attachments ?? (() => true),
  };
  const applied = parameters.flatMap(([name, value]) => {
    const part = parsePart(context, capability, name, value, options.lenient);
    return part === undefined ? [] : [{ part, sent: [name, value] as const }];
  });
  const parts = applied.map(({ part }) => part);
  const links = parts.reduce((sum, part) => sum + (part.kind === 'condition' ? part.parsed.links : 0), 0);
  if (links > mostLinks) throw tooMuch(`More than ${mostLinks} links in chains`);
  const whole = applied.length === parameters.length;
  const form = pageOf(parts);
  const sent = applied.map((one) => one.sent);
  const conditions = applied.filter(({ part }) => part.kind === 'condition').map((one) => one.sent);
  const contained = containedIn(parts, form, () => {
    for (const holder of conformance.types.values()) judgeContained(holder, type, '_contained');
    // No record is said of what is contained, nor a date by which it stands among others.
    return conditions.map(([name, value]) => {
      const inside = { ...context, recordParameters: () => new Set<string>(), isMainDate: () => false };
      return parseCondition(inside, capability, name, value).condition;
    });
  });
  return { type, ...conditionsOf(type, parts, whole), ...form, applied: sent, ...(contained && { contained }) };
}

/** https://hl7.org/fhir/R4/search.html#contained */
function containedIn(parts: readonly Part[], form: Form, read: () => readonly Condition[]): InContained | undefined {
  const where = once(parts, '_contained')?.where ?? 'false';
  const whole = once(parts, '_containedType')?.whole ?? true;
  if (where === 'false') return undefined;
  if (form.sort.some(({ field }) => field.startsWith('s.')))
    throw badValue('_sort', '_id and _lastUpdated alone with _contained');
  if (form.total && !whole) throw badValue('_containedType', 'contained resources are not counted');
  const conditions = read();
  if (conditions.some(({ op }) => op === 'has'))
    throw badValue('_contained', 'nothing refers to what is contained: not with _has');
  return { both: where === 'both', whole, conditions };
}

function parsePart(
  context: Context,
  capability: TypeCapability,
  name: string,
  value: string,
  lenient: boolean,
): Part | undefined {
  if (name.length > longestName) throw tooMuch(`A name of more than ${longestName} characters`, name.slice(0, 64));
  try {
    return partOf(context, capability, name, value);
  } catch (error) {
    if (lenient && error instanceof Refusal && error.reason === 'unknown-parameter') return undefined;
    throw error;
  }
}

function partOf(context: Context, capability: TypeCapability, name: string, value: string): Part {
  switch (name) {
    case '_sort':
      return { kind: name, order: parseSort(capability, name, value) };
    case '_count':
      return { kind: name, count: parseCount(name, value) };
    case '_total':
      if (value !== 'none' && value !== 'accurate' && value !== 'estimate') throw badValue(name, 'none, accurate or estimate');
      return { kind: name, total: value !== 'none' };
    case '_contained': {
      const where = places.find((one) => one === value);
      if (where === undefined) throw badValue(name, 'false, true or both');
      return { kind: name, where };
    }
    case '_containedType':
      if (value !== 'container' && value !== 'contained') throw badValue(name, 'container or contained');
      return { kind: name, whole: value === 'container' };
    case '_summary':
      return { kind: name, summary: parseSummary(name, value) };
    case '_elements':
      return { kind: name, elements: parseElements(context.conformance, capability.type, name, value) };
  }
  const kind = includeKind(name)?.kind;
  if (kind !== undefined) return { kind, includes: parseIncludes(context, capability, name, value) };
  return { kind: 'condition', parsed: parseCondition(context, capability, name, value) };
}

export function parseCount(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw badValue(name, 'a whole number');
  return Math.min(Number(value), mostCount);
}

type Conditions = Pick<Query, 'conditions' | 'records' | 'ids' | 'identity' | 'namesRow'>;

/** They say nothing of what is searched. */
const countless: ReadonlySet<Part['kind']> = new Set(['_count', '_summary', '_elements']);

function conditionsOf(type: string, parts: readonly Part[], whole: boolean): Conditions {
  const parsed = parts.flatMap((part) => (part.kind === 'condition' ? [part.parsed] : []));
  const records = common(parsed.map((one) => one.records));
  const ids = common(parsed.map((one) => one.ids));
  const [only] = parsed;
  const alone = whole && parsed.length === 1 && parts.every(({ kind }) => kind === 'condition' || countless.has(kind));
  const identity = type === 'Patient' && alone && only?.links === 0 ? only?.identity : undefined;
  return {
    conditions: parsed.map(({ condition }) => condition),
    ...(records && { records }),
    ...(ids && { ids }),
    ...(identity && { identity }),
    namesRow: parsed.some(({ code }) => code === '_id' || code === 'identifier'),
  };
}

/** What all of the lists that there are have in common. */
export function common(lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const [first, ...rest] = lists.filter((list) => list !== undefined);
  return first && [...new Set(first)].filter((value) => rest.every((list) => list.includes(value)));
}

type Form = Pick<Query, 'sort' | 'rank' | 'count' | 'totalOnly' | 'total' | 'includes' | 'revincludes' | 'subset'>;

function pageOf(parts: readonly Part[]): Form {
  const asked = once(parts, '_sort')?.order;
  const rank = asked === undefined ? parts.flatMap((part) => (part.kind === 'condition' ? (part.parsed.rank ?? []) : [])) : [];
  const ranked = rank.length > 0;
  const count = once(parts, '_count')?.count ?? defaultCount;
  const summary = once(parts, '_summary')?.summary;
  const subset = subsetOf(summary, once(parts, '_elements')?.elements);
  const totalOnly = summary === 'count' || count === 0;
  const total = totalOnly || (once(parts, '_total')?.total ?? false);
  const of = (kind: IncludeKind): readonly Include[] => parts.flatMap((part) => (part.kind === kind ? part.includes : []));
  const [includes, revincludes] = [of('_include'), of('_revinclude')];
  if (subset?.kind === 'text' && includes.length + revincludes.length > 0)
    throw badValue('_summary', 'text is not given together with _include or _revinclude');
  return {
    sort: asked ?? (ranked ? bestFirst : newestFirst),
    ...(ranked && { rank }),
    count,
    totalOnly,
    total,
    includes,
    revincludes,
    ...(subset && { subset }),
  };
}

function once<K extends Part['kind']>(parts: readonly Part[], kind: K): Extract<Part, { kind: K }> | undefined {
  const given = parts.filter((part): part is Extract<Part, { kind: K }> => part.kind === kind);
  if (given.length > 1) throw badValue(kind, 'given more than once');
  return given[0];
}
