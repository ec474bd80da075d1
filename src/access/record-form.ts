// The form of a stored access state: what is missing, unknown or of another kind in it would be read as "no such rule".
import { types } from 'node:util';
import type { Interval } from '../fhir/instant.ts';
import { isObject } from '../fhir/json.ts';
import type { Ins, Mode } from '../identity/caller.ts';
import type { AccessRecord, ConsentKind, ConsentRule, Derived, Guardian, Member, Provision, Team } from './record.ts';

type Is = (value: unknown) => boolean;

const text: Is = (value) => typeof value === 'string';
const flag: Is = (value) => typeof value === 'boolean';
const version: Is = (value) => Number.isSafeInteger(value);
const instant: Is = (value) => types.isDate(value) && !Number.isNaN(value.getTime());
const actor: Is = (value) => typeof value === 'string' && /^[psrtd]:/.test(value);

function one<T extends string>(...known: readonly T[]): Is {
  return (value) => known.some((name) => name === value);
}

function list(of: Is, least = 0): Is {
  return (value) => Array.isArray(value) && value.length >= least && value.every((item) => of(item));
}

/** All of these members but the optional ones, and no other: what a later version of the server adds may restrict. */
function object<T>(members: Readonly<Record<keyof T, Is>>, ...optional: readonly (keyof T)[]): Is {
  const known = new Map<string, Is>(Object.entries(members));
  const free = new Set<string>(optional.map(String));
  const required = known.size - free.size;
  return (value) => {
    if (!isObject(value)) return false;
    let met = 0;
    for (const name of Object.keys(value)) {
      if (!known.get(name)?.(value[name])) return false;
      if (!free.has(name)) met += 1;
    }
    return met === required;
  };
}

const interval = object<Interval>({ low: instant, high: instant });

const provision = object<Provision>(
  {
    type: one('permit', 'deny'),
    period: interval,
    actors: list(actor, 1),
    purposes: list(one<Mode>('TREAT', 'BTG', 'ETREAT'), 1),
    types: list(text),
    classes: list(text),
    codes: list(text, 1),
    labels: list(text, 1),
    dataPeriod: interval,
    data: list(text, 1),
    provisions: list(isProvision),
  },
  'period',
  'actors',
  'purposes',
  'types',
  'classes',
  'codes',
  'labels',
  'dataPeriod',
  'data',
);

function isProvision(value: unknown): boolean {
  return provision(value);
}

const rule = object<ConsentRule>(
  {
    id: text,
    kind: one<ConsentKind>('opening', 'sharing', 'mandate', 'delegation'),
    role: one('PCP', 'ATTPHYS'),
    root: provision,
  },
  'role',
);

const record = object<AccessRecord>(
  {
    key: text,
    version,
    ins: object<Ins>({ system: text, value: text }),
    birthDate: text,
    maker: text,
    opened: flag,
    closed: instant,
    erasure: instant,
    consents: list(rule),
    teams: list(object<Team>({ id: text, period: interval, members: list(object<Member>({ actor, period: interval })) })),
    guardians: list(object<Guardian>({ id: text, period: interval, minor: flag })),
    actors: list(actor),
    openings: list(interval),
    closings: list(interval),
    blocks: list(object<Derived['blocks'][number]>({ actor, low: instant, high: instant })),
  },
  'ins',
  'birthDate',
  'closed',
  'erasure',
);

/** Whether every part of it can be read. */
export function isAccessRecord(value: unknown): value is AccessRecord {
  return record(value);
}
