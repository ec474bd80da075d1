// Which search parameters name the record: those that read the element of the patient compartment and nothing else.
// https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import type { Conformance } from '../conformance/conformance.ts';

export function recordParametersOf(conformance: Conformance, type: string): ReadonlySet<string> {
  const elements = new Set(conformance.patientElements(type).map((element) => `${type}.${element}`));
  const parameters = [...(conformance.types.get(type)?.search.values() ?? [])];
  return new Set(
    parameters.flatMap(({ code, type: kind, expression }) =>
      kind === 'reference' && elements.has(expression.trim().replace(/\.where\(resolve\(\) is Patient\)$/, '')) ? [code] : [],
    ),
  );
}
