// The page on which a telephone is tied to an account: by a picture, by an address or by a text.
// https://github.com/google/google-authenticator/wiki/Key-Uri-Format
import { encodeQR } from 'qr';
import { addressOf } from '../account/one-time-code.ts';
import { alertOf } from './field.ts';
import { type Html, html } from './html.ts';
import type { Page } from './layout.ts';
import { codeField } from './sign-in-page.ts';

export type SecondFactorPage = {
  readonly base: string;
  readonly bound: Html;
  /** In base32. */
  readonly secret: string;
  /** By which the person tells his accounts apart on the telephone. */
  readonly label: string;
  readonly refused: boolean;
};

/** Its field: `totp`. */
export function secondFactorPage({ base, bound, secret, label, refused }: SecondFactorPage): Page {
  const address = addressOf(secret, label);
  const fault = 'Ce n’est pas le code que l’application affiche maintenant.';
  return {
    title: refused ? 'À corriger : relier votre téléphone' : 'Relier votre téléphone',
    ...(refused ? { status: 422 } : {}),
    body: html`${alertOf(refused ? fault : undefined)}<ol>
<li>Ouvrez une application d’authentification sur votre téléphone (par exemple FreeOTP, Aegis ou Google Authenticator).</li>
<li>Photographiez ce dessin avec elle, ou recopiez la clé qui est dessous.</li>
<li>Recopiez plus bas les 6 chiffres qu’elle affiche.</li>
</ol>
${pictureOf(address)}
<p>La clé : <code>${secret.replaceAll(/.{4}(?!$)/g, '$& ')}</code></p>
<p><a href="${address}">Ouvrir l’application de cet appareil</a></p>
<form method="post" action="${base}/second-facteur">
${bound}
${codeField({ first: refused, ...(refused ? { fault } : {}) })}<button type="submit">Terminer</button>
</form>
`,
  };
}

function pictureOf(address: string): Html {
  const rows = encodeQR(address, 'raw', { ecc: 'medium' });
  const path = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : []))).join('');
  return html`<svg viewBox="0 0 ${rows.length} ${rows.length}" role="img" aria-label="Dessin à photographier ; la clé est dessous en toutes lettres"><path d="${path}"/></svg>`;
}
