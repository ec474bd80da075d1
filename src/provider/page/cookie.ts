// What a browser keeps for these pages, out of the reach of scripts and of other sites.
// https://www.rfc-editor.org/rfc/rfc6265, https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie
import type { IncomingMessage } from 'node:http';

/** `form`: what forms are bound to; `session`: who has signed in; `browser`: that somebody has signed in with it before; `enrolment`: an account that is being made. */
export type CookieName = 'form' | 'session' | 'browser' | 'enrolment';

export type Cookies = {
  readonly read: (request: Pick<IncomingMessage, 'headers'>, name: CookieName) => string | undefined;
  /** Of the value, for so many seconds; absent: until the browser is closed. */
  readonly keep: (name: CookieName, value: string, seconds?: number) => string;
  readonly drop: (name: CookieName) => string;
};

const longest = 8192;

/** `secure`: the address for others is https. */
export function cookiesOf({ secure }: { readonly secure: boolean }): Cookies {
  const nameOf = (name: CookieName): string => `${secure ? '__Host-' : ''}carnet-${name}`;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    read: ({ headers }, name) => {
      const given = (headers.cookie ?? '').slice(0, longest).split(/; */);
      const found = given.filter((one) => one.startsWith(`${nameOf(name)}=`));
      // Of two by one name nobody knows whose they are.
      const [value = ''] = found.map((one) => one.slice(nameOf(name).length + 1));
      return found.length === 1 && /^[\w.-]{1,600}$/.test(value) ? value : undefined;
    },
    keep: (name, value, seconds) =>
      `${nameOf(name)}=${value}; ${attributes}${seconds === undefined ? '' : `; Max-Age=${seconds}`}`,
    drop: (name) => `${nameOf(name)}=; ${attributes}; Max-Age=0`,
  };
}
