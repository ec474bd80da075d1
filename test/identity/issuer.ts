// An issuer for tests: its entry for the trust list, tokens signed by it, and the claims of each kind of caller.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Coding, Mode } from '../../src/identity/caller.ts';
import { actReason, callerRole, finessSystem, healthProfession, speciality } from '../../src/identity/systems.ts';
import { everyKind, type TrustedIssuer } from '../../src/identity/trust.ts';

export type Claims = { readonly [name: string]: unknown };
export type SigningAlgorithm = 'RS256' | 'ES256';

export type TokenOptions = {
  readonly algorithm?: SigningAlgorithm;
  /** Header members beside `alg`, `typ` and `kid`; undefined takes one away. */
  readonly header?: Claims;
  /** Seconds; 300 where absent. */
  readonly expiresIn?: number;
};

export type TestIssuer = {
  readonly issuer: string;
  readonly trusted: TrustedIssuer;
  readonly keys: Readonly<Record<SigningAlgorithm, { readonly publicKey: KeyObject; readonly privateKey: KeyObject }>>;
  /** `iss`, `aud`, `sub`, `iat` and `exp` are filled in; a claim that is undefined is left out. */
  readonly token: (claims: Claims, options?: TokenOptions) => string;
};

export type TestIssuerOptions = {
  readonly baseUrl?: string;
  readonly issuer?: string;
  readonly kinds?: TrustedIssuer['kinds'];
  /** The clock of the tokens' times. */
  readonly now?: () => Date;
  /** A private key in PEM; one of its own where absent. */
  readonly rsa?: string | undefined;
};

export const testBaseUrl = 'http://localhost:8080/fhir';

export function testIssuer(options: TestIssuerOptions = {}): TestIssuer {
  const { baseUrl = testBaseUrl, issuer = 'https://issuer.example', kinds = everyKind, now = () => new Date(), rsa } = options;
  const keys = {
    RS256: rsa === undefined ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : pairOf(rsa),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  };
  const jwks = {
    keys: [
      { ...keys.RS256.publicKey.export({ format: 'jwk' }), kid: 'RS256' },
      { ...keys.ES256.publicKey.export({ format: 'jwk' }), kid: 'ES256' },
    ],
  };
  const token = (claims: Claims, { algorithm = 'ES256', header = {}, expiresIn = 300 }: TokenOptions = {}): string => {
    const iat = Math.floor(now().getTime() / 1000);
    const payload = { iss: issuer, aud: baseUrl, sub: 'somebody', iat, exp: iat + expiresIn, ...claims };
    return compact({ alg: algorithm, typ: 'JWT', kid: algorithm, ...header }, payload, keys[algorithm].privateKey);
  };
  return { issuer, trusted: { issuer, jwks, kinds }, keys, token };
}

function pairOf(pem: string): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  const privateKey = createPrivateKey(pem);
  return { publicKey: createPublicKey(privateKey), privateKey };
}

/** Compact serialization; header and payload may be given as text, to write what JSON.stringify would not. */
export function compact(header: Claims | string, payload: Claims | string, key: KeyObject): string {
  const input = [header, payload].map((part) => base64url(typeof part === 'string' ? part : JSON.stringify(part))).join('.');
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

export const base64url = (text: string): string => Buffer.from(text).toString('base64url');

export type Practising = {
  readonly rpps: string;
  /** A code of TRE_G15 (`10` doctor, where absent) or a Coding of another profession system. */
  readonly profession?: string | Coding;
  readonly finess?: string;
  readonly specialities?: readonly string[];
  readonly mode?: Mode;
  readonly reason?: string;
  readonly patient?: string;
  /** IUA `person_id`: an INS in the form of `cx`. */
  readonly person?: string;
  readonly vitale?: readonly string[];
  readonly name?: string;
  readonly scope?: string;
};

/** The INS of the test authority as tokens write it. */
export const cx = (nir: string, oid = '1.2.250.1.213.1.4.10'): string => `${nir}^^^&${oid}&ISO`;

const organization = (finess: string): string => `${finessSystem}|${finess}`;
const role = (code: string): Claims => ({ extensions: { ihe_iua: { subject_role: [{ system: callerRole, code }] } } });

function professional(options: Practising): Claims {
  const {
    rpps,
    profession = '10',
    finess,
    specialities = [],
    mode,
    reason,
    patient,
    person,
    vitale,
    name,
    scope = 'user/*.cruds',
  } = options;
  const coding = typeof profession === 'string' ? { system: healthProfession, code: profession } : profession;
  return {
    sub: `ps-${rpps}`,
    scope,
    patient,
    reason,
    vitale,
    extensions: {
      ihe_iua: {
        subject_name: name,
        national_provider_identifier: rpps,
        subject_role: [coding, ...specialities.map((code) => ({ system: speciality, code }))],
        subject_organization_id: finess === undefined ? undefined : organization(finess),
        purpose_of_use: mode === undefined ? undefined : [{ system: actReason, code: mode }],
        person_id: person,
      },
    },
  };
}

/** Claims to give to `token`; each may be spread and changed. INS are in the form of `cx`. */
export const claims = {
  holder: (ins: string): Claims => ({ sub: `holder-${ins.slice(0, 15)}`, scope: 'patient/*.cruds', sub_ins: ins }),
  related: (id: string): Claims => ({ sub: `related-${id}`, scope: 'patient/*.cruds', fhirUser: `RelatedPerson/${id}` }),
  professional,
  delegate: ({
    secretary,
    ...options
  }: Practising & { readonly secretary: { readonly sub: string; readonly name?: string } }): Claims => ({
    ...professional(options),
    act: secretary,
  }),
  structure: (finess: string): Claims => ({
    sub: `structure-${finess}`,
    scope: 'system/*.cruds',
    extensions: { ihe_iua: { subject_organization_id: organization(finess) } },
  }),
  feeder: (): Claims => ({ sub: 'feeder', scope: 'system/*.cruds', ...role('ALIM_AM') }),
  agent: ({ vitale = [] }: { readonly vitale?: readonly string[] } = {}): Claims => ({
    sub: 'agent',
    scope: 'user/*.cruds',
    vitale,
    ...role('AGENT_ACCUEIL'),
  }),
  operator: (): Claims => ({ sub: 'operator', scope: 'user/*.cruds', ...role('HEBERGEUR') }),
  tester: (): Claims => ({ sub: 'tester', scope: 'user/*.cruds', ...role('TESTEUR') }),
};
