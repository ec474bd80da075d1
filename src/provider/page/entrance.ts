// How a browser comes in: the sign-in form, and what the browser keeps of it.

import { closeSession, openSession } from '../account/session.ts';
import type { Account, SignedIn } from '../account/sign-in.ts';
import { signIn } from '../account/sign-in.ts';
import type { Elsewhere, Page } from './layout.ts';
import type { Desk, Filled, Visit } from './pages.ts';
import { peerOf } from './peer.ts';
import { signInPage } from './sign-in-page.ts';

/** Seconds: longer than a year between two visits is another browser. */
const browserLife = 400 * 24 * 3600;
/** Persons who share a browser. */
const mostBrowsers = 8;

export async function showSignIn({ forms, base }: Desk, { request, now }: Visit): Promise<Page> {
  const { field, cookies } = forms.bound(request);
  return { ...signInPage({ action: `${base}/connexion`, bound: field, now, base }), cookies };
}

export async function takeSignIn(desk: Desk, filled: Filled): Promise<Page | Elsewhere> {
  const { forms, base } = desk;
  const { request, now, form } = filled;
  const came = await comesIn(desk, filled);
  if (came.is === 'signed-in') return { location: base, cookies: await keptAfter(desk, filled, came) };
  const { field, cookies } = forms.bound(request);
  const ins = form.get('ins') ?? '';
  return { ...signInPage({ action: `${base}/connexion`, bound: field, now, refused: came, ins, base }), cookies };
}

/** Of a form with the fields of `signInPage`. */
export async function comesIn({ kept, cookies, proxies }: Desk, { request, now, form }: Filled): Promise<SignedIn> {
  const address = peerOf(request, proxies);
  return await signIn(kept, {
    ins: form.get('ins') ?? '',
    password: form.get('password') ?? '',
    totp: form.get('totp') ?? '',
    now,
    browser: browsersOf(cookies.read(request, 'browser')),
    ...(address === undefined ? {} : { address }),
  });
}

type Came = { readonly account: Account; readonly browser: string };

/** What the browser of somebody who has just signed in keeps. */
export async function keptAfter(desk: Desk, visit: Visit, came: Came): Promise<readonly string[]> {
  const { kept, rows, cookies } = desk;
  const sessions = { rows, accounts: kept.accounts };
  const before = cookies.read(visit.request, 'session');
  if (before !== undefined) await closeSession(sessions, before);
  const session = await openSession(sessions, came.account, visit.now);
  return [cookies.keep('session', session), knownAfter(desk, visit, came)];
}

/** By which the browser is known again. */
export function knownAfter({ cookies }: Desk, { request }: Visit, { browser }: Pick<Came, 'browser'>): string {
  const others = browsersOf(cookies.read(request, 'browser')).filter((one) => one !== browser);
  return cookies.keep('browser', [browser, ...others].slice(0, mostBrowsers).join('.'), browserLife);
}

function browsersOf(cookie: string | undefined): readonly string[] {
  return cookie === undefined ? [] : cookie.split('.').slice(0, mostBrowsers);
}
