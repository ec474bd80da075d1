// What a form of these pages sends, and that it was one of these pages: by a token that is bound to the browser, and by where it comes from.
// https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { newToken } from '../account/kept.ts';
import type { Cookies } from './cookie.ts';
import { type Html, html } from './html.ts';

/** Fields by name; of two by one name the last. */
export type Form = ReadonlyMap<string, string>;

/** `foreign`: of no page of this server, or of one whose cookie is gone. */
export type Sent = { readonly is: 'form'; readonly form: Form } | { readonly is: 'foreign' | 'no form' | 'too large' };

export type Forms = {
  /** For the page that has forms: what stands in each of them, and the cookie that goes with it. */
  readonly bound: (request: Pick<IncomingMessage, 'headers'>) => { readonly field: Html; readonly cookies: readonly string[] };
  readonly read: (request: IncomingMessage) => Promise<Sent>;
};

const fieldName = 'jeton';
const longest = 16_384;

/** `origin`: of this server, as browsers know it; `blind`: with a secret of it. */
export function formsOf({
  cookies,
  origin,
  blind,
}: {
  cookies: Cookies;
  origin: string;
  blind: (name: string) => string;
}): Forms {
  const tokenOf = (kept: string): string => blind(`form|${kept}`);
  return {
    bound: (request) => {
      const had = cookies.read(request, 'form');
      const kept = had ?? newToken();
      const field = html`<input type="hidden" name="${fieldName}" value="${tokenOf(kept)}">`;
      return { field, cookies: had === undefined ? [cookies.keep('form', kept)] : [] };
    },
    read: async (request) => {
      if (!isOwn(request, origin)) return { is: 'foreign' };
      if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) return { is: 'no form' };
      const text = await bodyOf(request);
      if (text === undefined) return { is: 'too large' };
      const form = new Map(new URLSearchParams(text));
      const kept = cookies.read(request, 'form');
      if (kept === undefined || !isSame(form.get(fieldName) ?? '', tokenOf(kept))) return { is: 'foreign' };
      return { is: 'form', form };
    },
  };
}

/** A browser says whence a form comes; what says nothing is none, or an old one. */
function isOwn({ headers }: IncomingMessage, own: string): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  return (origin === undefined || origin === own) && (site === undefined || site === 'same-origin');
}

function isSame(one: string, other: string): boolean {
  const [given, right] = [Buffer.from(one), Buffer.from(other)];
  return given.length === right.length && timingSafeEqual(given, right);
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  // What is left of it is not read, and the answer is still given.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length > longest) return undefined;
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}
