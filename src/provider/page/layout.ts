// A page for persons: French, without script, and with headers that let nothing into it.
// https://www.w3.org/TR/CSP3/, https://cheatsheetseries.owasp.org/cheatsheets/Content_Security_Policy_Cheat_Sheet.html
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type Html, html, textOf } from './html.ts';
import { style } from './style.ts';

export type Page = {
  /** 200 where it is absent. */
  readonly status?: number;
  readonly title: string;
  readonly body: Html;
  readonly cookies?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the answer to a form may lead, beside here: origins. */
  readonly leadsTo?: readonly string[];
};
/** To another page, with GET. */
export type Elsewhere = { readonly location: string; readonly cookies?: readonly string[] };

const styleHash = createHash('sha256').update(style).digest('base64');

export function headersOf({ leadsTo = [], headers = {} }: Page): Readonly<Record<string, string>> {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Language': 'fr',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': [
      "default-src 'none'",
      `style-src 'sha256-${styleHash}'`,
      `form-action ${["'self'", ...leadsTo].join(' ')}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    // With no-referrer a browser does not say where a form comes from, not even to its own server.
    'Referrer-Policy': 'same-origin',
    'X-Frame-Options': 'DENY',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  };
}

export function sendPage(response: ServerResponse, answer: Page | Elsewhere): void {
  if (answer.cookies !== undefined && answer.cookies.length > 0) response.setHeader('Set-Cookie', [...answer.cookies]);
  if ('location' in answer) {
    response.writeHead(303, { Location: answer.location, 'Cache-Control': 'no-store' }).end();
    return;
  }
  const text = written(answer);
  response.writeHead(answer.status ?? 200, { ...headersOf(answer), 'Content-Length': Buffer.byteLength(text) });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

export function written({ title, body }: Page): string {
  return textOf(html`<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Mon carnet de santé</title>
<style>${style}</style>
</head>
<body>
<header>Mon carnet de santé</header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`);
}
