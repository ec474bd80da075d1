// Dates as closed intervals of milliseconds: a partial date covers all that it may mean, days are those of Europe/Paris.
// https://hl7.org/fhir/R4/datatypes.html#dateTime, https://hl7.org/fhir/R4/search.html#date
export type Interval = { readonly low: Date; readonly high: Date };

export const beginningOfTime = new Date('0001-01-01T00:00:00Z');
export const endOfTime = new Date('9999-12-31T23:59:59.999Z');

const shape =
  /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01])(?:T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d|60)(?:\.(\d+))?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?)?)?$/;

const parisParts = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Paris',
  calendar: 'gregory',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

type Day = { readonly year: number; readonly month: number; readonly day: number };

type Parts = Day & { readonly hour: number; readonly minute: number; readonly second: number };

function formatted(at: Date): Parts {
  const parts = new Map(parisParts.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const of = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return { year: of('year'), month: of('month'), day: of('day'), hour: of('hour'), minute: of('minute'), second: of('second') };
}

const hourLong = 3_600_000;
/** Since then clocks are set at full hours UTC only. */
const regular = Date.UTC(1980);
const mostOffsets = 10_000;
const offsets = new Map<number, number>();

/** How far Paris is ahead of UTC in an hour: asking Intl each time takes a hundred times as long. */
function offsetIn(hour: number): number {
  const known = offsets.get(hour);
  if (known !== undefined) return known;
  if (offsets.size >= mostOffsets) offsets.clear();
  const at = hour * hourLong;
  const { year, month, day, hour: shown, minute, second } = formatted(new Date(at));
  const offset = utc(year, month, day, shown, minute, second) - at;
  offsets.set(hour, offset);
  return offset;
}

function partsInParis(at: Date): Parts {
  if (!(at.getTime() >= regular)) return formatted(at);
  const there = new Date(at.getTime() + offsetIn(Math.floor(at.getTime() / hourLong)));
  return {
    year: there.getUTCFullYear(),
    month: there.getUTCMonth() + 1,
    day: there.getUTCDate(),
    hour: there.getUTCHours(),
    minute: there.getUTCMinutes(),
    second: there.getUTCSeconds(),
  };
}

function utc(year: number, month: number, day: number, hour = 0, minute = 0, second = 0, ms = 0): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, ms);
  return date.getTime();
}

/** The instant at which a wall clock in Paris shows the given time. */
function inParis(year: number, month: number, day: number, hour = 0, minute = 0, second = 0, ms = 0): Date {
  const wanted = utc(year, month, day, hour, minute, second, ms);
  let at = wanted;
  for (let round = 0; round < 2; round += 1) {
    const shown = partsInParis(new Date(at));
    const offset = utc(shown.year, shown.month, shown.day, shown.hour, shown.minute, shown.second) - Math.floor(at / 1000) * 1000;
    at = wanted - offset;
  }
  return new Date(at);
}

function daysIn(year: number, month: number): number {
  return new Date(utc(year, month + 1, 0)).getUTCDate();
}

/** The day in Paris, as `YYYY-MM-DD`. */
export function dayInParis(at: Date): string {
  const { year, month, day } = partsInParis(at);
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** 00:00 of the day that `at` is in, in Paris. */
export function startOfDay(at: Date): Date {
  const { year, month, day } = partsInParis(at);
  return inParis(year, month, day);
}

/** The same wall-clock time some calendar months later (or earlier) in Paris; the 31st becomes the month's last day. */
export function addMonths(at: Date, months: number): Date {
  const { year, month, day, hour, minute, second } = partsInParis(at);
  const index = year * 12 + (month - 1) + months;
  const targetYear = Math.floor(index / 12);
  const targetMonth = (index % 12) + 1;
  return inParis(
    targetYear,
    targetMonth,
    Math.min(day, daysIn(targetYear, targetMonth)),
    hour,
    minute,
    second,
    at.getUTCMilliseconds(),
  );
}

/** The same wall-clock time some days later (or earlier) in Paris. */
export function addDays(at: Date, days: number): Date {
  const { year, month, day, hour, minute, second } = partsInParis(at);
  return inParis(year, month, day + days, hour, minute, second, at.getUTCMilliseconds());
}

/** What a FHIR date, dateTime or instant may mean; undefined where the text is none. */
export function intervalOf(text: string): Interval | undefined {
  const match = shape.exec(text);
  if (!match) return undefined;
  const [, y, mo, d, h, mi, s, fraction, zone] = match;
  const year = Number(y);
  if (year === 0) return undefined;
  if (mo === undefined) return { low: inParis(year, 1, 1), high: before(inParis(year + 1, 1, 1)) };
  const month = Number(mo);
  if (d === undefined) {
    const next = month === 12 ? inParis(year + 1, 1, 1) : inParis(year, month + 1, 1);
    return { low: inParis(year, month, 1), high: before(next) };
  }
  const day = Number(d);
  if (day > daysIn(year, month)) return undefined;
  if (h === undefined) {
    const next = new Date(utc(year, month, day + 1));
    return {
      low: inParis(year, month, day),
      high: before(inParis(next.getUTCFullYear(), next.getUTCMonth() + 1, next.getUTCDate())),
    };
  }
  const second = Math.min(Number(s ?? 0), 59);
  const ms = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
  const low =
    zone === undefined
      ? inParis(year, month, day, Number(h), Number(mi), second, ms)
      : new Date(utc(year, month, day, Number(h), Number(mi), second, ms) - offsetOf(zone));
  const width = s === undefined ? 60_000 : fraction === undefined ? 1000 : 10 ** Math.max(0, 3 - fraction.length);
  return { low, high: new Date(low.getTime() + width - 1) };
}

function before(at: Date): Date {
  return new Date(at.getTime() - 1);
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** A FHIR Period as an interval; an absent end is open. Undefined where an end cannot be read. */
export function periodOf(period: { readonly start?: unknown; readonly end?: unknown }): Interval | undefined {
  const start =
    period.start === undefined
      ? { low: beginningOfTime }
      : typeof period.start === 'string'
        ? intervalOf(period.start)
        : undefined;
  const end =
    period.end === undefined ? { high: endOfTime } : typeof period.end === 'string' ? intervalOf(period.end) : undefined;
  return start && end ? { low: start.low, high: end.high } : undefined;
}

export function holds(interval: Interval, at: Date): boolean {
  return interval.low <= at && at <= interval.high;
}
