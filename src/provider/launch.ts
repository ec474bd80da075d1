// SMART's standalone launch upon OpenID Connect: what is asked is cut down to what may be given, the holder is asked each time,
// and the answer names his record.
// https://hl7.org/fhir/smart-app-launch/app-launch.html#launch-app-standalone-launch
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { isObject } from '../fhir/json.ts';
import type { Clients } from '../store/client.ts';
import { narrowed } from './app-scope.ts';

type Setting = { readonly clients: Pick<Clients, 'find'>; readonly baseUrl: string };
/** Before oidc-provider has taken it up, and after. */
type Context = Omit<KoaContextWithOIDC, 'oidc'> & { readonly oidc?: KoaContextWithOIDC['oidc'] };

export function launchFrom(provider: Provider, { clients }: Setting): void {
  provider.use(async (ctx: Context, next) => {
    if (ctx.path === '/auth') await prepare(ctx, clients);
    await next();
    if (ctx.path === '/token') nameRecord(ctx);
    if (ctx.path === '/.well-known/openid-configuration' && isObject(ctx.body))
      ctx.body = { ...ctx.body, response_modes_supported: ['query'], grant_types_supported: undefined };
  });
}

async function prepare(ctx: Context, clients: Setting['clients']): Promise<void> {
  const { client_id: id, scope, prompt, response_mode: mode } = ctx.query;
  const client = typeof id === 'string' ? await clients.find(id) : undefined;
  const within = typeof scope === 'string' && client?.kind === 'app' ? narrowed(scope, client.scope) : '';
  ctx.query = {
    ...ctx.query,
    // What is left of nothing is refused as it was asked.
    ...(within === '' ? {} : { scope: within }),
    ...(Array.isArray(prompt) ? {} : { prompt: withConsent(prompt) }),
    // No page of the provider posts to an app.
    ...(mode === undefined || mode === 'query' ? {} : { response_mode: 'none' }),
  };
}

/** A public client is not recognised: its user is asked each time. https://www.rfc-editor.org/rfc/rfc8252#section-8.6 */
function withConsent(prompt: string | undefined): string {
  const asked = prompt?.split(' ').filter((word) => word !== '') ?? [];
  return asked.includes('none') ? asked.join(' ') : [...new Set([...asked, 'consent'])].join(' ');
}

function nameRecord(ctx: Context): void {
  const patient = ctx.oidc?.entities.AccessToken?.extra?.patient;
  if (isObject(ctx.body) && 'access_token' in ctx.body && typeof patient === 'string') ctx.body = { ...ctx.body, patient };
}

/** The app must mean this server: what it gets is for no other. `resource` in its place says the same. */
export function audienceFor(baseUrl: string) {
  return async ({ query }: KoaContextWithOIDC, aud: string | undefined): Promise<void> => {
    if (![aud ?? query.resource].flat().every((one) => one === baseUrl))
      throw new errors.InvalidRequest('aud must be the address of this FHIR server');
  };
}
