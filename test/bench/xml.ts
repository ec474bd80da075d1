// What XML costs beside JSON: microseconds a resource of the official examples, and a body of 30 MB. `npm run bench:xml`.
import { join } from 'node:path';
import { loadConformance } from '../../src/conformance/conformance.ts';
import { parseJson } from '../../src/fhir/json.ts';
import { readSentJson } from '../../src/fhir/sent-json.ts';
import { examples } from '../conformance/examples/examples.ts';

const { xml, types, validate } = loadConformance(join(import.meta.dirname, '../..'));
const rounds = 5;

/** Milliseconds of the fastest of some rounds, after one to warm up. */
async function measure(run: () => Promise<void> | void): Promise<number> {
  await run();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    const from = performance.now();
    await run();
    best = Math.min(best, performance.now() - from);
  }
  return best;
}

function print(what: string, ms: number, beside: number, count: number): void {
  const each = ((ms * 1000) / count).toFixed(0);
  console.log(`${what.padEnd(44)}${each.padStart(8)} µs${(ms / beside).toFixed(1).padStart(8)}`);
}

const valid = examples.filter(({ type, resource }) => types.has(type) && validate(resource, 'base').length === 0);
const texts = valid.map(({ text }) => text);
const bytes = texts.map((text) => Buffer.from(text));
const written = texts.map((text) => xml.write(text, false));
const plain = await measure(() => texts.forEach((text) => void JSON.stringify(JSON.parse(text))));
const sent = await measure(() => bytes.forEach((body) => void readSentJson(body)));
const out = await measure(() => texts.forEach((text) => void xml.write(text, false)));
const pretty = await measure(() => texts.forEach((text) => void JSON.stringify(parseJson(text), null, 2)));
const read = await measure(async () => {
  for (const text of written) await xml.read(text);
});
console.log(`${texts.length} examples, ${texts.join('').length} characters of JSON, ${written.join('').length} of XML`);
print('JSON.parse and JSON.stringify', plain, plain, texts.length);
print('JSON as it is read from a body', sent, plain, texts.length);
print('JSON written with _pretty', pretty, plain, texts.length);
print('XML read', read, plain, texts.length);
print('XML written', out, plain, texts.length);

const name = `<name><family value="${'x'.repeat(300)}"/><given value="Anne"/></name>`;
const large = `<Patient xmlns="http://hl7.org/fhir">${name.repeat(Math.floor(30_000_000 / name.length))}</Patient>`;
const from = performance.now();
let turns = 0;
let longest = 0;
let last = from;
const timer = setInterval(() => {
  turns += 1;
  longest = Math.max(longest, performance.now() - last);
  last = performance.now();
}, 1);
await xml.read(large);
clearInterval(timer);
console.log(
  `30 MB of XML: ${(performance.now() - from).toFixed(0)} ms; others waited ${longest.toFixed(0)} ms at most, ${turns} times`,
);
