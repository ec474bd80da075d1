// The page on which a person allows an app what it asks for, or refuses.
// https://hl7.org/fhir/smart-app-launch/app-launch.html#obtain-authorization-code
import { linesOf } from './consent-text.ts';
import { type Html, html } from './page/html.ts';
import type { Page } from './page/layout.ts';

type Asked = { readonly app: string; readonly redirect: string; readonly action: string; readonly field: Html };

export function consentPage({ app, redirect, scope, action, field }: Asked & { readonly scope: string }): Page {
  return {
    title: `Autoriser « ${app} » ?`,
    leadsTo: [new URL(redirect).origin],
    body: html`<p>L’application « ${app} », à l’adresse <strong>${new URL(redirect).host}</strong>, demande à :</p>
      <ul>${linesOf(scope).map((line) => html`<li>${line} ;</li>`)}</ul>
      <p>Rien de plus ne lui sera permis. Vous pourrez lui retirer cet accès en vous déconnectant partout.</p>
      <form method="post" action="${action}">
        ${field}
        <button name="choice" value="accept">Autoriser</button>
        <button class="second" name="choice" value="refuse">Refuser</button>
      </form>`,
  };
}

export function noRecordPage({ app, redirect, action, field }: Asked): Page {
  return {
    title: 'Vous n’avez pas de dossier médical partagé',
    leadsTo: [new URL(redirect).origin],
    body: html`<p>L’application « ${app} » veut ouvrir votre dossier, et il n’y en a pas à votre nom.</p>
      <form method="post" action="${action}">${field}<button name="choice" value="refuse">Retourner à l’application</button></form>`,
  };
}
