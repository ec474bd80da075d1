// A browser as a person has it: it keeps cookies, follows no link by itself and sends forms as the page has them.
import { Agent } from 'node:http';
import request from 'supertest';
import type { Carnet, Reply } from '../carnet.ts';

export type Fields = Readonly<Record<string, string>>;

export type Browser = {
  readonly cookies: Map<string, string>;
  readonly get: (path: string) => Promise<Reply>;
  /** Of the form at the address, with what is hidden in it; `headers` in place of those that a browser sends. */
  readonly submit: (path: string, fields: Fields, headers?: Fields) => Promise<Reply>;
  /** Without a look at the page before it. */
  readonly post: (path: string, fields: Fields, headers?: Fields) => Promise<Reply>;
};

const connections = new Agent({ keepAlive: true });
const origin = 'http://carnet.test';

/** `address`: from which it seems to come, for a server that believes this of who connects. */
export function browserOf({ address }: Pick<Carnet, 'address'>, from?: string): Browser {
  const cookies = new Map<string, string>();
  const asked = async (method: 'get' | 'post', path: string, headers: Fields, fields?: Fields): Promise<Reply> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = request(address)
      [method](path)
      .agent(connections)
      .set({
        Connection: 'close',
        ...(cookie === '' ? {} : { Cookie: cookie }),
        ...(from === undefined ? {} : { 'X-Forwarded-For': from }),
        ...headers,
      })
      .redirects(0)
      .ok(() => true);
    const { status, headers: answered, text } = await (fields === undefined ? sent : sent.type('form').send(fields));
    keep(cookies, answered['set-cookie'] as unknown as readonly string[] | undefined);
    return { status, headers: answered, text: text ?? '', body: undefined };
  };
  const post: Browser['post'] = async (path, fields, headers = {}) =>
    await asked('post', path, { Origin: origin, 'Sec-Fetch-Site': 'same-origin', ...headers }, fields);
  return {
    cookies,
    get: async (path) => await asked('get', path, {}),
    post,
    submit: async (path, fields, headers) => {
      const page = await asked('get', path, {});
      return await post(path, { ...hiddenIn(page.text), ...fields }, headers);
    },
  };
}

/** Of the first form. */
export function hiddenIn(text: string): Fields {
  const [, name, value] = /<input type="hidden" name="([^"]+)" value="([^"]+)">/.exec(text) ?? [];
  return name === undefined || value === undefined ? {} : { [name]: value };
}

function keep(cookies: Map<string, string>, given: readonly string[] = []): void {
  for (const one of given) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
    if (/; Max-Age=0(;|$)/.test(one)) cookies.delete(name);
    else cookies.set(name, value);
  }
}

/** Of the one-time codes, as the page writes it out. */
export function secretIn(text: string): string {
  return (/<code>([A-Z2-7 ]+)<\/code>/.exec(text)?.[1] ?? '').replaceAll(' ', '');
}
