// The forms of date, dateTime, instant and time; days are those of the calendar.
// https://hl7.org/fhir/R4/datatypes.html#dateTime
const date = /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?$/;
const clock = String.raw`([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?`;
const time = new RegExp(`^${clock}$`);
const zoned = new RegExp(String.raw`^${clock}(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)$`);

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

export function isDate(text: string): boolean {
  const match = date.exec(text);
  if (match === null || match[1] === '0000') return false;
  return match[3] === undefined || Number(match[3]) <= daysIn(Number(match[1]), Number(match[2]));
}

export function isInstant(text: string): boolean {
  return text.length > 11 && text[10] === 'T' && isDate(text.slice(0, 10)) && zoned.test(text.slice(11));
}

export function isDateTime(text: string): boolean {
  return text.includes('T') ? isInstant(text) : isDate(text);
}

export function isTime(text: string): boolean {
  return time.test(text);
}
