// What only a search would find: words in texts, names in contained resources, quantities and components, links from what all see.
import type { JsonObject } from '../../src/fhir/json.ts';
import { document, label, loinc, visibility } from '../resources.ts';
import { at, but, coded, readers, subject } from './step.ts';
import type { Names, Step } from './world.ts';

const unmasked = but('doctor', 'speech', 'relative', 'rescuer');
const masked = { securityLabel: [label('MASQUE_PS')] };

/** A PDF of one page with that text. https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf */
function pdf(text: string): string {
  const drawn = `BT /F1 18 Tf 40 100 Td (${text}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let body = '%PDF-1.4\n';
  const places = objects.map((object, index) => {
    const place = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, '0')} 00000 n \n`;
  });
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}`;
  return `${body}${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`;
}

const written = (
  name: string,
  seen: readonly string[],
  text: string,
  more: (names: Names) => JsonObject = () => ({}),
  contentType = 'text/plain',
): Step => ({
  by: 'hospital',
  name,
  path: at('/DocumentReference'),
  body: (names) => document(subject(names), '34112-3', more(names), text, contentType),
  seen,
});

/** An author in the document itself, as IHE MHD has it. */
const author = (family: string, given: string): JsonObject => ({
  contained: [{ resourceType: 'Practitioner', id: 'author', name: [{ family, given: [given] }] }],
  author: [{ reference: '#author' }],
});

const observed = (name: string, seen: readonly string[], more: (names: Names) => JsonObject): Step => ({
  by: 'hospital',
  name,
  path: at('/Observation'),
  body: (names) => ({
    resourceType: 'Observation',
    status: 'final',
    category: [coded('vital-signs', 'http://terminology.hl7.org/CodeSystem/observation-category')],
    subject: { reference: `Patient/${subject(names)}` },
    ...more(names),
  }),
  seen,
});
const pressure = (systolic: number, day: string): JsonObject => ({
  code: coded('85354-9'),
  effectiveDateTime: day,
  component: [['8480-6', systolic] as const, ['8462-4', 80] as const].map(([code, value]) => ({
    code: { coding: [{ system: loinc, code }] },
    valueQuantity: { value, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
  })),
});

export const searched: readonly Step[] = [
  written('stoneLetter', readers, 'Compte rendu : lithotritie sans complication.', () => author('Rossignol', 'Zoé')),
  written(
    'plainLetter',
    readers,
    'Compte rendu de consultation. Document sans suite, ni lithotritie ni autre geste. Document relu.',
  ),
  // Every word that the hidden ones hold would change what a word weighs.
  ...[1, 2, 3].map((number) =>
    written(`maskedLetter${number}`, unmasked, 'Lithotritie, lithotritie : compte rendu de lithotritie.', () => ({
      ...masked,
      date: `2026-10-0${number}T10:00:00+02:00`,
    })),
  ),
  written(
    'maskedImage',
    unmasked,
    pdf('Compte rendu de coronarographie'),
    () => ({ ...masked, ...author('Pinson', 'Luc') }),
    'application/pdf',
  ),
  written(
    'openImage',
    readers,
    pdf('Radiographie du thorax, document relu'),
    () => ({ date: '2026-10-05T10:00:00+02:00' }),
    'application/pdf',
  ),
  observed('openPressure', readers, () => pressure(118, '2026-10-06')),
  observed('maskedPressure', unmasked, (names) => ({
    meta: { security: [{ system: visibility, code: 'MASQUE_PS' }] },
    encounter: { reference: `Encounter/${names.stay}` },
    ...pressure(190, '2026-10-07'),
  })),
];
