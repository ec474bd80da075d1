// The code with which a patient makes his account, once: read off a letter, so without look-alikes and with a check character.
// https://pages.nist.gov/800-63-3/sp800-63b.html#lookupsecrets
import { createHash, pbkdf2Sync } from 'node:crypto';
import type { Ids } from '../fhir/id.ts';
import { addDays, startOfDay } from '../fhir/instant.ts';
import type { Ins } from './caller.ts';

/** Sixteen characters, without hyphens. */
export type ActivationCode = string & { readonly __brand: 'ActivationCode' };

/** A prime number of them: every single mistake and every exchange of two characters changes the check. */
const alphabet = '34679ACDEFGHJKMNPQRTWXY';
const base = alphabet.length;
/** 23^15: 67.8 bits. */
const free = 15;
export const validDays = 42;
const rounds = 1000;

export function newActivationCode(ids: Ids): ActivationCode {
  let rest = BigInt(`0x${createHash('sha256').update(ids.key()).update(ids.key()).digest('hex')}`);
  let text = '';
  for (let place = 0; place < free; place += 1) {
    text += alphabet[Number(rest % BigInt(base))];
    rest /= BigInt(base);
  }
  return codeIn(text + checkOf(text));
}

function codeIn(text: string): ActivationCode {
  const code = readActivationCode(text);
  if (code === undefined) throw new Error('no activation code');
  return code;
}

function checkOf(text: string): string {
  const sum = [...text].reduce((total, character, at) => total + (at + 1) * alphabet.indexOf(character), 0);
  return alphabet.charAt(sum % base);
}

/** As it was typed, in whatever case and groups; undefined where it is misspelt. */
export function readActivationCode(typed: string): ActivationCode | undefined {
  const text = typed
    .slice(0, 100)
    .replaceAll(/[\s\p{Pd}]/gu, '')
    .toUpperCase();
  const isWhole = text.length === free + 1 && [...text].every((character) => alphabet.includes(character));
  return isWhole && checkOf(text.slice(0, free)) === text.slice(free) ? (text as ActivationCode) : undefined;
}

/** `XXXX-XXXX-XXXX-XXXX` */
export function writtenActivationCode(code: ActivationCode): string {
  return code.replaceAll(/.{4}(?!$)/g, '$&-');
}

/** All that is kept of it. */
export function digestOf({ system, value }: Ins, code: ActivationCode): string {
  return pbkdf2Sync(code, `${system}|${value}`, rounds, 32, 'sha256').toString('base64');
}

/** The last instant of the last day, in Paris. */
export function endOfValidity(now: Date, days: number): Date {
  return new Date(addDays(startOfDay(now), days + 1).getTime() - 1);
}
