// From the conditions of a search to one Filter: each link is answered by the visible rows at its other end.
// https://hl7.org/fhir/R4/search.html#chaining, https://hl7.org/fhir/R4/search.html#has
import type { Direction } from '../conformance/conformance.ts';
import { and, type Filter, oneOf, or } from '../filter/filter.ts';
import type { Condition, Link, Linked } from './chain.ts';
import type { Identity } from './condition.ts';
import { leadingTo } from './contained.ts';
import type { Hierarchy, Tree } from './hierarchy.ts';
import type { Query } from './query.ts';
import { referringTo } from './reference.ts';
import { tooMuch } from './value.ts';

const mostLevels = 16;

/** `name`: of the parameter, for refusals. */
export type AskedOfLink = { readonly link: Link; readonly filter: Filter; readonly name: string };
/** `identity`: the filter is this identifier of a Patient and nothing else, so that minimal identity may answer. */
export type AskedOfRows = Omit<AskedOfLink, 'link'> & { readonly type: string; readonly identity?: Identity };

/** What links find, of the rows that the caller may see. */
export type Links = {
  /** Ids of the rows of the type that meet the filter. */
  readonly rows: (asked: AskedOfRows) => Promise<readonly string[]>;
  /** Ids of the link's targets that its rows refer to, of those which meet the filter. */
  readonly targets: (asked: AskedOfLink) => Promise<readonly string[]>;
  /** The targets that the link's rows which meet the filter can refer to: all of them unless it names records or ids. */
  readonly ahead: (asked: AskedOfLink) => Promise<Filter>;
  /** The link's rows that can refer to targets which meet the filter: all of them unless it names records or ids. */
  readonly behind: (link: Link, filter: Filter) => Filter;
};

/** One look-up after the other and none left out, whatever the earlier ones found. */
export async function resolveSearch({ conditions }: Query, links: Links): Promise<Filter> {
  let filter = and(...conditions.filter(isPlain));
  for (const condition of conditions) {
    if (!isPlain(condition)) filter = and(filter, await resolve(condition, filter, links));
  }
  return filter;
}

/** On the row itself. */
export function isPlain(condition: Condition): condition is Filter {
  return condition.op !== 'chain' && condition.op !== 'has' && condition.op !== 'hierarchy' && condition.op !== 'any';
}

/** `around`: what else its rows must meet. */
async function resolve(condition: Condition, around: Filter, links: Links): Promise<Filter> {
  if (isPlain(condition)) return condition;
  if (condition.op === 'hierarchy') return await climb(condition, links);
  if (condition.op === 'any') {
    const found: Filter[] = [];
    for (const one of condition.of) found.push(await follow(one, around, links));
    return or(...found);
  }
  return condition.op === 'chain' ? await follow(condition, around, links) : await lookBack(condition, around, links);
}

async function follow({ name, link, of, identity }: Linked, around: Filter, links: Links): Promise<Filter> {
  const { code, target, record } = link;
  const ahead = await links.ahead({ link, filter: around, name });
  const inner = await resolve(of, ahead, links);
  const ids = await links.rows({ type: target, filter: and(ahead, inner), name, ...(identity && { identity }) });
  return record ? oneOf('rec', ids) : leadingTo(code, target, ids, inner);
}

async function lookBack({ name, link, of }: Linked, around: Filter, links: Links): Promise<Filter> {
  const behind = links.behind(link, around);
  const filter = and(behind, await resolve(of, behind, links));
  return oneOf('_id', await links.targets({ link, filter, name }));
}

async function climb({ name, direction, code, named, trees }: Hierarchy, links: Links): Promise<Filter> {
  const found: Filter[] = [];
  for (const tree of trees) found.push(referringTo(code, tree.target, await reached(tree, direction, name, links)));
  return or(named, ...found);
}

/** Level by level, each resource once, though it be a part of itself. */
async function reached(
  { target, part, ids }: Tree,
  direction: Direction,
  name: string,
  links: Links,
): Promise<readonly string[]> {
  const link = { type: target, code: part, target, record: false };
  const known = new Set(ids);
  let level = ids;
  for (let levels = 0; level.length > 0; levels += 1) {
    if (levels > mostLevels) throw tooMuch(`Parameter ${name} leads over more than ${mostLevels} levels`, name);
    const next =
      direction === 'below'
        ? await links.rows({ type: target, filter: referringTo(part, target, level), name })
        : await links.targets({ link, filter: oneOf('_id', level), name });
    level = next.filter((id) => !known.has(id));
    for (const id of level) known.add(id);
  }
  return [...known];
}
