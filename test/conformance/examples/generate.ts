// Writes r4.ndjson.gz: the official examples (HL7 FHIR R4 4.0.1, CC0), one resource a line, digits kept.
// `npm pack hl7.fhir.r4.examples@4.0.1`, unpack it, then `node test/conformance/examples/generate.ts <folder of the package>`.
// https://hl7.org/fhir/R4/downloads.html
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isObject, parseJson } from '../../../src/fhir/json.ts';

// What defines FHIR itself is no example of a record, nor are the Bundles of it.
const ofTheSpecification =
  /^(CapabilityStatement|CodeSystem|CompartmentDefinition|ConceptMap|GraphDefinition|ImplementationGuide|NamingSystem|OperationDefinition|SearchParameter|StructureDefinition|StructureMap|TerminologyCapabilities|TestReport|TestScript|ValueSet)-|^Bundle-(conceptmaps|dataelements|extensions|externals|profiles-others|registry|resources|searchParams|terminologies|types|v2-valuesets|v3-valuesets|valueset-expansions|valuesets)\.json$/;

const folder = process.argv[2] ?? 'package';
const files = readdirSync(folder).filter((name) => /^[A-Z].*\.json$/.test(name) && !ofTheSpecification.test(name));
const lines = files.sort().map((name) => {
  const resource = parseJson(readFileSync(join(folder, name), 'utf8'));
  if (!isObject(resource) || name !== `${resource.resourceType}-${resource.id}.json`) throw new Error(`${name} is no example`);
  return JSON.stringify(resource);
});
const file = join(import.meta.dirname, 'r4.ndjson.gz');
writeFileSync(file, gzipSync(lines.join('\n'), { level: 9 }));
console.log(`${file}: ${lines.length} examples`);
