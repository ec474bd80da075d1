// The pages of accounts, beside the FHIR base: what each address answers to a visit and to a form.
// https://www.rfc-editor.org/rfc/rfc9110#name-methods
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import { Refusal } from '../../fhir/outcome.ts';
import type { ProviderRows } from '../../store/provider-row.ts';
import type { AccountsKept } from '../account/kept.ts';
import { closeSession, sessionOf } from '../account/session.ts';
import type { Account } from '../account/sign-in.ts';
import { endAppSession } from '../app-session.ts';
import { accountPage, faultPage, toldPage } from './account-page.ts';
import { type Cookies, cookiesOf } from './cookie.ts';
import { confirm, showSecondFactor, showSignUp, startEnrolment } from './enrolment.ts';
import { showSignIn, takeSignIn } from './entrance.ts';
import { type Form, type Forms, formsOf } from './form.ts';
import { type Elsewhere, type Page, sendPage } from './layout.ts';
import { proxiesOf } from './peer.ts';

/** What every page works with. */
export type Desk = {
  readonly kept: AccountsKept;
  readonly rows: ProviderRows;
  readonly cookies: Cookies;
  readonly forms: Forms;
  /** The path of these pages. */
  readonly base: string;
  readonly proxies: BlockList;
  readonly clock: () => Date;
};

export type Visit = { readonly request: IncomingMessage; readonly now: Date };
export type Filled = Visit & { readonly form: Form };
type Answer = Promise<Page | Elsewhere>;
type Place = {
  readonly get?: (desk: Desk, visit: Visit) => Answer;
  readonly post?: (desk: Desk, filled: Filled) => Answer;
};

export type Pages = {
  readonly path: string;
  readonly has: (url: string) => boolean;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
};

const places: Readonly<Record<string, Place>> = {
  '/': { get: showAccount },
  '/connexion': { get: showSignIn, post: takeSignIn },
  '/inscription': {
    get: async (desk, visit) => showSignUp(desk, visit, 'inscription'),
    post: async (desk, filled) => await startEnrolment(desk, filled, 'inscription'),
  },
  '/recuperation': {
    get: async (desk, visit) => showSignUp(desk, visit, 'recuperation'),
    post: async (desk, filled) => await startEnrolment(desk, filled, 'recuperation'),
  },
  '/second-facteur': { get: showSecondFactor, post: confirm },
  '/deconnexion': { post: leave },
  '/deconnexion-partout': { post: leaveEverywhere },
};

export type Start = {
  readonly baseUrl: string;
  readonly kept: AccountsKept;
  readonly rows: ProviderRows;
  /** Addresses and networks whose word on where a request comes from is believed. */
  readonly proxies?: readonly string[];
  readonly clock: () => Date;
  readonly report: (error: unknown) => void;
};

export function deskOf({ baseUrl, kept, rows, proxies = [], clock }: Omit<Start, 'report'>): Desk {
  const { origin, protocol, pathname } = new URL('compte', baseUrl);
  const cookies = cookiesOf({ secure: protocol === 'https:' });
  return {
    kept,
    rows,
    cookies,
    forms: formsOf({ cookies, origin, blind: kept.blind }),
    base: pathname,
    proxies: proxiesOf(proxies),
    clock,
  };
}

export function openPages(desk: Desk, report: Start['report']): Pages {
  return {
    path: desk.base,
    has: (url) => placeOf(url) !== undefined,
    handle: async (request, response) => {
      try {
        sendPage(response, await answer(desk, request));
      } catch (error) {
        sendPage(response, failurePage(error, desk, report));
      }
    },
  };
}

function placeOf(url: string): Place | undefined {
  const path = url.replace(/\?.*$/, '') || '/';
  return Object.hasOwn(places, path) ? places[path] : undefined;
}

async function answer(desk: Desk, request: IncomingMessage): Answer {
  const { get, post } = placeOf(request.url ?? '') ?? {};
  const now = desk.clock();
  if (get !== undefined && (request.method === 'GET' || request.method === 'HEAD')) return await get(desk, { request, now });
  if (post === undefined || request.method !== 'POST') return notAllowed(desk, get !== undefined, post !== undefined);
  const sent = await desk.forms.read(request);
  if (sent.is === 'form') return await post(desk, { request, now, form: sent.form });
  return faultPage(unread[sent.is].status, unread[sent.is].text, desk.base);
}

const unread = {
  foreign: {
    status: 403,
    text: 'Ce formulaire ne vient pas de cette page, ou il a été ouvert il y a trop longtemps. Votre navigateur doit accepter les cookies de ce site.',
  },
  'no form': { status: 415, text: 'Ce n’est pas un formulaire.' },
  'too large': { status: 413, text: 'Ce formulaire est trop grand.' },
} as const;

function notAllowed({ base }: Desk, get: boolean, post: boolean): Page {
  const Allow = [...(get ? ['GET', 'HEAD'] : []), ...(post ? ['POST'] : [])].join(', ');
  return { ...faultPage(405, 'Cette adresse ne se demande pas ainsi.', base), headers: { Allow } };
}

/** What he reads who came; the operator is told of what should not be. */
export function failurePage(error: unknown, { base }: Pick<Desk, 'base'>, report: Start['report']): Page {
  if (!(error instanceof Refusal)) report(error);
  const isBusy = error instanceof Refusal && error.status === 503;
  return isBusy
    ? {
        ...faultPage(503, 'Beaucoup de personnes se connectent en ce moment. Réessayez dans une minute.', base),
        headers: { 'Retry-After': '60' },
      }
    : faultPage(500, 'Le service a rencontré une erreur. Rien n’a été changé.', base);
}

/** Who has signed in with this browser, with what it keeps. */
async function signedIn({ kept, rows, cookies }: Desk, { request, now }: Visit): Promise<Account | undefined> {
  const token = cookies.read(request, 'session');
  return token === undefined ? undefined : await sessionOf({ rows, accounts: kept.accounts }, token, now);
}

async function showAccount(desk: Desk, visit: Visit): Answer {
  const account = await signedIn(desk, visit);
  if (account === undefined) return { location: `${desk.base}/connexion` };
  const { field, cookies } = desk.forms.bound(visit.request);
  return { ...accountPage({ base: desk.base, bound: field, ending: account.ins.value.slice(-3) }), cookies };
}

async function leave(desk: Desk, { request, now }: Filled): Answer {
  await endAppSession(desk.rows, request, now);
  return left(desk, 'Vous êtes déconnecté de ce navigateur.', await leavePages(desk, request));
}

/** The cookies that are to go. */
export async function leavePages({ rows, kept, cookies }: Desk, request: IncomingMessage): Promise<readonly string[]> {
  const token = cookies.read(request, 'session');
  if (token !== undefined) await closeSession({ rows, accounts: kept.accounts }, token);
  return [cookies.drop('session')];
}

async function leaveEverywhere(desk: Desk, filled: Filled): Answer {
  const account = await signedIn(desk, filled);
  if (account === undefined) return { location: `${desk.base}/connexion` };
  await desk.kept.accounts.endEverywhere(account._id, filled.now);
  const text = 'Toutes les connexions de ce compte sont fermées, sur tous les appareils et pour toutes les applications.';
  return left(desk, text, [desk.cookies.drop('session')]);
}

function left({ base }: Desk, text: string, cookies: readonly string[]): Page {
  return { ...toldPage({ base, title: 'Vous êtes déconnecté', text }), cookies };
}
