// The documents of a demonstration record: what a laboratory and a hospital send, one a CDA, one masked, one announced first.
import type { Person } from './people.ts';
import { cda, type Text } from './resources.ts';

export function textsOf(person: Person): readonly Text[] {
  const name = `${person.given} ${person.family}`;
  const report = 'Compte rendu d’hospitalisation';
  return [
    {
      code: '11502-2',
      title: 'Compte rendu d’examens biologiques',
      date: '2026-11-02T08:30:00+01:00',
      text: `Biologie de ${name}\nGlycémie à jeun 0,92 g/L\nCréatinine 71 µmol/L\n`,
    },
    {
      code: '34112-3',
      title: report,
      date: '2026-10-28T17:00:00+01:00',
      text: cda(report, person, `${name} a été hospitalisé du 26 au 28 octobre 2026.`),
      contentType: 'text/xml',
    },
    {
      code: '57833-6',
      title: 'Prescription de produits de santé',
      date: '2026-10-28T17:10:00+01:00',
      text: `Ordonnance pour ${name}\nAmoxicilline 1 g, matin et soir, 6 jours\n`,
    },
    {
      code: '18748-4',
      title: 'Compte rendu d’imagerie médicale',
      date: '2026-06-15T10:00:00+02:00',
      text: `Radiographie du thorax de ${name} : sans particularité.\n`,
    },
    {
      code: '11488-4',
      title: 'Compte rendu de consultation',
      date: '2026-03-03T15:00:00+01:00',
      text: `Consultation confidentielle de ${name}.\n`,
      label: 'MASQUE_PS',
    },
    {
      code: '34112-3',
      title: 'Résultat à annoncer',
      date: '2026-11-20T16:00:00+01:00',
      text: `À annoncer à ${name} en consultation.\n`,
      label: 'INVISIBLE_PATIENT',
    },
  ];
}
