// A person signs in on the way to an app, by the form of the pages of accounts.
// https://github.com/panva/node-oidc-provider/blob/v9.x/docs/README.md#user-flows
import type { Login } from './interaction.ts';
import { comesIn, knownAfter } from './page/entrance.ts';
import { html } from './page/html.ts';
import type { Desk } from './page/pages.ts';
import { signInPage } from './page/sign-in-page.ts';

export async function loginAt(desk: Desk, { request, form, action, app }: Parameters<Login>[0]): ReturnType<Login> {
  const { forms, base, clock } = desk;
  const visit = { request, now: clock() };
  const came = form && (await comesIn(desk, { ...visit, form }));
  if (came?.is === 'signed-in') return { account: came.account, cookies: [knownAfter(desk, visit, came)] };
  const { field, cookies } = forms.bound(request);
  const about = html`<p>L’application « ${app} » demande à vous reconnaître. Vous lui direz ensuite ce qu’elle peut faire, ou rien.</p>`;
  const ins = form?.get('ins') ?? '';
  const refused = came === undefined ? {} : { refused: came };
  return { ...signInPage({ action, bound: field, now: visit.now, ins, about, base, ...refused }), cookies };
}
