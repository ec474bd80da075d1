// The page on which a person signs in, here or on the way to an app.
import type { SignedIn } from '../account/sign-in.ts';
import { alertOf, fieldOf } from './field.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import type { Page } from './layout.ts';

export type SignInPage = {
  /** Where the form goes. */
  readonly action: string;
  /** Of `Forms`. */
  readonly bound: Html;
  readonly now: Date;
  /** What came of the last time. */
  readonly refused?: Exclude<SignedIn, { readonly is: 'signed-in' }>;
  readonly ins?: string;
  /** Above the form: for whom it is. */
  readonly about?: Html;
  /** Of the pages of accounts. */
  readonly base: string;
};

/** Its fields: `ins`, `password`, `totp`. */
export function signInPage({ action, bound, now, refused, ins, about, base }: SignInPage): Page {
  return {
    title: refused === undefined ? 'Se connecter' : 'Connexion refusée',
    ...statusOf(refused, now),
    body: html`${alertOf(refused && saidOf(refused, now))}${about}<form method="post" action="${action}">
${bound}
${insField({ value: ins, first: refused === undefined })}${fieldOf({
  name: 'password',
  label: 'Mot de passe',
  type: 'password',
  autocomplete: 'current-password',
  first: refused !== undefined,
})}${codeField({})}<button type="submit">Se connecter</button>
</form>
<p><a href="${base}/inscription">Créer mon compte avec un code d’activation</a></p>
<p><a href="${base}/recuperation">Mot de passe oublié ou téléphone perdu</a></p>
`,
  };
}

export function insField({ value, fault, first }: { value?: string | undefined; fault?: string; first?: boolean }): Html {
  return fieldOf({
    name: 'ins',
    label: 'Numéro de sécurité sociale',
    hint: 'Les 15 caractères, clé comprise, avec ou sans espaces. Il figure sur votre carte Vitale.',
    autocomplete: 'username',
    ...(value === undefined ? {} : { value: value.slice(0, 60) }),
    ...(fault === undefined ? {} : { fault }),
    ...(first === undefined ? {} : { first }),
  });
}

export function codeField({ fault, first }: { fault?: string; first?: boolean }): Html {
  return fieldOf({
    name: 'totp',
    label: 'Code à usage unique',
    hint: 'Les 6 chiffres que votre application d’authentification affiche maintenant. Un code ne sert qu’une fois.',
    autocomplete: 'one-time-code',
    numeric: true,
    ...(fault === undefined ? {} : { fault }),
    ...(first === undefined ? {} : { first }),
  });
}

function saidOf(refused: NonNullable<SignInPage['refused']>, now: Date): string {
  return refused.is === 'wait' ? waitOf(refused.until, now) : 'Le numéro, le mot de passe ou le code n’est pas le bon.';
}

/** In minutes, rounded up. */
export function waitOf(until: Date, now: Date): string {
  const minutes = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 60_000));
  return `Il y a eu trop d’essais. Réessayez dans ${minutes} minute${minutes > 1 ? 's' : ''}.`;
}

export function statusOf(refused: { is: string; until?: Date } | undefined, now: Date): Pick<Page, 'status' | 'headers'> {
  if (refused === undefined) return {};
  if (refused.until === undefined) return { status: 422 };
  const seconds = Math.max(1, Math.ceil((refused.until.getTime() - now.getTime()) / 1000));
  return { status: 429, headers: { 'Retry-After': String(seconds) } };
}
