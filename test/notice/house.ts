// Records of minors who have an account of their own, with everybody who may be told of it, at a clock that tests move.
import type { JsonObject } from '../../src/fhir/json.ts';
import { type Body, type Carnet, type CarnetOptions, type Client, type Reply, startCarnet } from '../carnet.ts';
import { type Claims, claims, cx } from '../identity/issuer.ts';
import { idIn, written } from '../interaction/ground.ts';
import { actor, consent, document, label, patient } from '../resources.ts';

const finess = '750712184';
const rpps = {
  doctor: '10003461033',
  second: '10000000021',
  treating: '10000000012',
  rescuer: '10000000015',
  inside: '10000000013',
};

export type Name = keyof typeof rpps | 'holder' | 'parent' | 'relative' | 'hospital' | 'feeder' | 'agent' | 'operator';

export type House = {
  readonly key: string;
  readonly parent: string;
  /** A token of now. `at`: another server of the same database. */
  readonly as: (name: Name, at?: Carnet) => Client;
  /** A hospital report; gives its id. */
  readonly deposit: (...labels: readonly string[]) => Promise<string>;
  readonly noticesOf: (name: Name, query?: string) => Promise<readonly Body[]>;
};

export type Town = {
  readonly carnet: Carnet;
  readonly clock: () => Date;
  readonly pass: (time: { readonly days?: number; readonly seconds?: number }) => void;
  /** A record of its own. */
  readonly house: (options?: Options) => Promise<House>;
  readonly stop: () => Promise<void>;
};

type Options = { readonly patient?: JsonObject; readonly parent?: JsonObject; readonly born?: string };

const terminology = 'http://terminology.hl7.org/CodeSystem';

export async function openTown(options: Omit<CarnetOptions, 'clock'> = {}, from = '2026-11-10T09:00:00Z'): Promise<Town> {
  let now = Date.parse(from);
  const clock = (): Date => new Date(now);
  const carnet = await startCarnet({ ...options, clock });
  let houses = 0;
  return {
    carnet,
    clock,
    pass: ({ days = 0, seconds = 0 }) => {
      now += (days * 86_400 + seconds) * 1000;
    },
    house: async (of) => {
      houses += 1;
      return await openHouse(carnet, String(115_067_512_345_600 + houses), of);
    },
    stop: carnet.stop,
  };
}

async function openHouse(
  carnet: Carnet,
  ins: string,
  { patient: of = {}, parent: more = {}, born = '2015-06-07' }: Options = {},
): Promise<House> {
  const agent = carnet.as(claims.agent({ vitale: [cx(ins)] }));
  const holder = carnet.as(claims.holder(cx(ins)));
  const key = idIn(written(await agent.post('/Patient', patient(ins, { birthDate: born, ...of }))));
  written(await agent.post('/Consent', consent('opening', key, { type: 'permit' })));
  const guardian = {
    resourceType: 'RelatedPerson',
    active: true,
    extension: [
      { url: 'https://carnet.example/fhir/StructureDefinition/guardianship-proof', valueAttachment: { title: 'Livret' } },
    ],
    patient: { reference: `Patient/${key}` },
    relationship: [{ coding: [{ system: `${terminology}/v3-RoleCode`, code: 'FTH' }] }],
    period: { start: '2015-06-07', end: '2033-06-07' },
    ...more,
  };
  const parent = idIn(written(await agent.post('/RelatedPerson', guardian)));
  const aunt = {
    resourceType: 'RelatedPerson',
    active: true,
    patient: { reference: `Patient/${key}` },
    relationship: [{ coding: [{ system: `${terminology}/v3-RoleCode`, code: 'AUNT' }] }],
  };
  const relative = idIn(written(await holder.post('/RelatedPerson', aunt)));
  const wishes = [
    consent('mandate', key, { type: 'permit', actor: [actor({ reference: `RelatedPerson/${relative}` })] }),
    ...[{ rpps: rpps.doctor }, { rpps: rpps.second }, { finess }].map((named) =>
      consent('sharing', key, { type: 'permit', actor: [actor(named)] }),
    ),
    consent('sharing', key, { type: 'permit', actor: [actor({ rpps: rpps.treating }, 'PCP')] }),
    consent('sharing', key, { type: 'permit', purpose: [{ system: `${terminology}/v3-ActReason`, code: 'BTG' }] }),
  ];
  const entry = wishes.map((resource) => ({ resource, request: { method: 'POST', url: 'Consent' } }));
  const { status, text } = await holder.post('/', { resourceType: 'Bundle', type: 'transaction', entry });
  if (status !== 200) throw new Error(text);
  const people = (): Readonly<Record<Name, Claims>> => ({
    holder: claims.holder(cx(ins)),
    parent: claims.related(parent),
    relative: claims.related(relative),
    hospital: claims.structure(finess),
    feeder: claims.feeder(),
    agent: claims.agent({ vitale: [cx(ins)] }),
    operator: claims.operator(),
    doctor: claims.professional({ rpps: rpps.doctor, name: 'Dr Claire Martin' }),
    second: claims.professional({ rpps: rpps.second, profession: '60' }),
    treating: claims.professional({ rpps: rpps.treating, name: 'Dr Paul Roux' }),
    inside: claims.professional({ rpps: rpps.inside, finess }),
    rescuer: claims.professional({ rpps: rpps.rescuer, name: 'Dr Zoé Sam', mode: 'BTG', reason: 'inconscient', patient: key }),
  });
  const as: House['as'] = (name, at = carnet) => at.as(people()[name], { expiresIn: 3600 });
  const found = ({ body }: Reply): readonly Body[] => (body.entry ?? []).map(({ resource }: Body) => resource);
  return {
    key,
    parent,
    as,
    deposit: async (...labels) =>
      idIn(
        written(
          await as('hospital').post(
            '/DocumentReference',
            document(key, '34112-3', labels.length === 0 ? {} : { securityLabel: labels.map(label) }),
          ),
        ),
      ),
    noticesOf: async (name, query = '') => found(await as(name).get(`/Communication?patient=Patient/${key}&_count=100${query}`)),
  };
}
