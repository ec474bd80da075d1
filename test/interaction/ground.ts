// An open record and the people around it: the ground of the tables of this folder and of test/http.
import { type Carnet, type CarnetOptions, type Client, type Reply, startCarnet } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, patient } from '../resources.ts';

export const ins = '279035121518989';
export const finess = '750712184';
export const otherFiness = '130786049';

export type Name = 'agent' | 'holder' | 'doctor' | 'stranger' | 'hospital' | 'clinic' | 'insurance' | 'operator' | 'tester';
export type Ground = {
  readonly carnet: Carnet;
  /** The record's key, which is its Patient's id. */
  readonly key: string;
  readonly as: (name: Name) => Client;
  readonly stop: () => Promise<void>;
};

/** `more`: further elements of the Patient. The doctor is the holder's médecin traitant, who sees the whole record. */
export async function openGround(more: Parameters<typeof patient>[1] = {}, options: CarnetOptions = {}): Promise<Ground> {
  const carnet = await startCarnet(options);
  const { as } = carnet;
  const people: Readonly<Record<Name, Client>> = {
    agent: as(claims.agent({ vitale: [cx(ins)] })),
    holder: as(claims.holder(cx(ins))),
    doctor: as(claims.professional({ rpps: '10003461033', name: 'Dr Claire Martin' })),
    stranger: as(claims.professional({ rpps: '10000000010' })),
    hospital: as(claims.structure(finess)),
    clinic: as(claims.structure(otherFiness)),
    insurance: as(claims.feeder()),
    operator: as(claims.operator()),
    tester: as(claims.tester()),
  };
  const opened = written(await people.agent.post('/Patient', patient(ins, more)));
  const key = idIn(opened);
  written(await people.agent.post('/Consent', consent('opening', key, { type: 'permit' })));
  const declaration = { type: 'permit', actor: [actor({ rpps: '10003461033' }, 'PCP')] };
  written(await people.holder.post('/Consent', consent('sharing', key, declaration)));
  return { carnet, key, as: (name) => people[name], stop: carnet.stop };
}

export function written(reply: Reply): Reply {
  if (reply.status !== 201) throw new Error(`not created: ${reply.status} ${reply.text}`);
  return reply;
}

export function idIn({ headers }: Reply): string {
  const id = /\/([A-Za-z0-9.-]+)\/_history\/1$/.exec(headers.location ?? '')?.[1];
  if (id === undefined) throw new Error(`no id in ${headers.location}`);
  return id;
}
