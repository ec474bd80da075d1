// How long what the provider gives lasts, in seconds.
// https://hl7.org/fhir/smart-app-launch/best-practices.html
import type { Configuration } from 'oidc-provider';

/** Of the token of a system. */
export const tokenLife = 300;
/** Of the token of a person who has signed in. */
export const holderTokenLife = 600;
const day = 24 * 3600;
/** A refresh token is exchanged for another, which ends when the first would have. */
export const allowedFor = 90 * day;

export const lives: Configuration['ttl'] = {
  AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? tokenLife,
  ClientCredentials: tokenLife,
  IdToken: holderTokenLife,
  AuthorizationCode: 60,
  Interaction: 1800,
  Session: 8 * 3600,
  Grant: allowedFor,
  RefreshToken: (ctx) => Math.max(1, ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? allowedFor),
};
