// The world of the searches at the root, in compartments and in order: two records of a mother and her son, and who sees less of them.
import { type Body, type Carnet, type Client, type Reply, startCarnet } from '../carnet.ts';
import { clientOf } from '../cases/people.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, label, patient } from '../resources.ts';
import { idIn, written } from './ground.ts';
import { table } from './search-world.ts';

export const now = new Date('2026-11-25T12:00:00+01:00');
export const mother = '279035121518989';
export const son = '180067512345643';

export type Entry = { readonly name: string; readonly as: string; readonly labels?: readonly string[]; readonly resource: Body };
export type Places = {
  readonly carnet: Carnet;
  /** By the names of test/cases/people.ts; `son`, `tester`. `doctor`: médecin traitant of both; `other`: the mother shares with him. */
  readonly as: (name: string) => Client;
  readonly filled: (text: string) => string;
  readonly nameOf: (id: string) => string | undefined;
  /** Names of the matches in their order; what has none is left out. */
  readonly names: (reply: Reply, mode?: 'match' | 'include') => readonly string[];
};

export async function openPlaces(clock: () => Date = () => now, more: readonly Entry[] = []): Promise<Places> {
  const carnet = await startCarnet({ clock });
  const ids = new Map<string, string>();
  const as = (name: string): Client => {
    if (name === 'son') return carnet.as(claims.holder(cx(son)));
    if (name === 'tester') return carnet.as(claims.tester());
    return clientOf(carnet, name, { ins: mother, key: ids.get('anne') ?? '', ids, types: new Map() });
  };
  const filled = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const id = ids.get(name);
      if (id === undefined) throw new Error(`nothing is called ${name}`);
      return id;
    });
  const agent = carnet.as(claims.agent({ vitale: [cx(mother), cx(son)] }));
  for (const [name, ins] of [
    ['anne', mother],
    ['bruno', son],
  ] as const) {
    const key = idIn(written(await agent.post('/Patient', patient(ins, { name: [{ family: name }] }))));
    ids.set(name, key);
    written(await agent.post('/Consent', consent('opening', key, { type: 'permit' })));
    const holder = as(name === 'anne' ? 'holder' : 'son');
    written(
      await holder.post('/Consent', consent('sharing', key, { type: 'permit', actor: [actor({ rpps: '10003461033' }, 'PCP')] })),
    );
  }
  const shared = { type: 'permit', actor: [actor({ rpps: '10000000010' })] };
  written(await as('holder').post('/Consent', consent('sharing', ids.get('anne'), shared)));
  const entries: readonly Entry[] = table('places');
  for (const { name, as: depositor, labels = [], resource } of [...entries, ...more]) {
    const made = JSON.parse(filled(JSON.stringify(resource)));
    const reply = await as(depositor).post(`/${resource.resourceType}`, labels.length === 0 ? made : labelled(made, labels));
    ids.set(name, idIn(written(reply)));
  }
  return {
    carnet,
    as,
    filled,
    nameOf: (id) => [...ids].find(([, one]) => one === id)?.[0],
    names: ({ body }, mode = 'match') => {
      const named = new Map([...ids].map(([name, id]) => [id, name]));
      const found: readonly Body[] = (body.entry ?? []).filter(({ search }: Body) => search.mode === mode);
      return found.flatMap(({ resource }) => named.get(resource.id) ?? []);
    },
  };
}

function labelled(resource: Body, labels: readonly string[]): Body {
  const codings = labels.map(label);
  if (resource.resourceType === 'DocumentReference') return { ...resource, securityLabel: codings };
  return { ...resource, meta: { security: codings.flatMap(({ coding }: Body) => coding) } };
}
