// AuditEvent/$narrate: what a search or a read of traces would give the caller, each with a French sentence as its narrative.
// Its definition: profiles/OperationDefinition-narrate.json
import type { AuditEvent } from '@medplum/fhirtypes';
import { policyDisplays } from '../access/statute.ts';
import { asResource, isObject, type JsonObject, parseJson } from '../fhir/json.ts';
import { finessSystem, rppsSystem } from '../identity/systems.ts';
import type { Context } from '../interaction/context.ts';
import { read } from '../interaction/read.ts';
import { search } from '../interaction/search.ts';
import type { Found, Reading } from '../store/reading.ts';
import { namesOf } from './access-name.ts';
import { searchInput } from './input.ts';
import { narrativeOf } from './narrative.ts';
import type { Call, Operated } from './operation.ts';
import { type Reader, sentenceOfTrace } from './trace-sentence.ts';

export async function narrate(context: Context, call: Call): Promise<Operated> {
  const { type, id, lenient } = call;
  const parameters = searchInput(context.conformance, call);
  const shown = { path: `${type}/$narrate`, tell: telling(context) };
  if (id !== undefined) return await read(context, type, id, { parameters, lenient, tell: shown.tell });
  const { answer, quiet } = await search(context, { type, parameters, lenient, shown });
  return { ...answer, quiet };
}

/** The names are those that the caller may read, by the reading that found the traces. */
function telling(context: Context) {
  return async (reading: Reading, rows: readonly Found[]): Promise<(text: string) => string> => {
    const events = new Map(rows.map(({ j }) => [j, eventIn(j)] as const));
    const found = [...events.values()].filter((event) => event !== undefined);
    const reader = await readerOf(context, reading, found, rows);
    return (text) => {
      const event = events.get(text);
      return event === undefined ? text : told(event, reader);
    };
  };
}

function eventIn(text: string): (AuditEvent & JsonObject) | undefined {
  const value = parseJson(text);
  return isObject(value) && value.resourceType === 'AuditEvent' ? { ...value, ...asResource('AuditEvent', value) } : undefined;
}

async function readerOf(
  context: Context,
  reading: Reading,
  events: readonly AuditEvent[],
  rows: readonly Found[],
): Promise<Reader> {
  const { caller, conformance } = context;
  const unnamed = events.flatMap(({ agent }) => agent.filter(({ name }) => name === undefined));
  const valuesOf = (system: string): readonly string[] =>
    unnamed.flatMap(({ who }) => (who?.identifier?.system === system ? (who.identifier.value ?? []) : []));
  const names = await namesOf(context, reading, {
    people: valuesOf(rppsSystem),
    structures: valuesOf(finessSystem),
    relatives: unnamed.flatMap(({ who }) => /^RelatedPerson\/(.+)$/.exec(who?.reference ?? '')?.[1] ?? []),
    records: [...new Set(rows.flatMap(({ rec }) => rec ?? []))],
  });
  return { who: caller.who, displays: policyDisplays(conformance), names };
}

function told(event: AuditEvent & JsonObject, reader: Reader): string {
  const { resourceType, id, meta, ...rest } = event;
  return JSON.stringify({ resourceType, id, meta, text: narrativeOf(sentenceOfTrace(event, reader)), ...rest });
}
