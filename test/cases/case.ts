// One case of a table, played over HTTP: a record of its own, steps that write, and what each caller sees between them.
import { expect } from '@jest/globals';
import { type Carnet, type Client, idsOf, type Reply } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { consent, mask, patient, visibility } from '../resources.ts';
import { clientOf, type Known } from './people.ts';
import { typesOfMakers } from './record-types.ts';
import { asked, makers } from './resources.ts';
import { listedTo, type Made, seenBy } from './seen.ts';
import type { Body, Shorthand } from './shorthand.ts';

export type Regime = '2018' | '2022';
/**
 * Steps: `{at}` sets the clock; `{see: {caller: names | status}}` and `{see2022}` (what differs in that regime) look;
 * `{operation}` is one on the record, of an `actor`, for a `purpose`; `{answers: {caller: {path: status}}}` reads; every other writes `as` a caller and expects `answer` (a status, 2xx where absent), `says` (its diagnostics), `body` (whether there is one).
 */
export type Case = {
  readonly name: string;
  /** The record of a child, or of one who is not opened. */
  readonly born?: string;
  readonly open?: boolean;
  readonly only?: Regime;
  readonly steps: readonly Shorthand[];
};
export type Stage = { readonly carnet: Carnet; readonly regime: Regime; readonly setClock: (at: Date) => void };

export const noon = new Date('2026-11-25T12:00:00+01:00');
const types: Readonly<Record<string, string>> = {
  document: 'DocumentReference',
  immunization: 'Immunization',
  allergy: 'AllergyIntolerance',
  claim: 'Claim',
  ...typesOfMakers,
  consent: 'Consent',
  team: 'CareTeam',
  person: 'RelatedPerson',
};

let serial = 0;
let looked = 0;
/** WAYS=all looks by every way each time; else every sixth look does, the others by one request: all of them would take minutes. */
const sparing = process.env.WAYS === 'all' ? 1 : 6;

