// The trust list of the tests of identity: given issuers, the professions and the centre 15 of a small regime.
import { healthProfession } from '../../src/identity/systems.ts';
import { loadTrust, type Trust, type TrustedIssuer, type TrustOptions } from '../../src/identity/trust.ts';
import { testBaseUrl } from './issuer.ts';

export const socialWorker = {
  system: 'https://mos.esante.gouv.fr/NOS/TRE_R94-ProfessionSocial/FHIR/TRE-R94-ProfessionSocial',
  code: '41',
};
export const samuFiness = '750712184';

export const trustOptions: TrustOptions = {
  baseUrl: testBaseUrl,
  professions: new Set([`${healthProfession}|10`, `${healthProfession}|60`, `${socialWorker.system}|${socialWorker.code}`]),
  samu: new Set([samuFiness]),
};

export function trustOf(issuers: readonly TrustedIssuer[], options: Partial<TrustOptions> = {}): Trust {
  return loadTrust(undefined, issuers, { ...trustOptions, ...options });
}
