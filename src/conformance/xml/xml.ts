// Resources in XML, in and out, by the definitions.
// https://hl7.org/fhir/R4/xml.html
import type { JsonObject } from '../../fhir/json.ts';
import type { Definitions } from '../definitions.ts';
import { layoutsOf } from './layout.ts';
import { readXml } from './read.ts';
import { writeXml } from './write.ts';

export type Xml = {
  /** Throws a Refusal: 400 where it is not XML, or has what R4 does not know. Values are judged when the resource is. */
  readonly read: (text: string) => Promise<JsonObject>;
  /** `json`: text of one resource that is valid. */
  readonly write: (json: string, pretty: boolean) => string;
};

export function compileXml(definitions: Definitions): Xml {
  const layouts = layoutsOf(definitions);
  return { read: async (text) => await readXml(layouts, text), write: (json, pretty) => writeXml(layouts, json, pretty) };
}
