// What validation costs: microseconds a resource, type by type, beside JSON.parse of the same text. `npm run bench:validation [national]`.
import { join } from 'node:path';
import { loadConformance } from '../../src/conformance/conformance.ts';
import { type Example, examples } from '../conformance/examples/examples.ts';

const rules = process.argv[2] === 'national' ? 'national' : 'base';
const least = 20_000;
const started = performance.now();
const conformance = loadConformance(join(import.meta.dirname, '../..'));
const loaded = performance.now() - started;

/** Microseconds a run, after a warm-up, over at least `least` of them and enough runs to count. */
function measure(run: () => void): number {
  for (let round = 0; round < 20; round += 1) run();
  let rounds = 0;
  const from = performance.now();
  while ((performance.now() - from) * 1000 < least || rounds < 5) {
    run();
    rounds += 1;
  }
  return ((performance.now() - from) * 1000) / rounds;
}

type Line = {
  readonly type: string;
  readonly count: number;
  readonly kB: number;
  readonly parse: number;
  readonly validate: number;
};

function lineOf(type: string, all: readonly Example[]): Line {
  const count = all.length;
  const parse = measure(() => void all.map(({ text }) => JSON.parse(text)));
  const validate = measure(() => void all.map(({ resource }) => conformance.validate(resource, rules)));
  const kB = all.reduce((sum, { text }) => sum + text.length, 0) / count / 1000;
  return { type, count, kB, parse: parse / count, validate: validate / count };
}

function print({ type, count, kB, parse, validate }: Line): void {
  const [a, b, c, d] = [kB.toFixed(1), parse.toFixed(1), validate.toFixed(1), (validate / parse).toFixed(2)];
  console.log(`${type.padEnd(22)}${String(count).padStart(4)}${a.padStart(9)}${b.padStart(10)}${c.padStart(12)}${d.padStart(8)}`);
}

const accepted = examples.filter(
  ({ type, resource }) => conformance.types.has(type) && conformance.validate(resource, 'base').length === 0,
);
const lines = [...Map.groupBy(accepted, ({ type }) => type)].map(([type, all]) => lineOf(type, all));
console.log(`definitions loaded and profiles compiled in ${loaded.toFixed(0)} ms; rules: ${rules}`);
console.log(`${'type'.padEnd(22)}   n       kB  parse µs validate µs   ratio`);
for (const line of lines) print(line);
const total = lines.reduce(
  (sum, { count, parse, validate }) => ({ parse: sum.parse + count * parse, validate: sum.validate + count * validate }),
  {
    parse: 0,
    validate: 0,
  },
);
const n = accepted.length;
print({
  type: 'all',
  count: n,
  kB: accepted.reduce((sum, { text }) => sum + text.length, 0) / n / 1000,
  parse: total.parse / n,
  validate: total.validate / n,
});
