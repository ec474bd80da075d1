// A browser without scripts: it keeps cookies where they belong, follows redirects on this server, and fills in forms.
// https://www.rfc-editor.org/rfc/rfc6265
import { baseUrl } from '../carnet.ts';

export type Page = {
  /** Where it is, or where it was sent that is not this server. */
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
};

export type Browser = {
  readonly open: (url: string) => Promise<Page>;
  /** The form of the page with what is typed; `button`: name and value of the one that is pressed. */
  readonly submit: (page: Page, typed: Readonly<Record<string, string>>) => Promise<Page>;
  readonly send: (url: string, options: RequestInit) => Promise<Page>;
  readonly cookies: () => readonly Cookie[];
  /** Another one with the same cookies. */
  readonly copy: () => Browser;
};

export type Cookie = { readonly name: string; readonly value: string; readonly path: string; readonly attributes: string };

const { origin } = new URL(baseUrl);

export function newBrowser(address: string, jar: readonly Cookie[] = []): Browser {
  let cookies = jar;
  const send = async (url: string, options: RequestInit): Promise<Page> => {
    const target = new URL(url, origin);
    if (target.origin !== origin) return { url: target, status: 0, headers: new Headers(), text: '' };
    const sent = cookies.filter(({ path }) => target.pathname.startsWith(path)).map(({ name, value }) => `${name}=${value}`);
    const response = await fetch(address + target.pathname + target.search, {
      redirect: 'manual',
      ...options,
      headers: { connection: 'close', ...(options.headers ?? {}), ...(sent.length === 0 ? {} : { cookie: sent.join('; ') }) },
    });
    for (const line of response.headers.getSetCookie()) cookies = kept(cookies, line);
    const text = await response.text();
    const location = response.headers.get('location');
    if (location !== null) return await send(new URL(location, target).href, {});
    return { url: target, status: response.status, headers: response.headers, text };
  };
  return {
    open: async (url) => await send(url, {}),
    submit: async (page, typed) => {
      const form = formIn(page);
      return await send(new URL(form.action, page.url).href, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ ...form.hidden, ...typed }).toString(),
      });
    },
    send,
    cookies: () => cookies,
    copy: () => newBrowser(address, cookies),
  };
}

function kept(cookies: readonly Cookie[], line: string): readonly Cookie[] {
  const [pair = '', ...attributes] = line.split('; ');
  const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
  const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/';
  const others = cookies.filter((one) => one.name !== name || one.path !== path);
  return value === '' ? others : [...others, { name, value, path, attributes: attributes.join('; ') }];
}

function formIn({ text }: Page): { readonly action: string; readonly hidden: Readonly<Record<string, string>> } {
  const [form = ''] = /<form[\s\S]*?<\/form>/.exec(text) ?? [];
  if (form === '') throw new Error(`no form: ${text.slice(0, 2000)}`);
  const hidden = [...form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
    attributeOf(input, 'name'),
    attributeOf(input, 'value'),
  ]);
  return { action: attributeOf(form, 'action'), hidden: Object.fromEntries(hidden) };
}

function attributeOf(tag: string, name: string): string {
  return (new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '').replaceAll('&amp;', '&');
}
