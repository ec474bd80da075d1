// What the operator writes of a new client → the client, or the one line that says what is wrong with it.
// https://hl7.org/fhir/smart-app-launch/app-launch.html#register-app-with-ehr, https://www.rfc-editor.org/rfc/rfc9700#section-2.1
import { randomUUID } from 'node:crypto';
import { parseFiness } from '../../identity/identifiers.ts';
import { finessSystem } from '../../identity/systems.ts';
import { isSafe } from '../../identity/trust.ts';
import { defaultAppScope, isAppScope, wordsOf } from '../../provider/app-scope.ts';
import { partsOf } from '../../provider/scope-parts.ts';
import { type Client, type ClientKeys, clientKinds } from '../../store/client.ts';
import { StartError } from '../start-error.ts';
import { keysIn } from './client-keys.ts';

export type Written = {
  readonly kind: string;
  readonly name: string;
  readonly finess?: string | undefined;
  readonly upstream?: readonly string[] | undefined;
  readonly redirect?: readonly string[] | undefined;
  readonly scope?: string | undefined;
  readonly jwks?: string | undefined;
  readonly 'jwks-uri'?: string | undefined;
};
type Kind = Client['kind'];

/** Throws StartError. */
export function clientIn(written: Written): Client {
  const kind = clientKinds.find((one) => one === written.kind);
  if (kind === undefined) throw new StartError(`KIND is one of ${clientKinds.join(', ')}`);
  const name = written.name.trim();
  if (name === '' || /\p{Cc}/u.test(name)) throw new StartError('NAME is a text');
  const { finess, upstream, redirect } = written;
  judgeFiness(kind, finess);
  judgeUpstream(kind, upstream);
  judgeRedirect(kind, redirect);
  const scope = kind === 'app' ? appScopeIn(written.scope) : scopeIn(kind, written.scope);
  const made = { _id: randomUUID(), registration: randomUUID(), kind, name, scope, made: new Date() };
  return {
    ...made,
    ...(finess === undefined ? {} : { finess }),
    ...(upstream === undefined ? {} : { upstream }),
    ...(redirect === undefined ? {} : { redirect: [...new Set(redirect)] }),
    ...keysOf(kind, written),
  };
}

function judgeFiness(kind: Kind, finess: string | undefined): void {
  if ((kind === 'structure') !== (finess !== undefined)) throw new StartError('A structure has --finess, and nobody else');
  if (finess !== undefined && parseFiness(`${finessSystem}|${finess}`) === undefined)
    throw new StartError('--finess has nine characters');
}

function judgeUpstream(kind: Kind, upstream: readonly string[] | undefined): void {
  if ((kind === 'software') !== (upstream !== undefined)) throw new StartError('A software has --upstream, and nobody else');
  if (upstream?.some((one) => !/^https?:\/\/[^\s|]+\|\S+$/.test(one)))
    throw new StartError('--upstream is the URL of an issuer, | and the id of the client there');
}

function judgeRedirect(kind: Kind, redirect: readonly string[] | undefined): void {
  if ((kind === 'app') !== (redirect !== undefined)) throw new StartError('An app has --redirect, and nobody else');
  if (redirect?.some((address) => !isRedirect(address)))
    throw new StartError('--redirect is a whole https address (http on this machine only), without fragment, password or *');
}

function isRedirect(address: string): boolean {
  return isSafe(address) && !/[#*\s\\\p{Cc}]/u.test(address);
}

function scopeIn(kind: Kind, written: string | undefined): string {
  const context = kind === 'software' ? 'user' : 'system';
  const words = (written ?? `${context}/*.cruds`).split(' ').filter((word) => word !== '');
  if (words.length === 0 || !words.every((word) => partsOf(word)?.scope.context === context))
    throw new StartError(`--scope lists SMART scopes of the form ${context}/Type.cruds`);
  return words.join(' ');
}

function appScopeIn(written: string | undefined): string {
  const words = wordsOf(written ?? defaultAppScope);
  if (words.length === 0 || !words.every(isAppScope))
    throw new StartError(
      '--scope of an app lists patient/Type.cruds, launch/patient, openid, fhirUser, offline_access, online_access',
    );
  return words.join(' ');
}

/** An app in a browser or on a telephone keeps no secret. */
function keysOf(kind: Kind, written: Written): ClientKeys | { readonly public: true } {
  const isPublic = kind === 'app' && written.jwks === undefined && written['jwks-uri'] === undefined;
  return isPublic ? { public: true } : keysIn(written);
}
