// What the short forms of the tables of cases are made with.
import type { JsonObject } from '../../src/fhir/json.ts';
import { loinc, visibility } from '../resources.ts';
import type { Known } from './people.ts';

const a05 = 'https://mos.esante.gouv.fr/NOS/TRE_A05-TypeDocComplementaire/FHIR/TRE-A05-TypeDocComplementaire';

/** What finds the resources of one case in all records. */
export const caseSystem = 'urn:example:case';

export type Shorthand = { readonly [member: string]: Body };
// biome-ignore lint/suspicious/noExplicitAny: a table of cases holds any JSON.
export type Body = any;

export const coded = (code: string, system: string): JsonObject => ({ coding: [{ system, code }] });

/** LOINC codes have a dash at their end, those of TRE_A05 have not. */
export const typed = (code: string): JsonObject => coded(code, /-\d$/.test(code) ? loinc : a05);

export type Maker = (step: Shorthand, known: Known) => JsonObject;

export const labelled = ({ labels }: Shorthand): JsonObject =>
  labels === undefined ? {} : { meta: { security: labels.map((code: string) => ({ system: visibility, code })) } };
export const subject = ({ key }: Known): JsonObject => ({ reference: `Patient/${key}` });
export const identifier = ({ key }: Known): JsonObject[] => [{ system: caseSystem, value: key }];
