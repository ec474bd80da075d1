// The server as it is run: a process of its own, on a free port.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';

export type ServerProcess = { readonly pid: number; readonly port: number; readonly stop: () => Promise<void> };

const program = join(import.meta.dirname, '../src/main.ts');

/** `ready`: what it prints when it has started. */
export async function startProcess(
  environment: Readonly<Record<string, string>>,
  ready = 'Listening on',
): Promise<ServerProcess> {
  const port = await freePort();
  // Started by npm it would end with npm.
  const { npm_lifecycle_event: _, ...inherited } = process.env;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    env: { ...inherited, PORT: String(port), ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the server did not start: ${said}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      if (said.includes(ready)) return;
      said += chunk.toString();
      if (said.includes(ready)) resolve();
    });
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { pid: child.pid ?? 0, port, stop };
}

async function freePort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  holder.close();
  await once(holder, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
