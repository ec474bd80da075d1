// The callers that the tables of cases name: `doctor`, `doctor@BTG`, `nurse+card`, `60-1+otherCard`, `related:mother`, `doctor ~ user/Patient.rs`.
import type { Mode } from '../../src/identity/caller.ts';
import type { Carnet, Client } from '../carnet.ts';
import { type Claims, claims, cx, type Practising } from '../identity/issuer.ts';

export const hospital = '750712184';
export const clinic = '130786049';
const strangersIns = '180067512345643';

const practising: Readonly<Record<string, Practising>> = {
  doctor: { rpps: '10003461033' },
  other: { rpps: '10000000010' },
  nurse: { rpps: '10000000060', profession: '60' },
  speech: { rpps: '10000000091', profession: '91' },
  chiropodist: { rpps: '10000000080', profession: '80' },
  optician: { rpps: '10000000028', profession: '28' },
  technician: { rpps: '10000000086', profession: '86' },
  occupational: { rpps: '10000000025', specialities: ['SM25'] },
  occupationalAtClinic: { rpps: '10000000026', specialities: ['SM25'], finess: clinic },
  hospitalDoctor: { rpps: '10000000011', finess: hospital },
  hospitalNurse: { rpps: '10000000012', profession: '60', finess: hospital },
  clinicDoctor: { rpps: '10000000013', finess: clinic },
  doctorAtClinic: { rpps: '10003461033', finess: clinic },
};

/** By name, or by a code of TRE_G15 and a number: `60-1`. */
function practisingAs(name: string): Practising | undefined {
  const [, profession, number = ''] = /^(\d\d)-(\d+)$/.exec(name) ?? [];
  return profession === undefined ? practising[name] : { rpps: `1000000${profession}${number.padStart(2, '0')}`, profession };
}

/** What the case has made so far: ids by name, the record's key and INS. */
export type Known = {
  readonly ins: string;
  readonly key: string;
  readonly ids: ReadonlyMap<string, string>;
  /** Resource types by the same names. */
  readonly types: ReadonlyMap<string, string>;
};

export function identifierOf(name: string): { readonly rpps: string } | { readonly finess: string } | undefined {
  if (name === 'hospital') return { finess: hospital };
  if (name === 'clinic') return { finess: clinic };
  const person = practisingAs(name);
  return person && { rpps: person.rpps };
}

export function clientOf(carnet: Carnet, text: string, known: Known): Client {
  const [person = '', scope] = text.split(' ~ ');
  const said = scope === undefined ? claimsOf(person, known) : { ...claimsOf(person, known), scope };
  return carnet.as(said);
}

function claimsOf(text: string, { ins, key, ids }: Known): Claims {
  const [, name = '', mode, card, bound] = /^([\w:-]+?)(?:@(\w+))?(\+card|\+otherCard)?(\+patient)?$/.exec(text) ?? [];
  const more = {
    ...(card === undefined ? {} : { vitale: [cx(card === '+card' ? ins : strangersIns)] }),
    ...(bound === undefined ? {} : { patient: key }),
    ...(mode === undefined ? {} : { mode: modeOf(mode), reason: 'inconscient', patient: key }),
  };
  const person = practisingAs(name);
  if (person) return { ...claims.professional({ ...person, ...more }) };
  if (name.startsWith('related:')) return claims.related(ids.get(name.slice('related:'.length)) ?? 'nobody');
  switch (name) {
    case 'holder':
      return claims.holder(cx(ins));
    case 'stranger':
      return claims.holder(cx(strangersIns));
    case 'secretary':
      return claims.delegate({ rpps: '10003461033', secretary: { sub: `secretary-${key}` } });
    case 'secretaryAtClinic':
      return claims.delegate({ rpps: '10003461033', finess: clinic, secretary: { sub: `secretary-${key}` } });
    case 'secretaryOfOther':
      return claims.delegate({ rpps: '10000000010', secretary: { sub: `secretary-${key}` } });
    case 'temp':
      return claims.delegate({ rpps: '10003461033', secretary: { sub: `temp-${key}` } });
    case 'hospital':
    case 'clinic':
      return { ...claims.structure(name === 'hospital' ? hospital : clinic), ...more };
    case 'agent':
      return claims.agent(card === undefined ? {} : { vitale: [cx(ins)] });
    case 'insurance':
      return claims.feeder();
    case 'operator':
      return claims.operator();
    default:
      throw new Error(`nobody is called ${text}`);
  }
}

function modeOf(text: string): Mode {
  if (text === 'BTG' || text === 'ETREAT' || text === 'TREAT') return text;
  throw new Error(`no mode ${text}`);
}
