// A real Chromium without a window: that of the package @sparticuz/chromium on Linux x64, or the one that CHROMIUM names.
// https://playwright.dev/docs/api/class-browsertype#browser-type-launch
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What the tests use of Playwright. */
export type Page = {
  readonly goto: (url: string) => Promise<unknown>;
  readonly textContent: (selector: string) => Promise<string | null>;
  readonly waitForSelector: (selector: string) => Promise<unknown>;
  readonly fill: (selector: string, text: string) => Promise<void>;
  readonly click: (selector: string) => Promise<void>;
  readonly url: () => string;
  readonly waitForURL: (url: string) => Promise<void>;
  readonly setViewportSize: (size: { readonly width: number; readonly height: number }) => Promise<void>;
  /** A script in the page. */
  readonly evaluate: (script: string) => Promise<unknown>;
  readonly keyboard: { readonly type: (text: string) => Promise<void>; readonly press: (key: string) => Promise<void> };
  readonly on: (event: 'console' | 'pageerror', listener: (said: { text?: () => string; message?: string }) => void) => void;
};
export type Chromium = {
  /** With cookies and storage of its own. */
  readonly newPage: () => Promise<Page>;
  readonly close: () => Promise<void>;
};

const root = join(import.meta.dirname, '..', '..');
const modules = join(root, 'node_modules');
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The program, or undefined where none can be had. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM;
  if (named !== undefined && named !== '') return named;
  const packed = existsSync(join(modules, '@sparticuz', 'chromium')) && existsSync(join(modules, 'playwright-core'));
  return packed && process.platform === 'linux' && process.arch === 'x64' ? join(unpacked(), 'chromium') : undefined;
}

/** `hosts` go to the addresses beside them, this machine is itself, and no other name goes anywhere. */
export async function openChromium(program: string, hosts: Readonly<Record<string, string>>): Promise<Chromium> {
  const rules = Object.entries(hosts).map(([name, address]) => `MAP ${name} ${new URL(address).host}`);
  const { chromium } = createRequire(import.meta.url)('playwright-core');
  return await chromium.launch({
    executablePath: program,
    args: [...quiet, `--host-resolver-rules=${rules.join(',')},MAP * ~NOTFOUND,EXCLUDE localhost`],
    env: { ...process.env, LD_LIBRARY_PATH: join(program, '..', 'al2023', 'lib') },
  });
}

/** The folder of the unpacked program and of the libraries that it needs; it appears whole or not at all. */
function unpacked(): string {
  const { version } = JSON.parse(readFileSync(join(modules, '@sparticuz', 'chromium', 'package.json'), 'utf8'));
  const target = join(modules, `.chromium-${version}`);
  if (existsSync(target)) return target;
  const folder = mkdtempSync(`${target}-`);
  const script = `
    import { inflate } from '@sparticuz/chromium';
    const files = ['chromium.br', 'al2023.tar.br'].map((name) => 'node_modules/@sparticuz/chromium/bin/' + name);
    await Promise.all(files.map(inflate));`;
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, env: { ...process.env, TMPDIR: folder } });
  try {
    renameSync(folder, target);
  } catch {
    // Another run was first.
    rmSync(folder, { recursive: true });
  }
  return target;
}
