// The variables of e-mail: all of them or none.
// https://www.rfc-editor.org/rfc/rfc5321
import type { MailSettings } from '../notice/smtp.ts';
import { given, StartError, type Variables } from './start-error.ts';

/** Absent where SMTP_URL is: notices are not sent by e-mail then. Throws StartError. */
export function readMail(env: Variables): MailSettings | undefined {
  const url = readSmtpUrl(env);
  const [from, portal] = [readFrom(env), readPortal(env)];
  if (url === undefined) return undefined;
  const missing = Object.entries({ MAIL_FROM: from, PORTAL_URL: portal }).flatMap(([name, value]) => (value ? [] : [name]));
  if (from === undefined || portal === undefined)
    throw new StartError(`SMTP_URL needs ${missing.join(' and ')}: set ${missing.length > 1 ? 'them' : 'it'}.`);
  return { url, from, portal };
}

/** Never repeated in a message: it may hold a password. */
function readSmtpUrl(env: Variables): string | undefined {
  const value = given(env, 'SMTP_URL');
  const url = value === undefined ? undefined : URL.parse(value);
  if (url === undefined || (url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== '')) return value;
  throw new StartError(
    'SMTP_URL must begin with smtp:// or smtps:// and name a host, for example smtps://user:password@smtp.example.',
  );
}

function readFrom(env: Variables): string | undefined {
  const value = given(env, 'MAIL_FROM');
  if (value === undefined || /^(?:[^<>"\r\n]* )?<?[^\s<>@"]+@[^\s<>@"]+>?$/.test(value)) return value;
  throw new StartError(
    `MAIL_FROM is ${JSON.stringify(value)}: it must be an address, for example Mon dossier <ne-pas-repondre@carnet.example>.`,
  );
}

function readPortal(env: Variables): string | undefined {
  const value = given(env, 'PORTAL_URL');
  const url = value === undefined ? undefined : URL.parse(value);
  if (url === undefined || (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''))
    return value;
  throw new StartError('PORTAL_URL must be an http or https address without password, for example https://carnet.example/.');
}
