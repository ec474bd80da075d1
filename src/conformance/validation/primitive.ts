// The primitive types: what JSON value and which form each takes.
// https://hl7.org/fhir/R4/datatypes.html#primitive
import { isRawNumber } from '../../fhir/json.ts';
import { isDate, isDateTime, isInstant, isTime } from './date.ts';
import { isNarrative } from './xhtml.ts';

const longest = 1_048_576;
const control = /[^\P{Cc}\t\n\r\x7f-\x9f]/u;

function text(test: (value: string) => boolean): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && value !== '' && test(value);
}

function form(pattern: RegExp): (value: unknown) => boolean {
  return text((value) => value.length <= longest && pattern.test(value));
}

function isText(value: string): boolean {
  return value.length <= longest && value.isWellFormed() && !control.test(value);
}

function isBase64(value: string): boolean {
  if (/[^0-9A-Za-z+/=\s]/.test(value)) return false;
  const digits = /\s/.test(value) ? value.replaceAll(/\s+/g, '') : value;
  const padding = digits.indexOf('=');
  return digits.length > 0 && digits.length % 4 === 0 && (padding === -1 || /^={1,2}$/.test(digits.slice(padding)));
}

function integer(least: number): (value: unknown) => boolean {
  return (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= 2_147_483_647;
}

function isDecimal(value: unknown): boolean {
  if (isRawNumber(value)) return value.rawJSON.length <= 64 && Number.isFinite(Number(value.rawJSON));
  return typeof value === 'number' && Number.isFinite(value);
}

export const primitives: ReadonlyMap<string, (value: unknown) => boolean> = new Map<string, (value: unknown) => boolean>([
  ['base64Binary', text(isBase64)],
  ['boolean', (value) => typeof value === 'boolean'],
  ['canonical', text((value) => isText(value) && !/\s/.test(value))],
  ['code', text((value) => isText(value) && /^\S+(\s\S+)*$/.test(value))],
  ['date', text(isDate)],
  ['dateTime', text(isDateTime)],
  ['decimal', isDecimal],
  ['id', form(/^[A-Za-z0-9\-.]{1,64}$/)],
  ['instant', text(isInstant)],
  ['integer', integer(-2_147_483_648)],
  ['markdown', text(isText)],
  ['oid', form(/^urn:oid:[0-2](\.(0|[1-9]\d*))+$/)],
  ['positiveInt', integer(1)],
  ['string', text(isText)],
  ['time', text(isTime)],
  ['unsignedInt', integer(0)],
  ['uri', text((value) => isText(value) && !/\s/.test(value))],
  ['url', text((value) => isText(value) && !/\s/.test(value))],
  ['uuid', form(/^urn:uuid:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/)],
  ['xhtml', text((value) => isText(value) && isNarrative(value))],
]);
