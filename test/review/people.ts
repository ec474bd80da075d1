// Two records, their people, and what each may write: the ground on which the hostile requests are sent.
import type { JsonObject } from '../../src/fhir/json.ts';
import { type Carnet, type Client, startCarnet } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, patient } from '../resources.ts';

export const ins = '279035121518989';
export const otherIns = '180067512345643';
export const finess = '750712184';
export const rpps = {
  doctor: '10003461033',
  treating: '10000000011',
  occupational: '10000000025',
  stranger: '10000000010',
  former: '10000000077',
};

export type Ground = {
  readonly carnet: Carnet;
  readonly key: string;
  readonly other: string;
  readonly as: (name: Name) => Client;
};
export type Name = keyof ReturnType<typeof people>;

/** `key`, `other`: the two records. */
function people({ as }: Carnet, key: string, other: string) {
  const card = [cx(ins)];
  return {
    holder: as({ ...claims.holder(cx(ins)), scope: 'user/*.cruds' }),
    neighbour: as({ ...claims.holder(cx(otherIns)), scope: 'user/*.cruds' }),
    agent: as(claims.agent({ vitale: [cx(ins), cx(otherIns)] })),
    operator: as(claims.operator()),
    hospital: as(claims.structure(finess)),
    doctor: as(claims.professional({ rpps: rpps.doctor })),
    present: as(claims.professional({ rpps: rpps.doctor, vitale: card })),
    treating: as(claims.professional({ rpps: rpps.treating })),
    stranger: as(claims.professional({ rpps: rpps.stranger })),
    centre15: as(
      claims.professional({ rpps: rpps.doctor, finess: samu, mode: 'ETREAT', reason: 'Appel', patient: key, vitale: card }),
    ),
    emergency: as(
      claims.professional({ rpps: rpps.doctor, mode: 'BTG', reason: 'Urgence', patient: key, vitale: [cx(newcomer)] }),
    ),
    bound: as(claims.professional({ rpps: rpps.doctor, scope: 'patient/*.cruds', patient: key, vitale: [cx(newcomer)] })),
    occupational: as(
      claims.delegate({
        rpps: rpps.occupational,
        specialities: ['SM25'],
        secretary: { sub: 'secretary-1' },
      }),
    ),
    elsewhere: as({ ...claims.related(`${other}-aaaaaaaaaaaaa`), scope: 'user/*.cruds' }),
  };
}

export const child = '220017500000189';
export const newcomer = '190017500000103';
const samu = finess;

export async function prepare(): Promise<Ground> {
  const carnet = await startCarnet();
  const agent = carnet.as(claims.agent({ vitale: [cx(ins), cx(otherIns)] }));
  const open = async (nir: string, more: JsonObject = {}): Promise<string> => {
    const made = await agent.post('/Patient', patient(nir, more));
    const key = /\/Patient\/(\w+)\//.exec(made.headers.location ?? '')?.[1] ?? '';
    await agent.post('/Consent', consent('opening', key, { type: 'permit' }));
    return key;
  };
  const key = await open(ins);
  const other = await open(otherIns);
  const who = people(carnet, key, other);
  for (const provision of [
    { type: 'permit', actor: [actor({ rpps: rpps.doctor })] },
    { type: 'permit', actor: [actor({ rpps: rpps.treating }, 'PCP')] },
  ]) {
    const reply = await who.holder.post('/Consent', consent('sharing', key, provision));
    if (reply.status !== 201) throw new Error(reply.text);
  }
  return { carnet, key, other, as: (name) => who[name] };
}

export function idIn({ headers }: { readonly headers: Readonly<Record<string, string>> }): string {
  return /\/([\w-]+)\/_history\/1$/.exec(headers.location ?? '')?.[1] ?? '';
}
