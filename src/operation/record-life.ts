// What the holder is told of the life of his record: open or closed, since when, until when it is kept.
import { closedSince, erasedBy, erasureAsked, keptUntil } from '../access/closing.ts';
import type { AccessRecord } from '../access/record.ts';
import { isOpen } from '../access/standing.ts';
import { dayInParis } from '../fhir/instant.ts';
import type { JsonObject } from '../fhir/json.ts';
import type { Answer, Context } from '../interaction/context.ts';
import { parametersOf } from './operation.ts';

/** A record that was made and not opened yet is closed. */
export function statusOf({ statute, moments }: Context, record: AccessRecord): JsonObject {
  return { name: 'status', valueCode: isOpen(record, statute, moments.now) ? 'open' : 'closed' };
}

/** For whoever rules the record. */
export function closingOf({ statute, moments }: Context, record: AccessRecord): readonly JsonObject[] {
  const at = { statute, now: moments.now };
  const closed = closedSince(record, at);
  const asked = erasureAsked(record, at);
  return [
    ...(closed === undefined
      ? []
      : [
          { name: 'closed', valueInstant: closed.toISOString() },
          { name: 'keptUntil', valueDate: dayInParis(keptUntil(closed)) },
        ]),
    ...(asked === undefined
      ? []
      : [
          { name: 'erasureAsked', valueInstant: asked.toISOString() },
          { name: 'erasedBy', valueDate: dayInParis(erasedBy(asked)) },
        ]),
  ];
}

export function lifeOf(context: Context, record: AccessRecord): Answer {
  return parametersOf([statusOf(context, record), ...closingOf(context, record)]);
}
