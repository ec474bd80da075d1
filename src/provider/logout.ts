// Leaving: this browser, or every browser and every app.
// https://openid.net/specs/openid-connect-rpinitiated-1_0.html
import type { IncomingMessage } from 'node:http';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { isObject } from '../fhir/json.ts';
import type { ProviderRows } from '../store/provider-row.ts';
import { showIn } from './error-page.ts';
import type { Holders } from './holder.ts';
import { html } from './page/html.ts';
import type { Page } from './page/layout.ts';

export type Leaving = {
  readonly rows: ProviderRows;
  readonly holders: Pick<Holders, 'endEverywhere'>;
  /** The session with the pages of accounts; the cookies that are to go. */
  readonly leavePages: (request: IncomingMessage) => Promise<readonly string[]>;
  readonly clock: () => Date;
};
type Context = Omit<KoaContextWithOIDC, 'oidc'> & { readonly oidc?: KoaContextWithOIDC['oidc'] };

/** What oidc-provider ends is one grant of each app; with it ends all that was allowed in the session. */
export function logoutFrom(provider: Provider, { rows, holders, leavePages, clock }: Leaving): void {
  provider.use(async (ctx: Context, next) => {
    await next();
    if (ctx.path === '/session/end') passWhoIsGone(ctx);
    const { session, body } = ctx.oidc ?? {};
    const hasLeft = ctx.path === '/session/end/confirm' && ctx.status === 303;
    if (!hasLeft || session === undefined || !isObject(body) || body.logout === undefined) return;
    await rows.endSession(session.uid, clock());
    ctx.append('Set-Cookie', [...(await leavePages(ctx.req))]);
    if (body.logout === 'everywhere' && session.accountId !== undefined) await holders.endEverywhere(session.accountId, clock());
  });
}

/** Nobody is asked who has left already: oidc-provider would send a script in English. */
function passWhoIsGone(ctx: Context): void {
  const { session } = ctx.oidc ?? {};
  if (ctx.status !== 200 || ctx.oidc === undefined || session === undefined || session.accountId !== undefined) return;
  const { postLogoutRedirectUri, state } = session.state ?? {};
  const to = new URL(typeof postLogoutRedirectUri === 'string' ? postLogoutRedirectUri : ctx.oidc.urlFor('end_session_success'));
  if (typeof postLogoutRedirectUri === 'string' && typeof state === 'string') to.searchParams.set('state', state);
  ctx.status = 303;
  ctx.redirect(to.href);
}

export const logoutPages = {
  logoutSource: (ctx: KoaContextWithOIDC): void => showIn(ctx, askingPage(ctx)),
  postLogoutSuccessSource: (ctx: KoaContextWithOIDC): void =>
    showIn(ctx, { title: 'Vous êtes déconnecté', body: html`<p>Vous pouvez fermer cette page.</p>` }),
};

function askingPage({ oidc }: KoaContextWithOIDC): Page {
  const { secret, postLogoutRedirectUri } = oidc.session?.state ?? {};
  return {
    title: 'Se déconnecter ?',
    ...(typeof postLogoutRedirectUri === 'string' ? { leadsTo: [new URL(postLogoutRedirectUri).origin] } : {}),
    body: html`<p>« Partout » retire leur accès à toutes les applications que vous avez autorisées, et vous déconnecte de tous les navigateurs.</p>
      <form method="post" action="${new URL(oidc.urlFor('end_session_confirm')).pathname}">
        <input type="hidden" name="xsrf" value="${String(secret)}">
        <button name="logout" value="here">Me déconnecter de ce navigateur</button>
        <button class="second" name="logout" value="everywhere">Me déconnecter partout</button>
      </form>`,
  };
}
