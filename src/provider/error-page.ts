// What a person reads where the flow cannot go on: French, and nothing of anybody.
// https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { html } from './page/html.ts';
import { headersOf, type Page, written } from './page/layout.ts';

const again = html`<p>Retournez à l’application et recommencez.</p>`;

export function expiredPage(): Page {
  return { status: 400, title: 'Cette demande n’est plus en cours', body: again };
}

export function foreignPage(): Page {
  return { status: 403, title: 'Cette demande vient d’un autre site', body: again };
}

export function otherAccountPage(leave: string): Page {
  return {
    status: 409,
    title: 'Un autre compte est connecté dans ce navigateur',
    body: html`<p><a href="${leave}">Déconnectez-le</a>, puis retournez à l’application et recommencez.</p>`,
  };
}

const texts: ReadonlyMap<string, string> = new Map([
  ['invalid_client', 'Cette application n’est pas connue de ce service.'],
  ['invalid_redirect_uri', 'L’adresse de retour n’est pas l’une de celles que l’application a déclarées.'],
  ['server_error', 'Le service a échoué ; rien n’a été fait.'],
]);

/** `description`: for who makes the app. */
export function errorPage(status: number, error: string, description: string | undefined): Page {
  return {
    status,
    title: 'La demande de l’application ne peut pas aboutir',
    body: html`<p>${texts.get(error) ?? 'Elle est incomplète, erronée ou n’est plus en cours.'}</p>${again}
      <p lang="en"><code>${error}</code> ${description}</p>`,
  };
}

/** Of oidc-provider's own addresses. */
export function showIn(ctx: KoaContextWithOIDC, page: Page): void {
  ctx.status = page.status ?? 200;
  ctx.set(headersOf(page));
  ctx.body = written(page);
}

/** Of whatever oidc-provider makes itself. */
export function shieldIn(provider: Provider): void {
  provider.use(async (ctx, next) => {
    ctx.set({
      'Content-Security-Policy':
        "default-src 'none'; script-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'X-Frame-Options': 'DENY',
      'Referrer-Policy': 'same-origin',
    });
    await next();
  });
}
