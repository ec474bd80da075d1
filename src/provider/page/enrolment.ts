// How an account is made, or given other credentials, in two pages: what the browser keeps between them is of no use to anybody else.
import { confirmAccount, createAccount, enrolling } from '../account/sign-up.ts';
import { faultPage } from './account-page.ts';
import { keptAfter } from './entrance.ts';
import type { Elsewhere, Page } from './layout.ts';
import type { Desk, Filled, Visit } from './pages.ts';
import { peerOf } from './peer.ts';
import { secondFactorPage } from './second-factor-page.ts';
import { type Purpose, type Refused, signUpPage } from './sign-up-page.ts';

export function showSignUp({ base, forms }: Desk, { request, now }: Visit, purpose: Purpose): Page {
  const { field, cookies } = forms.bound(request);
  return { ...signUpPage({ purpose, base, bound: field, now }), cookies };
}

export async function startEnrolment(desk: Desk, { request, now, form }: Filled, purpose: Purpose): Promise<Page | Elsewhere> {
  const { kept, base, forms, cookies, proxies } = desk;
  const [ins = '', code = '', password = '', again = ''] = ['ins', 'code', 'password', 'again'].map((name) => form.get(name));
  const refuse = (refused: Refused): Page => {
    const bound = forms.bound(request);
    return { ...signUpPage({ purpose, base, bound: bound.field, now, refused, ins }), cookies: bound.cookies };
  };
  if (password !== again) return refuse({ is: 'differs' });
  const address = peerOf(request, proxies);
  const made = await createAccount(kept, { ins, code, password, now, ...(address === undefined ? {} : { address }) });
  if (made.is !== 'enrolling') return refuse(made);
  return { location: `${base}/second-facteur`, cookies: [cookies.keep('enrolment', made.enrolment)] };
}

export async function showSecondFactor(desk: Desk, visit: Visit): Promise<Page | Elsewhere> {
  return await secondFactor(desk, visit, false);
}

export async function confirm(desk: Desk, filled: Filled): Promise<Page | Elsewhere> {
  const { kept, cookies, base } = desk;
  const { request, now, form } = filled;
  const enrolment = cookies.read(request, 'enrolment');
  if (enrolment === undefined) return over(desk);
  const confirmed = await confirmAccount(kept, { enrolment, totp: form.get('totp') ?? '', now });
  if (confirmed.is === 'wrong') return await secondFactor(desk, filled, true);
  if (confirmed.is !== 'enrolled') return over(desk);
  return { location: base, cookies: [cookies.drop('enrolment'), ...(await keptAfter(desk, filled, confirmed))] };
}

async function secondFactor(desk: Desk, { request, now }: Visit, refused: boolean): Promise<Page> {
  const { kept, cookies, forms, base } = desk;
  const enrolment = cookies.read(request, 'enrolment');
  const found = enrolment === undefined ? undefined : await enrolling(kept, enrolment, now);
  if (found === undefined) return over(desk);
  const bound = forms.bound(request);
  const label = `numéro …${found.ins.value.slice(-3)}`;
  const page = secondFactorPage({ base, bound: bound.field, secret: found.secret, label, refused });
  return { ...page, cookies: bound.cookies };
}

function over({ base, cookies }: Desk): Page {
  const text = 'Vous avez attendu plus de 30 minutes, ou votre code d’activation n’est plus valable. Recommencez.';
  return { ...faultPage(422, text, base), cookies: [cookies.drop('enrolment')] };
}
