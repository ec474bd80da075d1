// The people of the demonstration: invented, French, the same at every first start.
import { insKeyOf } from '../identity/identifiers.ts';
import { healthProfession } from '../identity/systems.ts';

export type Professional = {
  readonly name: string;
  readonly family: string;
  readonly given: string;
  readonly rpps: string;
  readonly profession: string;
  readonly speciality?: string;
  readonly finess?: string;
};
export type Structure = { readonly name: string; readonly finess: string };
export type Person = {
  readonly family: string;
  readonly given: string;
  readonly gender: 'female' | 'male';
  readonly born: string;
  readonly ins: string;
};

export const professionSystem = healthProfession;

export const structures = {
  hospital: { name: 'Hôpital de la Colline', finess: '750712184' },
  laboratory: { name: 'Laboratoire du Port', finess: '130786049' },
  practice: { name: 'Maison de santé des Tilleuls', finess: '690781810' },
} as const satisfies Record<string, Structure>;

const professional = (
  name: string,
  given: string,
  family: string,
  rpps: string,
  profession: string,
  more: Partial<Professional> = {},
): Professional => ({
  name,
  given,
  family,
  rpps,
  profession,
  ...more,
});

export const professionals = {
  doctor: professional('Dr Claire Martin', 'Claire', 'Martin', '10003461033', '10', { finess: structures.practice.finess }),
  treating: professional('Dr Hugo Bernard', 'Hugo', 'Bernard', '10003461041', '10', { finess: structures.practice.finess }),
  inside: professional('Dr Inès Moreau', 'Inès', 'Moreau', '10003461058', '10', { finess: structures.hospital.finess }),
  emergency: professional('Dr Malik Haddad', 'Malik', 'Haddad', '10003461066', '10', { finess: structures.hospital.finess }),
  occupational: professional('Dr Paul Girard', 'Paul', 'Girard', '10003461074', '10', { speciality: 'SM25' }),
  stranger: professional('Dr Odile Blanc', 'Odile', 'Blanc', '10003461082', '10'),
  nurse: professional('Sophie Petit', 'Sophie', 'Petit', '10003461090', '60'),
  pharmacist: professional('Karim Benali', 'Karim', 'Benali', '10003461108', '21'),
  midwife: professional('Léa Fontaine', 'Léa', 'Fontaine', '10003461116', '50'),
  chiropodist: professional('Marc Dubois', 'Marc', 'Dubois', '10003461124', '80'),
  speech: professional('Julie Caron', 'Julie', 'Caron', '10003461132', '91'),
} as const satisfies Record<string, Professional>;

/** https://mos.esante.gouv.fr (INS-NIR of test) */
function insOf(sex: 1 | 2, born: string, order: number): string {
  const [year = '', month = ''] = born.split('-');
  const number = `${sex}${year.slice(2)}${month}75${String(100 + order).padStart(3, '0')}${String(order).padStart(3, '0')}`;
  return `${number}${insKeyOf(number)}`;
}

const known: readonly (readonly [string, string, 'female' | 'male', string])[] = [
  ['Anne', 'Lefèvre', 'female', '1979-03-15'],
  ['Léo', 'Lefèvre', 'male', '2016-09-02'],
  ['Jean', 'Roux', 'male', '1951-01-30'],
  ['Aïcha', 'Diallo', 'female', '1988-07-11'],
  ['Émile', 'Garnier', 'male', '1943-12-24'],
  ['Chloé', 'Lambert', 'female', '2001-05-06'],
  ['Nguyen', 'Tran', 'male', '1966-10-19'],
  ['Françoise', 'Mercier', 'female', '1958-02-28'],
  ['Yanis', 'Bouaziz', 'male', '1994-08-08'],
  ['Margaux', 'Perrin', 'female', '1973-11-03'],
  ['Lucien', 'Faure', 'male', '1937-04-17'],
  ['Inaya', 'Da Silva', 'female', '2010-06-21'],
];

export const persons: readonly Person[] = known.map(([given, family, gender, born], index) => ({
  given,
  family,
  gender,
  born,
  ins: insOf(gender === 'female' ? 2 : 1, born, index + 11),
}));
