// The SMTP relay: one message to one person, and whether another attempt may succeed.
// https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1, https://nodemailer.com/smtp
import { createTransport } from 'nodemailer';

export type MailSettings = {
  /** `smtp://` (with STARTTLS, but to this machine) or `smtps://`, with user and password where the relay asks for them. */
  readonly url: string;
  readonly from: string;
  /** Where the holder reads his record. */
  readonly portal: string;
};

export type Message = { readonly id: string; readonly to: string };
/** `refused`: for good. `failed`: what to say of it, without an address. */
export type Sending = { readonly as: 'sent' } | { readonly as: 'refused' | 'failed'; readonly why: string };

export type Relay = { readonly send: (message: Message) => Promise<Sending>; readonly close: () => void };

const seconds = 1000;

export function openRelay({ url, from, portal }: MailSettings): Relay {
  const { protocol, hostname } = new URL(url);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  const transport = createTransport({
    url,
    requireTLS: protocol === 'smtp:' && !isHere,
    connectionTimeout: 10 * seconds,
    greetingTimeout: 10 * seconds,
    socketTimeout: 30 * seconds,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^@>]+)>?$/.exec(from)?.[1] ?? 'localhost';
  return {
    send: async ({ id, to }) => {
      try {
        await transport.sendMail({ from, to: { name: '', address: to }, messageId: `<${id}@${domain}>`, ...textOf(portal) });
        return { as: 'sent' };
      } catch (error) {
        return failure(error);
      }
    },
    close: () => transport.close(),
  };
}

/** Not a word of health, of a document or of a person. */
function textOf(portal: string): { readonly subject: string; readonly text: string; readonly headers: Record<string, string> } {
  return {
    subject: 'Du nouveau dans votre dossier',
    text: [
      'Bonjour,',
      'Il y a du nouveau dans votre dossier. Connectez-vous pour le consulter :',
      portal,
      'Ce message est envoyé automatiquement, merci de ne pas y répondre.\n',
    ].join('\n\n'),
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** The relay refuses the person or the message for good (5xx), or it cannot be reached or used now: a refused sender or password is mended. */
function failure(error: unknown): Sending {
  const { responseCode, code, command } = error as { responseCode?: number; code?: string; command?: string };
  const isOfMessage = code === 'EMESSAGE' || command === 'DATA' || command === 'RCPT TO';
  const isForGood = responseCode === undefined ? code === 'EENVELOPE' : responseCode >= 500 && isOfMessage;
  return { as: isForGood ? 'refused' : 'failed', why: String(responseCode ?? code ?? 'unknown') };
}
