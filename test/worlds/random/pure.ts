// Random worlds, without a database: what the server's Filters let each caller read is what the oracle says, resource by resource.
// A program of its own, because within jest it takes five times as long. SEED= replays a run, RUNS= says how many worlds.
import fc from 'fast-check';
import { objectsOf } from '../../../src/fhir/json.ts';
import { depositsOf } from '../../oracle/envelope.ts';
import { mayRead } from '../../oracle/may-read.ts';
import { nameOf } from '../../oracle/world.ts';
import { compile, readable } from './compiled.ts';
import { ruled, statuteOf } from './house.ts';
import { make, type Plan, plan } from './world.ts';

const seed = Number(process.env.SEED ?? Math.trunc(Math.random() * 2 ** 31));
const runs = Number(process.env.RUNS ?? 20_000);
const reached = new Map<string, number>();

function count(reason: string): void {
  reached.set(reason, (reached.get(reason) ?? 0) + 1);
}

/** Each element that provisions ask for, and how deep. */
function countElements(provision: unknown, depth: number): void {
  for (const one of objectsOf(provision)) {
    for (const name of Object.keys(one)) count(`${name}, level ${depth}`);
    countElements(one.provision, depth + 1);
  }
}

async function judge(drawn: Plan): Promise<void> {
  const { world, callers, now, regime } = make(drawn);
  for (const { resource } of depositsOf(world)) countElements(resource.provision, 1);
  const compiled = await compile({ statute: statuteOf(regime), conformance: ruled }, world);
  for (const asking of callers) {
    const given = readable(compiled, asking, now);
    for (const deposit of depositsOf(world)) {
      const { may, reason } = mayRead(regime, world, asking, now, deposit);
      count(reason);
      if (may === given.has(nameOf(deposit))) continue;
      const lines = world.steps.map((step) => JSON.stringify(step));
      const asked = JSON.stringify({ now, asking, regime });
      throw new Error(`${may ? 'hides' : 'leaks'} ${nameOf(deposit)}; the oracle: ${reason}\n${asked}\n${lines.join('\n')}`);
    }
  }
}

const begun = Date.now();
const result = await fc.check(fc.asyncProperty(plan, judge), { seed, numRuns: runs, endOnFailure: process.env.SHRINK === 'no' });
for (const [reason, times] of [...reached].toSorted(([, one], [, other]) => other - one))
  process.stdout.write(`${String(times).padStart(9)} ${reason}\n`);
const end = `${result.numRuns} worlds, SEED=${seed}, ${((Date.now() - begun) / 1000).toFixed(0)} s`;
process.stdout.write(`${new Date().toISOString().slice(0, 10)}: ${end}\n`);
if (result.failed) {
  const { errorInstance, counterexamplePath } = result;
  process.stderr.write(
    `SEED=${seed} path ${counterexamplePath}: ${errorInstance instanceof Error ? errorInstance.message : ''}\n`,
  );
  process.exitCode = 1;
}
