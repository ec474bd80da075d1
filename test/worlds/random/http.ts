// Random worlds over HTTP against a real MongoDB (TEST_MONGODB_URI): a program, for the tests and for test:deep.
// SEED= replays a run, RUNS= says how many worlds, ONLY= the one of them, FROM= goes on after an interruption, WRITTEN=1 writes all by requests.
import fc from 'fast-check';
import { conformance } from '../../conformance/example.ts';
import { regimeOf } from '../../oracle/statute.ts';
import { type Judging, judge } from './alike.ts';
import { statuteOf } from './house.ts';
import { startServers } from './servers.ts';
import { plan } from './world.ts';

const seed = Number(process.env.SEED ?? Math.trunc(Math.random() * 2 ** 31));
const runs = Number(process.env.RUNS ?? 1000);
const only = process.env.ONLY === undefined ? undefined : Number(process.env.ONLY);
/** A multiple of 100. */
const from = Number(process.env.FROM ?? 0);
/** One world of so many is written by requests, the others are laid into the databases. */
const writtenEach = Number(process.env.WRITTEN ?? 9);
const minutes = Number(process.env.MINUTES ?? Number.POSITIVE_INFINITY);
process.env.JEST_WORKER_ID = `random-${process.pid}`;

const houseOf = (name: '2018' | '2022'): Pick<Judging, 'regime' | 'house'> => {
  const regime = regimeOf(name);
  return { regime, house: { statute: statuteOf(regime), conformance } };
};
const houses = { 2018: houseOf('2018'), 2022: houseOf('2022') };
const servers = await startServers();
const begun = Date.now();
const sums = { worlds: 0, written: 0, requests: 0, hidden: 0, refused: 0, documents: 0, faults: 0 };
const isOver = (): boolean => Date.now() - begun > minutes * 60_000;
for (let chunk = from / 100; chunk * 100 < runs && !isOver(); chunk += 1) {
  const plans = fc.sample(plan, { seed: seed + chunk, numRuns: Math.min(100, runs - chunk * 100) });
  for (const [at, drawn] of plans.entries()) {
    const number = chunk * 100 + at;
    if ((only !== undefined && only !== number) || isOver()) continue;
    const regime = number % 2 === 0 ? '2018' : '2022';
    const planted = number % writtenEach !== 0;
    const judging = { ...houses[regime], seed: `${seed} ${number}`, planted };
    const { requests, hidden, refused, documents, faults, world } = await judge(servers.of(regime), drawn, judging);
    sums.worlds += 1;
    sums.written += planted ? 0 : 1;
    sums.requests += requests;
    sums.hidden += hidden;
    sums.refused += refused;
    sums.documents += planted ? 0 : documents;
    sums.faults += faults.length;
    if (faults.length === 0) continue;
    const lines = world.steps.map((step) => JSON.stringify(step));
    process.stderr.write(
      `SEED=${seed} ONLY=${number} (${regime}, ${drawn.now.toISOString()})\n${faults.join('\n')}\n${lines.join('\n')}\n\n`,
    );
  }
  process.stdout.write(`${new Date().toISOString()} ${JSON.stringify(sums)} ${((Date.now() - begun) / 1000).toFixed(0)} s\n`);
}
await servers.stop();
process.stdout.write(
  `${new Date().toISOString().slice(0, 10)}: ${sums.worlds} worlds over HTTP, SEED=${seed}, ${sums.faults} faults\n`,
);
// Written worlds that the server mostly refuses prove nothing.
const isFull = sums.written === 0 || (sums.documents >= sums.written && sums.refused * 4 < sums.requests);
if (!isFull) process.stderr.write(`hardly anything was written: ${JSON.stringify(sums)}\n`);
process.exit(sums.faults === 0 && isFull ? 0 : 1);
