// The identifiers of persons, structures and records as tokens write them, each in exactly one form.
// https://profiles.ihe.net/ITI/TF/Volume3/ch-4.2.html#4.2.3.1.7 (CX), https://hl7.org/fhir/R4/datatypes.html#id
import type { Ins } from './caller.ts';
import { finessSystem, insSystems, rppsSystem } from './systems.ts';

const ins = /^(\d{6}[\dAB]\d{8})\^\^\^&([\d.]+)&ISO(?:\^NH)?$/;

/** `279035121518989^^^&1.2.250.1.213.1.4.10&ISO`: fifteen characters (A or B in Corsica), one of the INS authorities. */
export function parseIns(text: string): Ins | undefined {
  const [, value, oid] = ins.exec(text) ?? [];
  const system = insSystems.find((known) => known === `urn:oid:${oid}`);
  return value === undefined || system === undefined ? undefined : { system, value };
}

/** As tokens write it; the system with or without `urn:oid:`. */
export function cxOf({ system, value }: Ins): string {
  return `${value}^^^&${system.replace(/^urn:oid:/, '')}&ISO`;
}

/** As FHIR writes it: an OID alone is none. */
export function isInsSystem(system: unknown): boolean {
  return insSystems.some((known) => known === system);
}

/** An INS by its system, with or without `urn:oid:`, and its value. */
export function insOf(system: string, value: string): Ins | undefined {
  return parseIns(cxOf({ system, value }));
}

export function isSameIns(one: Ins | undefined, other: Ins | undefined): boolean {
  return one !== undefined && one.system === other?.system && one.value === other.value;
}

/** The two digits at the end of an INS: 97 − n mod 97 of the thirteen before, where Corsica counts as 19 and 18. */
export function insKeyOf(thirteen: string): string {
  const number = thirteen.replace(/(?<=^.{5})2A/, '19').replace(/(?<=^.{5})2B/, '18');
  return String(97 - (Number(number) % 97)).padStart(2, '0');
}

export function hasRightKey({ value }: Ins): boolean {
  return insKeyOf(value.slice(0, 13)) === value.slice(13);
}

/** `https://finess.esante.gouv.fr|750712184` → `750712184`. */
export function parseFiness(text: string): string | undefined {
  const [system, value, ...more] = text.split('|');
  return system === finessSystem && value !== undefined && more.length === 0 && /^\d[\dAB]\d{7}$/.test(value) ? value : undefined;
}

const systemOf = { Practitioner: rppsSystem, Organization: finessSystem } as const;

/** A logical reference: to a person by his RPPS, to a structure by its FINESS. https://hl7.org/fhir/R4/references.html#logical */
export function identified<T extends keyof typeof systemOf>(type: T, value: string, display?: string) {
  return { type, identifier: { system: systemOf[type], value }, ...(display === undefined ? {} : { display }) };
}

export function parseRpps(text: string): string | undefined {
  return /^\d{11}$/.test(text) ? text : undefined;
}

export function parseId(text: string): string | undefined {
  return /^[A-Za-z0-9\-.]{1,64}$/.test(text) ? text : undefined;
}
