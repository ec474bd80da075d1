// The namespaces that a resource in XML has to do with.
// https://hl7.org/fhir/R4/xml.html, https://www.w3.org/TR/xml-names/
export const fhir = 'http://hl7.org/fhir';
export const xhtml = 'http://www.w3.org/1999/xhtml';
/** Of what declares a namespace. */
export const xmlns = 'http://www.w3.org/2000/xmlns/';
export const schemaInstance = 'http://www.w3.org/2001/XMLSchema-instance';