export class Play {
  readonly #stage: Stage;
  readonly #ids = new Map<string, string>();
  readonly #made = new Map<string, Made>();
  readonly #ins = `1790351${String(++serial).padStart(8, '0')}`;
  #key = '';

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  get known(): Known {
    return { ins: this.#ins, key: this.#key, ids: this.#ids, types: this.#typeOf };
  }

  async run({ born = '1979-03-15', open = true, steps }: Case): Promise<void> {
    this.#stage.setClock(noon);
    await this.#openRecord(born, open);
    for (const [at, step] of steps.entries()) {
      const where = `step ${at}: ${JSON.stringify(step)}`;
      if (step.at !== undefined) this.#stage.setClock(new Date(step.at));
      else if (step.answers !== undefined) await this.#ask(step.answers, where);
      else if (step.see !== undefined) await this.#look({ ...step.see, ...(this.#stage.regime === '2022' ? step.see2022 : {}) }, where);
      else await this.#write(step, where);
    }
  }

  /** Names, or the status that refuses; `carnet`: another server of the same database. */
  async sees(caller: string, carnet = this.#stage.carnet): Promise<readonly string[] | number> {
    return await seenBy(clientOf(carnet, caller, this.known), this.known, this.#made);
  }

  async lists(caller: string, carnet = this.#stage.carnet): Promise<readonly string[] | number> {
    return await listedTo(clientOf(carnet, caller, this.known), this.#made);
  }

  /** By every way there is, or by one request. */
  async looks(caller: string, at: number, carnet = this.#stage.carnet): Promise<readonly string[] | number> {
    return at % sparing === 0 ? await this.sees(caller, carnet) : await this.lists(caller, carnet);
  }

  /** Names of what a search answers, those of what it includes after a `+`; what the case did not name is left out. */
  async finds(caller: string, path: string): Promise<{ readonly names: readonly string[]; readonly reply: Reply }> {
    const reply = await clientOf(this.#stage.carnet, caller, this.known).get(`/${this.#named(path)}`);
    const named = new Map([...this.#ids, ['patient', this.#key] as const].map(([name, id]) => [id, name]));
    const names = (mode: 'match' | 'include', sign: string): readonly string[] =>
      idsOf(reply, mode).flatMap((id) => (named.has(id) ? [`${sign}${named.get(id)}`] : []));
    return { names: [...names('match', ''), ...names('include', '+')].toSorted(), reply };
  }

  async #openRecord(born: string, open: boolean): Promise<void> {
    const agent = this.#stage.carnet.as(claims.agent({ vitale: [cx(this.#ins)] }));
    const made = await agent.post('/Patient', patient(this.#ins, { birthDate: born }));
    expect(made.status).toBe(201);
    this.#key = /\/Patient\/(\w+)\//.exec(made.headers.location ?? '')?.[1] ?? '';
    this.#made.set('patient', { type: 'Patient', id: this.#key });
    if (!open) return;
    expect((await agent.post('/Consent', consent('opening', this.#key, { type: 'permit' }))).status).toBe(201);
  }

  async #look(see: Readonly<Record<string, Body>>, where: string): Promise<void> {
    const looks = Object.entries(see).map(async ([caller, expected]) => {
      const seen = await this.looks(caller, looked++);
      expect({ where, caller, seen }).toEqual({ where, caller, seen: Array.isArray(expected) ? expected.toSorted() : expected });
    });
    await Promise.all(looks);
  }

  async #ask(answers: Readonly<Record<string, Readonly<Record<string, number>>>>, where: string): Promise<void> {
    for (const [caller, paths] of Object.entries(answers)) {
      const client = clientOf(this.#stage.carnet, caller, this.known);
      for (const [path, status] of Object.entries(paths)) {
        const reply = await client.get(`/${this.#named(path)}`);
        expect({ where, caller, path, status: reply.status }).toEqual({ where, caller, path, status });
      }
    }
  }

  /** `$key` and `$name` stand for ids, `$ins` for the INS. */
  #named(text: string): string {
    const ids = new Map([...this.#ids, ['key', this.#key], ['ins', this.#ins]]);
    return text.replace(/\$(\w+)/g, (_, name: string) => ids.get(name) ?? name);
  }

  async #write(step: Shorthand, where: string): Promise<void> {
    const client = clientOf(this.#stage.carnet, step.as, this.known);
    const reply = await this.#send(client, step);
    const status = step.answer ?? (reply.status === 201 || reply.status === 204 ? reply.status : 200);
    expect({ where, status: reply.status, text: reply.status === status ? '' : reply.text }).toEqual({ where, status, text: '' });
    if (step.says !== undefined) expect({ where, says: reply.body?.issue?.[0]?.diagnostics }).toEqual({ where, says: step.says });
    if (step.body !== undefined) expect({ where, body: reply.text !== '' }).toEqual({ where, body: step.body });
  }

  async #send(client: Client, step: Shorthand): Promise<Reply> {
    if (step.patch !== undefined) return await client.patch(this.#path(step.patch), this.#operations(step));
    if (step.delete !== undefined) return await client.delete(this.#path(step.delete));
    if (step.operation !== undefined) return await client.post(`/Patient/${this.#key}/$${step.operation}`, asked(step, this.known));
    if (step.record !== undefined) return await client.post('/Patient', patient(step.record === 'new' ? `2${this.#ins.slice(1)}` : this.#ins, step.more));
    const kind = Object.keys(makers).find((name) => step[name] !== undefined);
    const type = kind && types[kind];
    const resource = kind && makers[kind]?.(step, this.known);
    if (!kind || !type || !resource) throw new Error(`no such step: ${JSON.stringify(step)}`);
    const reply = await client.post(`/${type}`, resource);
    const id = new RegExp(`/${type}/([^/]+)/_history/1$`).exec(reply.headers.location ?? '')?.[1];
    if (id !== undefined) this.#keep(String(step[kind]), type, id);
    return reply;
  }

  /** A name that begins with an underscore is only spoken of by other steps, never looked for. */
  #keep(name: string, type: string, id: string): void {
    this.#ids.set(name, id);
    if (!name.startsWith('_')) this.#made.set(name, { type, id });
    else this.#made.delete(name);
    this.#typeOf.set(name, type);
  }

  readonly #typeOf = new Map<string, string>([['patient', 'Patient']]);

  #path(name: string): string {
    if (name.includes('/')) return this.#named(name);
    const id = name === 'patient' ? this.#key : this.#ids.get(name);
    if (id === undefined) throw new Error(`nothing is called ${name}`);
    return `/${this.#typeOf.get(name)}/${id}`;
  }

  #operations({ patch, set, lift, status, operations }: Shorthand): object {
    if (operations !== undefined) return JSON.parse(this.#named(JSON.stringify(operations)));
    if (status !== undefined) return [{ op: 'replace', path: '/status', value: status }];
    const onDocument = this.#typeOf.get(patch) === 'DocumentReference';
    const list = onDocument ? 'securityLabel' : 'meta/security';
    if (lift !== undefined) return [{ op: 'remove', path: `/${list}/${lift}` }];
    if (set === 'MASQUE_PS' && onDocument) return mask;
    const coding = { system: visibility, code: set };
    return [{ op: 'add', path: `/${list}/-`, value: onDocument ? { coding: [coding] } : coding }];
  }
}

