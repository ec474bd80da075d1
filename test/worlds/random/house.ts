// The law and the callers of a random world in the server's own terms: what its code is given to make rows and Filters of it.
// https://hl7.org/fhir/R4/security.html
import { loadStatute, type Statute } from '../../../src/access/statute.ts';
import type { Conformance } from '../../../src/conformance/conformance.ts';
import { readObject } from '../../../src/conformance/published.ts';
import { startOfDay } from '../../../src/fhir/instant.ts';
import type { JsonObject } from '../../../src/fhir/json.ts';
import type { Moments } from '../../../src/filter/bind.ts';
import type { Caller, Who } from '../../../src/identity/caller.ts';
import type { Context } from '../../../src/interaction/context.ts';
import { baseUrl } from '../../carnet.ts';
import { conformance, root } from '../../conformance/example.ts';
import type { Asking, Depositor, Regime } from '../../oracle/world.ts';
import { testIns } from '../../resources.ts';

const published = loadStatute(conformance, readObject(`${root}/profiles/Parameters-regime-2018.json`));

/** A pure function of the text without what no map reads: FHIRPath is slow. */
function remembered<T>(of: (resource: JsonObject) => T): (resource: JsonObject) => T {
  const known = new Map<string, T>();
  return (resource) => {
    const {
      id: _id,
      meta: _meta,
      subject: _subject,
      patient: _patient,
      securityLabel: _label,
      relatesTo: _relates,
      content: _content,
      ...rest
    } = resource;
    const key = JSON.stringify(rest);
    const found = known.get(key);
    if (found !== undefined || known.has(key)) return found as T;
    const value = of(resource);
    known.set(key, value);
    return value;
  };
}

const categoryOf = remembered(published.categoryOf);
const mainDateOf = remembered(published.mainDateOf);

export function statuteOf(regime: Regime): Statute {
  return { ...published, categoryOf, mainDateOf, regime: { ...regime, samu: published.regime.samu } };
}

/** As in the tokens of test/identity/issuer.ts. */
const issuer = 'https://issuer.example';

function whoOf(asking: Asking | Depositor, ins: string): Who {
  switch (asking.kind) {
    case 'professional':
    case 'delegate': {
      const { rpps = '', profession = { system: '', code: '' }, finess } = asking;
      const specialities = 'specialities' in asking ? (asking.specialities ?? []) : [];
      const person = { rpps, profession, specialities, ...(finess === undefined ? {} : { finess }) };
      if (asking.kind === 'professional') return { kind: 'professional', ...person };
      return { kind: 'delegate', ...person, secretary: { issuer, subject: 'secretary' } };
    }
    case 'structure':
      return { kind: 'structure', finess: asking.finess ?? '' };
    case 'holder':
      return {
        kind: 'holder',
        ins: { system: testIns, value: 'holds' in asking && asking.holds === 'zzzzzzzzzzzzz' ? '180067512345643' : ins },
      };
    case 'related':
      return { kind: 'related', related: asking.related ?? '' };
    default:
      return { kind: asking.kind };
  }
}

export function callerOf(asking: Asking | Depositor, ins: string): Caller {
  const mode = 'mode' in asking ? asking.mode : 'TREAT';
  const card = 'card' in asking ? (asking.card ?? []) : [];
  const bound = 'bound' in asking && asking.bound !== undefined ? { patient: asking.bound } : {};
  const vitale = card.map((value) => ({ system: testIns, value }));
  return {
    who: whoOf(asking, ins),
    issuer,
    subject: asking.kind,
    scopes: [],
    mode,
    vitale,
    id: 'x',
    ...bound,
  };
}

export const momentsAt = (now: Date): Moments => ({ now, today: startOfDay(now) });

/** What rows are made by, as far as it bears on rights: the rest of the index does not, and takes most of the time. */
export const ruled: Conformance = {
  ...conformance,
  types: new Map(
    [...conformance.types].map(([type, capability]) => [
      type,
      { ...capability, search: new Map([...capability.search].filter(([code]) => code === '_security' || code === 'category')) },
    ]),
  ),
};

/** The law and what rows are made by. */
export type House = { readonly statute: Statute; readonly conformance: Conformance };

export function contextAt(house: House, caller: Caller, now: Date): Context {
  // What makes a row needs no more of it.
  return { ...house, caller, moments: momentsAt(now), baseUrl } as unknown as Context;
}
