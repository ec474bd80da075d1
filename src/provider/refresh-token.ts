// A refresh token names the public client that it is of, for SMART's own library sends it alone.
// https://www.rfc-editor.org/rfc/rfc6749#section-6, https://hl7.org/fhir/smart-app-launch/app-launch.html#refresh-access-token
import type { Provider } from 'oidc-provider';
import type { JsonObject } from '../fhir/json.ts';
import type { Rewriting } from './body.ts';

const between = '~';

export function nameClientsIn(provider: Provider): void {
  const { prototype } = provider.RefreshToken;
  const made: unknown = Reflect.get(prototype, 'generateTokenId');
  if (typeof made !== 'function') throw new Error('oidc-provider makes refresh tokens otherwise');
  Object.assign(prototype, {
    generateTokenId(this: { readonly clientId?: string }) {
      return `${this.clientId}${between}${made.call(this)}`;
    },
  });
}

/** Who proves or says who he is is believed, or not, by that. */
export const withItsClient: Rewriting = (route, body) => {
  const { grant_type: grant, refresh_token: token } = body;
  const saysWho = 'client_id' in body || 'client_assertion' in body;
  if (route !== 'token' || grant !== 'refresh_token' || saysWho || typeof token !== 'string') return body;
  const [client = '', ...secret] = token.split(between);
  return secret.length === 1 ? ({ ...body, client_id: client } satisfies JsonObject) : body;
};
