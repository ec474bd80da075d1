// A real SMTP server on this machine: what it takes, refuses or never answers.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export type Received = {
  readonly to: string;
  readonly text: string;
  readonly user: string | undefined;
  readonly secure: boolean;
};
export type TestRelay = {
  readonly port: number;
  readonly received: readonly Received[];
  /** Before it answers a message. */
  readonly hold: (promise: Promise<void>) => void;
  /** Of these recipients: the code of the answer. */
  readonly refuse: (to: string, code: number) => void;
  readonly stop: () => Promise<void>;
};

export async function startRelay(options: SMTPServerOptions = {}, port = 0): Promise<TestRelay> {
  const received: Received[] = [];
  const refused = new Map<string, number>();
  let held: Promise<void> = Promise.resolve();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    closeTimeout: 100,
    onRcptTo: ({ address }, _session, done) => {
      const code = refused.get(address);
      done(code === undefined ? null : Object.assign(new Error(`no such user ${address}`), { responseCode: code }));
    },
    onData: (stream, { envelope, user, secure }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        for (const { address } of envelope.rcptTo) received.push({ to: address, text, user: user as string | undefined, secure });
        void held.then(() => done());
      });
    },
    onAuth: ({ username, password }, _session, done) =>
      password === 'sésame' ? done(null, { user: username ?? '' }) : done(new Error('wrong')),
    ...options,
  });
  server.on('error', () => undefined);
  const listening = server.listen(port, '127.0.0.1');
  await once(listening, 'listening');
  return {
    port: (listening.address() as AddressInfo).port,
    received,
    hold: (promise) => {
      held = promise;
    },
    refuse: (to, code) => void refused.set(to, code),
    stop: async () => await new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Its body as it is read: quoted-printable or base64 undone. */
export function bodyOf(text: string): string {
  const at = text.indexOf('\r\n\r\n');
  const [head, body] = [text.slice(0, at), text.slice(at + 4)];
  if (/transfer-encoding: base64/i.test(head)) return Buffer.from(body, 'base64').toString();
  if (!/transfer-encoding: quoted-printable/i.test(head)) return body;
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
