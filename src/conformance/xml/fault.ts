// Why a text is no resource in XML.
// https://hl7.org/fhir/R4/xml.html
import { Refusal } from '../../fhir/outcome.ts';

export function notXml(text: string, expression?: string, code?: 'too-long'): Refusal {
  const fault = { text, ...(expression === undefined ? {} : { expression }), ...(code === undefined ? {} : { code }) };
  return new Refusal('not-xml', [fault]);
}
