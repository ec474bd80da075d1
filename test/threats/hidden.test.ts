// A document that a caller may not see and one that never was, in ways that the worlds do not ask: bytes, addresses, forms, writes.
// https://hl7.org/fhir/R4/security.html#access
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ins } from '../interaction/ground.ts';
import { writing } from './attempts.ts';
import { ask, type Ground, openThreatened, told } from './ground.ts';
import { type Row, reading } from './questions.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openThreatened();
}, 60_000);
afterAll(async () => await ground.stop());

const documents = ['masked', 'held'] as const;
/** Who sees it; the next asks everything, the others in turns. */
const seers = { masked: ['treating', 'hospital', 'holder'], held: ['treating', 'hospital', 'permitted', 'nurse', 'rescuer'] };
const always = { masked: 'permitted', held: 'holder' };

function askers(names: readonly string[], document: (typeof documents)[number], at: number): readonly string[] {
  const rest = names.filter((name) => !seers[document].includes(name) && name !== always[document]);
  const turns = document === 'masked' ? [at, at + 4] : [at + 2];
  return [always[document], ...turns.flatMap((turn) => rest[turn % rest.length] ?? [])];
}

const asked = (rows: readonly Row[]) =>
  documents.flatMap((document) => rows.map((row, at) => ({ document, row, at, name: `${row[0]} ${document}: ${row[1]}` })));

describe('is answered as what never was', () => {
  // What is written would be found afterwards.
  it.each([...asked(reading), ...asked(writing)])('$name', async ({ document, row: [, , question], at }) => {
    const { key, names } = ground;
    const { there, never } = ground[document];
    await Promise.all(
      askers(names, document, at).map(async (name) => {
        const hidden = await ask(ground, name, question(there, key));
        const absent = await ask(ground, name, question(never, key));
        expect([name, told(hidden, ground, there)]).toEqual([name, told(absent, ground, never)]);
        expect([name, hidden.status < 500]).toEqual([name, true]);
      }),
    );
  });
});

it.each(documents)('%s: it was there all the time, and is as it was', async (document) => {
  const { id, binary, text } = ground[document].there;
  for (const name of seers[document]) {
    const reply = await ask(ground, name, { method: 'GET', path: `/DocumentReference/${id}` });
    expect([name, reply.status, reply.headers.etag]).toEqual([name, 200, 'W/"1"']);
    expect((await ask(ground, name, { method: 'GET', path: `/Binary/${binary}` })).text).toBe(text);
  }
});

it('ids tell neither how many were made nor when', async () => {
  const sent = {
    resourceType: 'Immunization',
    status: 'completed',
    vaccineCode: { text: 'DTP' },
    occurrenceDateTime: '2026-10-01',
  };
  const ids: string[] = [];
  for (let made = 0; made < 12; made += 1) {
    const body = { ...sent, patient: { reference: `Patient/${ground.key}` } };
    ids.push((await ask(ground, 'hospital', { method: 'POST', path: '/Immunization', body })).body.id);
  }
  const ends = ids.map((id) => id.slice(-13));
  expect(ends.every((end) => /^[a-km-np-z2-9]{13}$/.test(end))).toBe(true);
  expect(ends.toSorted()).not.toEqual(ends);
  expect(new Set(ends.map((end) => end.slice(0, 3))).size).toBeGreaterThan(6);
});

it('nothing of it stands in a log', () => {
  const lines = ground.carnet.lines.join('\n');
  const { masked, held, key, as } = ground;
  const said = [masked.there, held.there].flatMap(({ id, binary, identifier, text }) => [id, binary, identifier, text]);
  expect(ground.carnet.lines.length).toBeGreaterThan(500);
  expect([...said, key, ins, 'Lefèvre', as('permitted').token].filter((one) => lines.includes(one))).toEqual([]);
  expect(lines).not.toContain('"failure"');
});
