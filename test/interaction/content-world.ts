// The documents of test/cases/search/content.json in two databases: one with those that are hidden from some, one without.
import type { JsonObject } from '../../src/fhir/json.ts';
import { type Body, type Carnet, type Client, type Reply, startCarnet } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, document, label, patient } from '../resources.ts';
import { cda, cdaBody, cdaSection, encryptedPdf, pdf } from '../text/files.ts';
import { finess, idIn, ins, written } from './ground.ts';
import { encoded, now } from './search-world.ts';

export type Form = 'text' | 'latin' | 'html' | 'rtf' | 'pdf' | 'cda' | 'cdaPdf' | 'brokenPdf' | 'encryptedPdf' | 'picture';
export type Sent = {
  readonly name: string;
  readonly by: string;
  readonly of?: 'anne' | 'bruno';
  readonly form: Form;
  readonly title: string;
  readonly says: string;
  readonly date: string;
  /** LOINC; a letter where absent. */
  readonly code?: string;
  readonly label?: string;
  readonly more?: JsonObject;
  /** Its bytes are sent before it. */
  readonly apart?: boolean;
};

const brunoIns = '180067512345643';
const treating = '10003461033';
const specialist = '10000000010';

const files: Readonly<Record<Form, (sent: Sent) => readonly [contentType: string, bytes: Buffer]>> = {
  text: ({ says }) => ['text/plain', Buffer.from(says)],
  latin: ({ says }) => ['text/plain; charset=iso-8859-1', Buffer.from(says, 'latin1')],
  html: ({ says, title }) => [
    'text/html',
    Buffer.from(`<html><head><title>${title}</title></head><body><p>${says}</p></body></html>`),
  ],
  rtf: ({ says }) => ['application/rtf', Buffer.from(`{\\rtf1\\ansi ${says}}`, 'latin1')],
  pdf: ({ says }) => ['application/pdf', pdf([says])],
  cda: ({ says, title }) => ['text/xml', cda(title, cdaSection(title, says))],
  cdaPdf: ({ says, title }) => ['text/xml', cda(title, cdaBody('application/pdf', pdf([says])))],
  brokenPdf: ({ says }) => ['application/pdf', Buffer.from(says)],
  encryptedPdf: () => ['application/pdf', encryptedPdf],
  picture: ({ says }) => ['image/jpeg', Buffer.from(says)],
};

export type ContentWorld = {
  readonly carnet: Carnet;
  readonly who: (name: string) => Client;
  readonly id: (name: string) => string;
  readonly deposit: (sent: Sent) => Promise<Reply>;
  readonly documentOf: (sent: Sent) => JsonObject;
  readonly ask: (name: string, query: string) => Promise<Asked>;
};
export type Asked = {
  readonly status: number;
  readonly names: readonly string[];
  readonly scores: readonly number[];
  readonly total: number | undefined;
  readonly body: Body;
};

/** Records of Anne and Bruno, both of whom declare the treating doctor; Anne's lets the specialist and the nurse read. */
export async function openContentWorld(documents: readonly Sent[]): Promise<ContentWorld> {
  const carnet = await startCarnet({ clock: () => now });
  const people = peopleOf(carnet);
  const who = (name: string): Client => {
    const client = people[name];
    if (client === undefined) throw new Error(`nobody is called ${name}`);
    return client;
  };
  const ids = new Map<string, string>();
  const id = (name: string): string => ids.get(name) ?? name;
  for (const [name, ofIns] of [
    ['anne', ins],
    ['bruno', brunoIns],
  ] as const) {
    const key = idIn(written(await who('agent').post('/Patient', patient(ofIns))));
    ids.set(name, key);
    written(await who('agent').post('/Consent', consent('opening', key, { type: 'permit' })));
    const permits = name === 'anne' ? [actor({ rpps: specialist }), actor({ rpps: '10000000060' })] : [];
    for (const one of [actor({ rpps: treating }, 'PCP'), ...permits])
      written(
        await who(name === 'anne' ? 'holder' : 'bruno').post(
          '/Consent',
          consent('sharing', key, { type: 'permit', actor: [one] }),
        ),
      );
  }
  const documentOf = (sent: Sent): JsonObject => {
    const [contentType, bytes] = files[sent.form](sent);
    const security = sent.label === undefined ? {} : { securityLabel: [label(sent.label)] };
    const attachment = { contentType, title: sent.title, data: bytes.toString('base64') };
    const made = document(id(sent.of ?? 'anne'), sent.code ?? '11488-4', { date: sent.date });
    return { ...made, content: [{ attachment }], ...security, ...sent.more };
  };
  const deposit = async (sent: Sent): Promise<Reply> => {
    const client = who(sent.by);
    const asked = documentOf(sent);
    if (sent.apart !== true) return await client.post('/DocumentReference', asked);
    const [contentType, bytes] = files[sent.form](sent);
    const context = { 'Content-Type': contentType, 'X-Security-Context': `Patient/${id(sent.of ?? 'anne')}` };
    const url = `Binary/${idIn(written(await client.send('POST', '/Binary', context, bytes)))}`;
    return await client.post('/DocumentReference', {
      ...asked,
      content: [{ attachment: { contentType, title: sent.title, url } }],
    });
  };
  for (const sent of documents) {
    ids.set(sent.name, idIn(written(await deposit(sent))));
  }
  return { carnet, who, id, deposit, documentOf, ask: async (name, query) => await ask(who(name), ids, query) };
}

function peopleOf({ as }: Carnet): Readonly<Record<string, Client>> {
  return {
    agent: as(claims.agent({ vitale: [cx(ins), cx(brunoIns)] })),
    holder: as(claims.holder(cx(ins))),
    bruno: as(claims.holder(cx(brunoIns))),
    hospital: as(claims.structure(finess)),
    doctor: as(claims.professional({ rpps: treating })),
    specialist: as(claims.professional({ rpps: specialist })),
    nurse: as(claims.professional({ rpps: '10000000060', profession: '60' })),
    stranger: as(claims.professional({ rpps: '10000000011' })),
    indexOnly: as(claims.professional({ rpps: treating, scope: 'user/DocumentReference.rs user/List.rs' })),
    secretary: as(claims.delegate({ rpps: treating, secretary: { sub: 'secretary' } })),
  };
}

async function ask(client: Client, ids: ReadonlyMap<string, string>, query: string): Promise<Asked> {
  const [type = '', parameters = ''] = query.split('?');
  const filled = parameters.replace(/\{(\w+)\}/g, (_, name: string) => ids.get(name) ?? name);
  const { status, body } = await client.get(`/${type}?${encoded(filled)}`);
  return { status, body, ...found(body, ids) };
}

/** Of an answer what does not differ from one database to another. */
export function found(body: Body, ids: ReadonlyMap<string, string>): Pick<Asked, 'names' | 'scores' | 'total'> {
  const named = new Map([...ids].map(([name, id]) => [id, name]));
  const matches: readonly Body[] = (body?.entry ?? []).filter(({ search }: Body) => search.mode === 'match');
  return {
    names: matches.map(({ resource }) => named.get(resource.id) ?? '?'),
    scores: matches.flatMap(({ search }) => search.score ?? []),
    total: body?.total,
  };
}
