// A request as it stands, byte for byte: no client library that would mend its address, its headers or its body.
import { type Agent, type OutgoingHttpHeaders, request } from 'node:http';
import type { Body } from '../carnet.ts';

export type Asked = {
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** Whose connections are used again; a new one where absent. */
  readonly agent?: Agent;
};
export type RawReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly body: Body;
};

/** `path` is sent as it is, from the root of the server. */
export async function ask(address: string, { method = 'GET', path, headers = {}, body, agent }: Asked): Promise<RawReply> {
  const { hostname, port } = new URL(address);
  return await new Promise((resolve, reject) => {
    const kept = agent === undefined ? { headers: { connection: 'close', ...headers } } : { headers, agent };
    const asked = request({ hostname, port, method, path, ...kept }, (response) => {
      const chunks: Buffer[] = [];
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('error', reject)
        .on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString();
          const named = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(named),
            bytes,
            text,
            body: jsonOf(text),
          });
        });
    });
    asked.on('error', reject);
    if (body === undefined) asked.end();
    else asked.end(body);
  });
}

function jsonOf(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
