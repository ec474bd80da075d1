// What the tables of $explain-access share: a record with wishes of every sort, and the entries of an answer.
import type { JsonObject } from '../../src/fhir/json.ts';
import { actReason, finessSystem, rppsSystem } from '../../src/identity/systems.ts';
import type { Body, Client, Reply } from '../carnet.ts';
import { type Ground, idIn, openGround, otherFiness, written } from '../interaction/ground.ts';
import { actor, consent, document, label, vaccination } from '../resources.ts';

export const nurse = '10000000060';
export const therapist = '10000000091';
export const member = '10000000030';
export const blocked = '10000000040';
export const refused = '10000000050';
export const treating = '10003461033';

export type Explaining = {
  readonly ground: Ground;
  readonly holder: Client;
  readonly documents: Readonly<Record<'letter' | 'results' | 'masked' | 'held' | 'refused', string>>;
  readonly immunization: string;
  readonly relative: string;
  readonly wishes: Readonly<Record<'nurse' | 'clinic' | 'team' | 'block' | 'refusal' | 'mandate', string>>;
  readonly wish: (provision: JsonObject) => Promise<string>;
};

export const path = (id: string, type = 'DocumentReference'): string => `/${type}/${id}/$explain-access`;

export async function openExplaining(): Promise<Explaining> {
  const ground = await openGround();
  const holder = ground.as('holder');
  const push = async (code: string, more: JsonObject = {}): Promise<string> =>
    idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, code, more))));
  const documents = {
    letter: await push('34112-3'),
    results: await push('11502-2'),
    masked: await push('34112-3', { securityLabel: [label('MASQUE_PS')] }),
    held: await push('34112-3', { securityLabel: [label('INVISIBLE_PATIENT')] }),
    refused: await push('34112-3'),
  };
  const immunization = idIn(written(await ground.as('hospital').post('/Immunization', vaccination(ground.key))));
  await listed(ground.as('operator'));
  const wish = wishing(holder, ground.key);
  const relative = idIn(written(await holder.post('/RelatedPerson', relativeOf(ground.key))));
  const wishes = await wished(holder, ground.key, { refused: documents.refused, relative });
  return { ground, holder, documents, immunization, relative, wishes, wish };
}

function wishing(holder: Client, key: string): (provision: JsonObject, kind?: string) => Promise<string> {
  return async (provision, kind = 'sharing') => idIn(written(await holder.post('/Consent', consent(kind, key, provision))));
}

async function wished(
  holder: Client,
  key: string,
  about: { readonly refused: string; readonly relative: string },
): Promise<Explaining['wishes']> {
  const wish = wishing(holder, key);
  const permit = async (named: Parameters<typeof actor>[0]): Promise<string> =>
    await wish({ type: 'permit', actor: [actor(named)] });
  const team = idIn(written(await holder.post('/CareTeam', teamOf(key))));
  const toTherapist = actor({ rpps: therapist });
  await wish({
    type: 'permit',
    actor: [{ ...toTherapist, reference: { ...(toTherapist.reference as JsonObject), display: 'Mme Roux' } }],
  });
  await permit({ rpps: blocked });
  await wish({ type: 'permit', purpose: [{ system: actReason, code: 'BTG' }] });
  return {
    nurse: await permit({ rpps: nurse }),
    clinic: await permit({ finess: otherFiness }),
    team: await permit({ reference: `CareTeam/${team}` }),
    block: await wish({ type: 'deny', actor: [actor({ rpps: blocked })] }),
    refusal: await wish({
      type: 'deny',
      actor: [actor({ rpps: nurse }), actor({ rpps: refused })],
      data: [{ meaning: 'instance', reference: { reference: `DocumentReference/${about.refused}` } }],
    }),
    mandate: await wish({ type: 'permit', actor: [actor({ reference: `RelatedPerson/${about.relative}` })] }, 'mandate'),
  };
}

const teamOf = (key: string): JsonObject => ({
  resourceType: 'CareTeam',
  status: 'active',
  subject: { reference: `Patient/${key}` },
  participant: [{ member: { identifier: { system: rppsSystem, value: member } } }],
});

const relativeOf = (key: string): JsonObject => ({
  resourceType: 'RelatedPerson',
  patient: { reference: `Patient/${key}` },
  relationship: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'FRND' }] }],
});

/** Names that the directory has. */
async function listed(operator: Client): Promise<void> {
  const person = { identifier: [{ system: rppsSystem, value: nurse }], name: [{ given: ['Léa'], family: 'Petit' }] };
  written(await operator.post('/Practitioner', { resourceType: 'Practitioner', ...person }));
  const structure = { identifier: [{ system: finessSystem, value: otherFiness }], name: 'Clinique du Parc' };
  written(await operator.post('/Organization', { resourceType: 'Organization', ...structure }));
}

export type Entry = {
  readonly decision: string;
  readonly rpps: string | undefined;
  readonly finess: string | undefined;
  readonly related: string | undefined;
  readonly display: string | undefined;
  readonly isStructure: boolean;
  readonly mode: string;
  readonly professions: readonly string[];
  /** `code Consent/id`. */
  readonly reasons: readonly string[];
  readonly texts: readonly string[];
};

export const partsNamed = (part: Body, name: string): readonly Body[] => part.filter((one: Body) => one.name === name);

export function entriesOf({ body }: Reply): readonly Entry[] {
  return partsNamed(body.parameter, 'access').map(({ part }) => {
    const [person] = partsNamed(part, 'actor');
    const [structure] = partsNamed(part, 'structure');
    const named = person?.valueReference;
    const reasons = partsNamed(part, 'reason').map((reason) => ({
      code: partsNamed(reason.part, 'code')[0].valueCode,
      consent: partsNamed(reason.part, 'consent')[0]?.valueReference.reference,
      text: partsNamed(reason.part, 'text')[0].valueString,
    }));
    return {
      decision: partsNamed(part, 'decision')[0].valueCode,
      rpps: named?.type === 'Practitioner' ? named.identifier.value : undefined,
      finess: named?.type === 'Organization' ? named.identifier.value : structure?.valueReference.identifier.value,
      related: named?.reference,
      display: (named ?? structure?.valueReference)?.display,
      isStructure: named?.type === 'Organization',
      mode: partsNamed(part, 'purpose')[0].valueCoding.code,
      professions: partsNamed(part, 'profession').map(({ valueCoding }) => valueCoding.code),
      reasons: reasons.map(({ code, consent: by }) => (by === undefined ? code : `${code} ${by}`)),
      texts: reasons.map(({ text }) => text),
    };
  });
}

export type Person = {
  readonly rpps?: string;
  readonly finess?: string;
  readonly profession?: string;
  readonly mode?: 'TREAT' | 'BTG' | 'ETREAT';
};

/** The entry that speaks of him. */
export function entryFor(
  entries: readonly Entry[],
  { rpps, finess: of, profession = '10', mode = 'TREAT' }: Person,
): Entry | undefined {
  const named = [
    [rpps, of],
    [rpps, undefined],
    [undefined, of],
    [undefined, undefined],
  ] as const;
  return named
    .map(([person, structure]) =>
      entries.find(
        (one) =>
          !one.isStructure &&
          one.related === undefined &&
          one.mode === mode &&
          one.rpps === person &&
          one.finess === structure &&
          (one.professions.length === 0 || one.professions.includes(profession)),
      ),
    )
    .find((one) => one !== undefined);
}
