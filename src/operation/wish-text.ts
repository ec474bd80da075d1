// The Consent that a client would write by hand for what an operation is asked, and where each of its elements was said.
// https://hl7.org/fhir/R4/consent.html
import { roleSystems } from '../access/consent.ts';
import { addMonths, dayInParis, startOfDay } from '../fhir/instant.ts';
import { isObject, type JsonObject } from '../fhir/json.ts';
import type { Fault } from '../fhir/outcome.ts';
import type { Caller } from '../identity/caller.ts';
import { identified } from '../identity/identifiers.ts';
import { actReason } from '../identity/systems.ts';
import { type Asker, coded, consentText } from '../interaction/consent-text.ts';
import { firstOf, type Input, valuesOf } from './input.ts';

export type Said = { readonly type: 'permit' | 'deny'; readonly role: keyof typeof roleSystems };

export function consentOf({ caller, now }: Asker, patient: string, input: Input, { type, role }: Said): JsonObject {
  const actor = actorIn(caller, input);
  const period = periodIn({ caller, now }, input);
  const said: Readonly<Record<string, readonly unknown[]>> = {
    actor: actor === undefined ? [] : [{ role: coded(roleSystems[role], role), reference: actor }],
    purpose: valuesOf(input, 'purpose').map((code) => ({ system: actReason, code })),
    class: valuesOf(input, 'class'),
    code: valuesOf(input, 'code').map((coding) => ({ coding: [coding] })),
    data: valuesOf(input, 'data').map((reference) => ({ meaning: 'instance', reference })),
  };
  return consentText({ caller, now }, 'sharing', patient, {
    type,
    ...(period === undefined ? {} : { period }),
    ...Object.fromEntries(Object.entries(said).filter(([, list]) => list.length > 0)),
  });
}

/** A professional who names nobody means himself. */
export function actorIn({ who, name }: Caller, input: Input): JsonObject | undefined {
  const given = firstOf(input, 'actor')?.value;
  if (isObject(given)) return given;
  if (who.kind !== 'professional') return undefined;
  return identified('Practitioner', who.rpps, name);
}

/** What a professional writes ends within a year: where he does not say when, on the last day that may be. */
function periodIn({ caller, now }: Asker, input: Input): JsonObject | undefined {
  const given = firstOf(input, 'period')?.value;
  const period = isObject(given) ? given : undefined;
  if (caller.who.kind !== 'professional' || period?.end !== undefined) return period;
  return { ...period, end: dayInParis(new Date(startOfDay(addMonths(now, 12)).getTime() - 1)) };
}

/** What our profiles' invariants are about, by key: they are of the whole Consent or provision. */
const judged: Readonly<Record<string, readonly string[]>> = {
  'shr-1': ['purpose'],
  'shr-2': ['actor'],
  'shr-4': ['purpose', 'class', 'code', 'data'],
  'con-4': ['class'],
  'con-5': ['code'],
};

/** The parameter that what is wrong in the Consent was made of; undefined where the fault is of the record, not of what was said. */
export function placeIn(input: Input, { expression, text }: Fault): string | undefined {
  if (expression === undefined || !expression.startsWith('Consent')) return expression;
  if (expression.startsWith('Consent.patient')) return undefined;
  const [, name = '', at = '0'] = /^Consent\.provision\.([a-z]+)(?:\[(\d+)\])?/i.exec(expression) ?? [];
  const [, key = ''] = /^([a-z]+-\d+): /.exec(text) ?? [];
  return input.get(name)?.[Number(at)]?.at ?? placeOf(input, judged[key] ?? []);
}

function placeOf(input: Input, names: readonly string[]): string {
  const name = names.find((one) => input.has(one)) ?? '';
  const [at = 'Parameters.parameter', ...others] = new Set(input.get(name)?.map((given) => given.at));
  return others.length === 0 ? at : `Parameters.parameter.where(name='${name}')`;
}
