// The pages on which an account is made with an activation code, or is given another password and another telephone.
import { type Fault, longest, shortest } from '../account/password-rule.ts';
import { alertOf, fieldOf } from './field.ts';
import { type Html, html } from './html.ts';
import type { Page } from './layout.ts';
import { insField, statusOf, waitOf } from './sign-in-page.ts';

export type Purpose = 'inscription' | 'recuperation';

export type Refused =
  | { readonly is: 'refused'; readonly password: Fault }
  | { readonly is: 'differs' | 'wrong' | 'misspelt' }
  | { readonly is: 'wait'; readonly until: Date };

export type SignUpPage = {
  readonly purpose: Purpose;
  readonly base: string;
  readonly bound: Html;
  readonly now: Date;
  readonly refused?: Refused;
  readonly ins?: string;
};

const words = {
  inscription: {
    title: 'Créer mon compte',
    about: html`<p>Il vous faut le code d’activation que vous avez reçu par courrier ou à l’accueil, et un téléphone avec une application d’authentification.</p>
`,
    submit: 'Continuer',
  },
  recuperation: {
    title: 'Retrouver mon compte',
    about: html`<p>Mot de passe oublié, téléphone perdu : il vous faut un nouveau code d’activation. Demandez-le à l’accueil de votre caisse ou de votre établissement, avec votre carte Vitale.</p>
<p>Vous choisissez ensuite un nouveau mot de passe et vous reliez de nouveau un téléphone. Toutes les connexions en cours seront fermées.</p>
`,
    submit: 'Continuer',
  },
} as const;

/** Its fields: `ins`, `code`, `password`, `again`. */
export function signUpPage({ purpose, base, bound, now, refused, ins }: SignUpPage): Page {
  const { title, about, submit } = words[purpose];
  const atPassword = refused?.is === 'refused' || refused?.is === 'differs';
  return {
    title: refused === undefined ? title : `À corriger : ${title.toLowerCase()}`,
    ...statusOf(refused, now),
    body: html`${alertOf(refused && saidOf(refused, now))}${about}<form method="post" action="${base}/${purpose}">
${bound}
${insField({ value: ins, first: !atPassword })}${fieldOf({
  name: 'code',
  label: 'Code d’activation',
  hint: '16 lettres et chiffres, avec ou sans tirets. Il ne sert qu’une fois.',
  autocomplete: 'off',
})}${passwordField(refused, atPassword)}${fieldOf({
  name: 'again',
  label: 'Le même mot de passe, une deuxième fois',
  type: 'password',
  autocomplete: 'new-password',
  ...(refused?.is === 'differs' ? { fault: 'Ce n’est pas le même mot de passe.' } : {}),
})}<button type="submit">${submit}</button>
</form>
<p><a href="${base}/connexion">J’ai déjà un compte : me connecter</a></p>
`,
  };
}

function passwordField(refused: Refused | undefined, first: boolean): Html {
  return fieldOf({
    name: 'password',
    label: 'Mot de passe que vous choisissez',
    hint: `${shortest} caractères au moins. Une suite de mots que vous retenez bien vaut mieux que des signes.`,
    type: 'password',
    autocomplete: 'new-password',
    first,
    ...(refused?.is === 'refused' ? { fault: faults[refused.password] } : {}),
  });
}

const faults: Readonly<Record<Fault, string>> = {
  short: `Ce mot de passe est trop court : il en faut ${shortest} caractères au moins.`,
  long: `Ce mot de passe est trop long : ${longest} caractères au plus.`,
  common: 'Ce mot de passe est trop répandu : il figure dans des listes volées. Choisissez-en un autre.',
  personal: 'Ce mot de passe contient votre numéro ou votre naissance. Choisissez-en un autre.',
};

function saidOf(refused: Refused, now: Date): string {
  switch (refused.is) {
    case 'refused':
      return faults[refused.password];
    case 'differs':
      return 'Les deux mots de passe ne sont pas les mêmes.';
    case 'misspelt':
      return 'Le numéro ou le code d’activation est mal recopié. Relisez-les.';
    case 'wrong':
      return 'Ce code d’activation ne convient pas à ce numéro, ou il n’est plus valable.';
    case 'wait':
      return waitOf(refused.until, now);
  }
}
