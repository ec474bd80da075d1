// The token exchange: a practice software presents what Pro Santé Connect gave a professional, and gets a token for this server.
// https://www.rfc-editor.org/rfc/rfc8693
import { errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider';
import type { JsonObject } from '../fhir/json.ts';
import { Refusal } from '../fhir/outcome.ts';
import { actReason } from '../identity/systems.ts';
import type { Client, Clients } from '../store/client.ts';
import { tokenExchange } from './addresses.ts';
import { assertedIn } from './asserted.ts';
import { grantedOf } from './client-claims.ts';
import { chosen, type Practice, personName, practicesOf } from './professional.ts';
import { type Recognised, recognise, type Upstreams } from './upstream.ts';

export type Exchange = {
  readonly baseUrl: string;
  readonly clients: Pick<Clients, 'find'>;
  readonly upstreams: Upstreams;
  readonly clock: () => Date;
  readonly sign: { readonly alg: 'ES256'; readonly kid: string | undefined };
  /** Throws a Refusal for a token that this server itself would refuse. */
  readonly accept: (token: string) => Promise<void>;
};

const parameters = [
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'scope',
  'resource',
  'audience',
  // Ours: which structure, why and for whom.
  'activity',
  'purpose_of_use',
  'reason',
  'person_id',
] as const;
type Asked = { readonly [name in (typeof parameters)[number]]?: string | undefined };
type Context = TokenEndpointGrantContext<Asked>;

const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const tokenTypes: readonly unknown[] = [accessToken, 'urn:ietf:params:oauth:token-type:jwt'];
/** Seconds. */
const life = 3600;
const emergencyLife = 4 * 3600;

/** Of the tokens that are being made here, until they are signed. */
const claimsOfTokens = new WeakMap<object, JsonObject>();

export function exchangedClaims(token: object): JsonObject | undefined {
  return claimsOfTokens.get(token);
}

export function registerExchange(provider: Provider, exchange: Exchange): void {
  provider.registerGrantType<Asked>(tokenExchange, async (ctx) => await answer(provider, exchange, ctx), parameters);
}

async function answer(provider: Provider, exchange: Exchange, ctx: Context): Promise<void> {
  const { client, params } = ctx.oidc;
  const registration = await exchange.clients.find(client.clientId);
  if (registration === undefined) throw new errors.InvalidClient('client is invalid', 'client not found');
  judgeForm(params, exchange.baseUrl);
  const asked = params.scope ?? '';
  const scope = grantedOf(asked, registration.scope, 'user');
  if (scope === undefined) throw new errors.InvalidScope('requested scope is missing or exceeds the registration', asked);
  const { subject, actor } = await people(exchange, registration, params);
  const practice = practiceOf(subject, params.activity);
  const expiresIn = isEmergency(params) ? emergencyLife : life;
  const { baseUrl: audience, sign } = exchange;
  const resourceServer = new provider.ResourceServer(audience, { scope, audience, accessTokenFormat: 'jwt', jwt: { sign } });
  const token = new provider.AccessToken({
    client,
    accountId: practice.nationalId,
    scope,
    resourceServer,
    expiresIn,
    grantId: '',
    gty: tokenExchange,
  });
  claimsOfTokens.set(token, {
    registration: registration.registration,
    ...vitaleIn(assertedIn(ctx)),
    ...(actor === undefined ? {} : { act: actorOf(actor) }),
    ...contextOf(params, practice),
  });
  const value = await token.save();
  await acceptable(exchange, value);
  ctx.body = { access_token: value, issued_token_type: accessToken, token_type: 'Bearer', expires_in: expiresIn, scope };
}

function judgeForm(params: Asked, baseUrl: string): void {
  const { subject_token, subject_token_type, actor_token, actor_token_type, requested_token_type } = params;
  if (subject_token === undefined || !tokenTypes.includes(subject_token_type))
    throw new errors.InvalidRequest('subject_token must be an access token, and subject_token_type say so');
  if ((actor_token === undefined) !== (actor_token_type === undefined) || !tokenTypes.includes(actor_token_type ?? accessToken))
    throw new errors.InvalidRequest('actor_token must be an access token, and actor_token_type say so');
  if (!tokenTypes.includes(requested_token_type ?? accessToken))
    throw new errors.InvalidRequest('requested_token_type must be an access token');
  if ([params.resource, params.audience].some((target) => target !== undefined && target !== baseUrl))
    throw new errors.InvalidTarget();
}

type People = { readonly subject: Recognised; readonly actor: Recognised | undefined };

async function people({ upstreams, clock }: Exchange, { upstream: clients = [] }: Client, params: Asked): Promise<People> {
  const { subject_token = '', actor_token } = params;
  const now = clock();
  const subject = await recognise(upstreams, { name: 'subject_token', token: subject_token, kind: 'professional', clients }, now);
  const actor =
    actor_token === undefined
      ? undefined
      : await recognise(upstreams, { name: 'actor_token', token: actor_token, kind: 'delegate', clients }, now);
  return { subject, actor };
}

function practiceOf({ userinfo }: Recognised, structure: string | undefined): Practice {
  const practices = practicesOf(userinfo);
  if (practices.length === 0) throw new errors.InvalidRequest('subject_token is of nobody who practises under an RPPS');
  const practice = chosen(practices, structure);
  if (practice !== undefined) return practice;
  throw new errors.InvalidRequest(
    structure === undefined
      ? 'the professional has several activities: activity must name the structure of one'
      : 'activity names not exactly one activity of the professional',
  );
}

/** The name of a secretary is her issuer's, told apart from those of other issuers. */
function actorOf({ issuer, subject, userinfo }: Recognised): JsonObject {
  const name = personName(userinfo);
  return { sub: `${issuer}#${subject}`, ...(name === undefined ? {} : { name }) };
}

const isEmergency = ({ purpose_of_use = 'TREAT' }: Asked): boolean => purpose_of_use !== 'TREAT';

function contextOf(params: Asked, { iua }: Practice): JsonObject {
  const { purpose_of_use: code = 'TREAT', reason, person_id } = params;
  return {
    ...(isEmergency(params) && reason !== undefined ? { reason } : {}),
    extensions: {
      ihe_iua: {
        ...iua,
        purpose_of_use: [{ system: actReason, code }],
        ...(person_id === undefined ? {} : { person_id }),
      },
    },
  };
}

const vitaleIn = ({ vitale }: JsonObject): JsonObject => (vitale === undefined ? {} : { vitale });

/** What is given out is what will be believed. */
async function acceptable({ accept }: Exchange, token: string): Promise<void> {
  try {
    await accept(token);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new errors.InvalidRequest(error.faults.map(({ text }) => text).join('; '));
  }
}
