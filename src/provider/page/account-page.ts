// The page of an account: that one is signed in, and how to end it, here or everywhere.
import { type Html, html } from './html.ts';
import type { Page } from './layout.ts';

export type AccountPage = {
  readonly base: string;
  readonly bound: Html;
  /** The last characters of the number. */
  readonly ending: string;
};

export function accountPage({ base, bound, ending }: AccountPage): Page {
  return {
    title: 'Mon compte',
    body: html`<p>Vous êtes connecté au compte du numéro qui finit par ${ending}.</p>
<p>Ce compte n’ouvre pas de dossier : il permet à vos applications de vous reconnaître. Vous serez déconnecté au bout d’une heure.</p>
<form method="post" action="${base}/deconnexion">
${bound}
<button type="submit" class="second">Se déconnecter de ce navigateur</button>
</form>
<h2>Partout</h2>
<p>Ferme toutes les connexions de ce compte, sur tous les appareils, et reprend leur accès à toutes les applications.</p>
<form method="post" action="${base}/deconnexion-partout">
${bound}
<button type="submit">Se déconnecter partout</button>
</form>
<p><a href="${base}/recuperation">Changer de mot de passe ou de téléphone</a></p>
`,
  };
}

export function toldPage({ base, title, text }: { base: string; title: string; text: string }): Page {
  return {
    title,
    body: html`<div class="told" role="status"><p>${text}</p></div>
<p><a href="${base}/connexion">Se connecter</a></p>
`,
  };
}

export function faultPage(status: number, text: string, base: string): Page {
  return {
    status,
    title: 'Cela n’a pas marché',
    body: html`<div class="alert" role="alert"><p>${text}</p></div>
<p><a href="${base}/connexion">Revenir à la connexion</a></p>
`,
  };
}
