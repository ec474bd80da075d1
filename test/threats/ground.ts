// A record with something masked and something awaiting its announcement, everybody to whom either is hidden, and how two answers are compared.
import { randomIds } from '../../src/fhir/id.ts';
import { type Carnet, type Client, startCarnet } from '../carnet.ts';
import { type RawReply, ask as raw } from '../http/raw.ts';
import { type Claims, claims, cx } from '../identity/issuer.ts';
import { finess, idIn, ins, otherFiness, written } from '../interaction/ground.ts';
import { actor, consent, document, label, patient } from '../resources.ts';

export const otherIns = '180067512345643';
const rpps = { permitted: '10003461033', nurse: '10000000060', treating: '10000000011', rescuer: '10000000012' };

/** What a caller may know of a document that he may not see: or what he would know of one that never was. */
export type Known = {
  readonly id: string;
  readonly binary: string;
  readonly identifier: string;
  readonly text: string;
};

export type Pair = { readonly there: Known; readonly never: Known };

export type Ground = {
  readonly carnet: Carnet;
  readonly key: string;
  readonly names: readonly string[];
  readonly as: (name: string) => Client;
  /** Masked from professionals and relatives; awaiting its announcement; and for each what never was. */
  readonly masked: Pair;
  readonly held: Pair;
  readonly stop: () => Promise<void>;
};

/** Of each kind of caller one at least; the first four see the masked document and not the held one, or the other way round. */
function peopleOf(key: string, related: string): Readonly<Record<string, Claims>> {
  return {
    treating: claims.professional({ rpps: rpps.treating }),
    hospital: claims.structure(finess),
    holder: claims.holder(cx(ins)),
    relative: claims.related(related),
    permitted: claims.professional({ rpps: rpps.permitted }),
    nurse: claims.professional({ rpps: rpps.nurse, profession: '60' }),
    stranger: claims.professional({ rpps: '10000000010' }),
    rescuer: claims.professional({ rpps: rpps.rescuer, mode: 'BTG', reason: 'inconscient', patient: key }),
    neighbour: claims.holder(cx(otherIns)),
    clinic: claims.structure(otherFiness),
    secretary: claims.delegate({ rpps: rpps.permitted, secretary: { sub: 'secretary-1' } }),
    insurance: claims.feeder(),
    agent: claims.agent({ vitale: [cx(ins)] }),
    operator: claims.operator(),
  };
}

export async function openThreatened(): Promise<Ground> {
  const carnet = await startCarnet();
  const { as } = carnet;
  const agent = as(claims.agent({ vitale: [cx(ins), cx(otherIns)] }));
  const open = async (of: string): Promise<string> => {
    const key = idIn(written(await agent.post('/Patient', patient(of))));
    written(await agent.post('/Consent', consent('opening', key, { type: 'permit' })));
    return key;
  };
  const key = await open(ins);
  await open(otherIns);
  const holder = as(claims.holder(cx(ins)));
  const wish = async (kind: string, provision: object): Promise<void> =>
    void written(await holder.post('/Consent', consent(kind, key, { type: 'permit', ...provision })));
  const relative = { resourceType: 'RelatedPerson', patient: { reference: `Patient/${key}` }, name: [{ family: 'Lefèvre' }] };
  const related = idIn(written(await holder.post('/RelatedPerson', relative)));
  await wish('mandate', { actor: [actor({ reference: `RelatedPerson/${related}` })] });
  await wish('sharing', { actor: [actor({ rpps: rpps.permitted }), actor({ rpps: rpps.nurse })] });
  await wish('sharing', { actor: [actor({ rpps: rpps.treating }, 'PCP')] });
  await wish('sharing', { purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' }] });
  const people = peopleOf(key, related);
  const clients = new Map(Object.entries(people).map(([name, said]) => [name, as(said)]));
  const client = (name: string): Client => {
    const found = clients.get(name);
    if (found === undefined) throw new Error(`nobody is called ${name}`);
    return found;
  };
  const deposit = async (word: string, labels: readonly string[]): Promise<Known> => {
    const masterIdentifier = { system: 'urn:ietf:rfc:3986', value: `urn:oid:1.2.${word}` };
    const securityLabel = labels.length === 0 ? {} : { securityLabel: labels.map(label) };
    const sent = document(key, '34112-3', { masterIdentifier, description: word, ...securityLabel }, word);
    const reply = written(await client('hospital').post('/DocumentReference', sent));
    const binary = /Binary\/([\w-]+)/.exec(reply.body.content[0].attachment.url)?.[1] ?? '';
    return { id: idIn(reply), binary, identifier: masterIdentifier.value, text: word };
  };
  await deposit('visible', []);
  const pair = async (word: string, other: string, name: string): Promise<Pair> => {
    const there = await deposit(word, [name]);
    const random = (id: string): string => `${id.slice(0, -13)}${randomIds.key()}`;
    return {
      there,
      never: { id: random(there.id), binary: random(there.binary), identifier: `urn:oid:1.2.${other}`, text: other },
    };
  };
  const masked = await pair('zirconium', 'ruthenium', 'MASQUE_PS');
  const held = await pair('palladium', 'beryllium', 'INVISIBLE_PATIENT');
  return { carnet, key, names: Object.keys(people), as: client, masked, held, stop: carnet.stop };
}

export type Question = {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string | Buffer;
};

/** As it goes over the wire. */
export async function ask(
  { carnet, as }: Pick<Ground, 'carnet' | 'as'>,
  name: string,
  { method, path, headers, body }: Question,
): Promise<RawReply> {
  const isText = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
  return await raw(carnet.address, {
    method,
    path: `/fhir${path}`,
    headers: {
      authorization: `Bearer ${as(name).token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
}

/** An answer without what is new in each, and with one name for what was asked for. */
export function told(
  { status, headers, text }: RawReply,
  { key }: Ground,
  { id, binary, identifier, text: word }: Known,
): object {
  const plain = (said: string): string =>
    [id, binary, identifier, encodeURIComponent(identifier), word, Buffer.from(word).toString('base64')]
      .reduce((now, name) => now.replaceAll(name, 'IT'), said)
      .replaceAll(new RegExp(`${key}-[a-km-np-z2-9]{13}`, 'g'), 'NEW')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'NOW')
      .replaceAll(/[\w+/]{27}=/g, 'HASH');
  const { date: _date, 'x-request-id': _request, 'last-modified': modified, ...others } = headers;
  return {
    status,
    headers: { ...others, location: plain(others.location ?? ''), modified: modified !== undefined },
    text: plain(text),
  };
}
