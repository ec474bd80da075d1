// What a person is asked while an app waits: to sign in, then to allow what it asks.
// https://github.com/panva/node-oidc-provider/blob/v9.x/docs/README.md#user-flows
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type Provider } from 'oidc-provider';
import type { Client, Clients } from '../store/client.ts';
import type { ProviderRows } from '../store/provider-row.ts';
import type { Account } from './account/sign-in.ts';
import { addressesOf } from './addresses.ts';
import { launchScopes, narrowed, wordsOf } from './app-scope.ts';
import { consentPage, noRecordPage } from './consent-page.ts';
import { expiredPage, foreignPage, otherAccountPage } from './error-page.ts';
import type { Holders } from './holder.ts';
import { allowedFor } from './lives.ts';
import type { Form, Forms } from './page/form.ts';
import type { Elsewhere, Page } from './page/layout.ts';

export type Asking = {
  readonly provider: Provider;
  readonly clients: Pick<Clients, 'find'>;
  readonly rows: ProviderRows;
  readonly holders: Holders;
  readonly baseUrl: string;
  readonly clock: () => Date;
  readonly login: Login;
  readonly forms: Forms;
};
export type Details = Awaited<ReturnType<Provider['interactionDetails']>>;
/** `account`: who has signed in; else what he is shown. */
export type Login = (asked: LoginAsked) => Promise<{ readonly account: Account; readonly cookies?: readonly string[] } | Page>;
export type LoginAsked = {
  readonly request: IncomingMessage;
  /** What he sent; absent: he comes. */
  readonly form: Form | undefined;
  /** Where the form goes. */
  readonly action: string;
  /** The name of the app that waits. */
  readonly app: string;
};

export async function interact(asking: Asking, request: IncomingMessage, response: ServerResponse): Promise<Page | Elsewhere> {
  const details = await detailsOf(asking, request, response);
  const client = details && (await asking.clients.find(String(details.params.client_id)));
  if (details === undefined || client === undefined) return expiredPage();
  const sent = request.method === 'POST' ? await asking.forms.read(request) : undefined;
  if (sent !== undefined && sent.is !== 'form') return foreignPage();
  const asked = { details, client, form: sent?.form, request, response };
  return details.prompt.name === 'login' ? await signIn(asking, asked) : await consent(asking, asked);
}

/** Of the cookie, if the address is its own. */
async function detailsOf({ provider }: Asking, request: IncomingMessage, response: ServerResponse): Promise<Details | undefined> {
  try {
    const details = await provider.interactionDetails(request, response);
    return request.url === `/interaction/${details.uid}` ? details : undefined;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
}

type Asked = {
  readonly details: Details;
  readonly client: Client;
  readonly form: Form | undefined;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
};

async function signIn(asking: Asking, { details, client, form, request, response }: Asked): Promise<Page | Elsewhere> {
  const outcome = await asking.login({ request, form, action: actionOf(asking, details), app: client.name });
  if (!('account' in outcome)) return outcome;
  const { account, cookies = [] } = outcome;
  // Two accounts share no browser: the one that is here leaves first.
  if (details.session !== undefined && details.session.accountId !== account._id)
    return otherAccountPage(`${addressesOf(asking.baseUrl).path}/session/end`);
  // What comes of a session that outlives the account's leaving everywhere is void (holder.ts).
  const login = { accountId: account._id, acr: account.epoch, amr: ['pwd', 'otp', 'mfa'], remember: false };
  const options = { mergeWithLastSubmission: false };
  return { location: await asking.provider.interactionResult(request, response, { login }, options), cookies };
}

async function consent(asking: Asking, { details, client, form, request, response }: Asked): Promise<Page | Elsewhere> {
  const { provider, holders, forms } = asking;
  const holder = details.session && (await holders.find(details.session.accountId));
  if (holder === undefined || holder.epoch !== details.session?.acr) return expiredPage();
  const scope = narrowed(String(details.params.scope), client.scope);
  const isLaunch = wordsOf(scope).includes('launch/patient');
  const hasRecord = !isLaunch || (await holders.recordOf(holder.ins)) !== undefined;
  const choice = form?.get('choice');
  if (choice === 'refuse')
    return { location: await provider.interactionResult(request, response, refused, { mergeWithLastSubmission: false }) };
  if (choice === 'accept' && hasRecord) {
    const grantId = await grant(asking, details, { account: holder.id, client: client._id, scope });
    return { location: await provider.interactionResult(request, response, { consent: { grantId } }) };
  }
  const { field, cookies } = forms.bound(request);
  const shown = { app: client.name, redirect: String(details.params.redirect_uri), action: actionOf(asking, details), field };
  return { ...(hasRecord ? consentPage({ ...shown, scope }) : noRecordPage(shown)), cookies };
}

const refused = { error: 'access_denied', error_description: 'the person has refused' };

type Granted = { readonly account: string; readonly client: string; readonly scope: string };

/** What is not to outlast the session ends with it (logout.ts). */
async function grant({ provider, rows, baseUrl, clock }: Asking, details: Details, granted: Granted): Promise<string> {
  const { account, client, scope } = granted;
  const made = new provider.Grant({ accountId: account, clientId: client });
  const words = wordsOf(scope);
  made.addOIDCScope(words.filter((word) => launchScopes.some((known) => known === word)));
  made.addResourceScope(baseUrl, [...words]);
  const id = await made.save();
  const gone = new Date(clock().getTime() + allowedFor * 1000);
  if (details.session !== undefined && !words.includes('offline_access'))
    await rows.tieToSession({ grant: id, session: details.session.uid, account, gone });
  return id;
}

const actionOf = ({ baseUrl }: Asking, { uid }: Details): string => `${addressesOf(baseUrl).path}/interaction/${uid}`;
