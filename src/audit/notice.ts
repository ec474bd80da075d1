// What the holder has notice of: the first access of a professional, every emergency access, and that something awaits its announcement.
// https://hl7.org/fhir/R4/communication.html
import type { Communication, Reference } from '@medplum/fhirtypes';
import { noticeAt, pointedAt } from '../filter/envelope.ts';
import type { Row } from '../filter/row.ts';
import { type Sight, sightOf } from '../filter/sight.ts';
import type { Caller } from '../identity/caller.ts';
import { identified } from '../identity/identifiers.ts';
import { noticeSystem } from '../identity/systems.ts';
import { serverRow, type Touched, type TraceContext, type Traced } from './trace.ts';

/** What was delivered of one record, as far as it is seen by the same and as long. */
export type Access = { readonly rec: string; readonly sight: Sight; readonly traces: readonly Traced[] };

/**
 * Groups of traces: whom a label shuts out who gets no notices tells none apart. Of claims it tells of those that stay the longest: the
 * notice is there as long as one of them.
 */
export function accessesOf(traced: readonly Traced[], now: Date): readonly Access[] {
  const delivered = traced
    .map(({ row, of }) => ({ row, of: of.filter((one) => one.delivered) }))
    .filter(({ row: { rec }, of }) => of.length > 0 && rec !== undefined && !rec.startsWith('p:'));
  return [...Map.groupBy(delivered, (one) => JSON.stringify([one.row.rec, sightSeen(one, now)])).values()].flatMap((group) => {
    const traces = lasting(group);
    const [first] = traces;
    return first?.row.rec === undefined ? [] : [{ rec: first.row.rec, traces, sight: sightOf(first.row) }];
  });
}

/** A hold that is over hides nothing. */
function sightSeen({ row: { rd, hold, feed } }: Traced, now: Date): readonly unknown[] {
  return [rd.includes('REP'), hold !== undefined && hold > now ? hold : undefined, feed !== undefined];
}

function lasting(traces: readonly Traced[]): readonly Traced[] {
  const dayOf = ({ row: { feed } }: Traced): number => feed?.getTime() ?? 0;
  const last = Math.max(...traces.map(dayOf));
  return traces.filter((one) => dayOf(one) === last);
}

export type AccessTold = {
  readonly caller: Caller;
  readonly now: Date;
  /** The name of his profession, in French. */
  readonly profession: string | undefined;
  /** RPPS of médecins traitants to be told as well. */
  readonly treating: readonly string[];
};

/** It bears the id of the first of the traces that it tells of. */
export function accessNotice({ index }: Pick<TraceContext, 'index'>, { rec, traces }: Access, told: AccessTold): Row {
  const { caller, now } = told;
  const { _id: id = '', feed } = traces[0]?.row ?? {};
  const touched = traces.flatMap(({ of }) => of);
  const resource = communication({
    id,
    rec,
    now,
    code: caller.mode === 'TREAT' ? 'first-access' : 'emergency-access',
    text: sentenceOf(told),
    about: [accessing(caller), ...traces.map(({ row }) => ({ reference: `AuditEvent/${row._id}` }))],
    treating: told.treating,
  });
  const targets = touched.map(({ type, ...envelope }) => pointedAt(type, envelope));
  return {
    ...serverRow({ index }, resource, { id, rec, now }),
    refs: namesOf(touched),
    ...noticeAt(targets, false),
    ...(feed === undefined ? {} : { feed }),
    ...(caller.who.kind === 'professional' ? { by: `p:${caller.who.rpps}` } : {}),
  };
}

function namesOf(touched: readonly Touched[]): readonly string[] {
  return [...new Set(touched.map(({ type, id }) => `${type}/${id}`))];
}

const announcement =
  'Une mise à jour de votre dossier doit vous être présentée lors d’une consultation. ' +
  'Nous vous invitons à prendre rendez-vous avec un professionnel de santé qui vous suit.';

/** `secret`: what awaits is hidden from representatives. `refs`: what awaits, which the text does not name. */
export function awaitingNotice(
  context: Pick<TraceContext, 'index' | 'newId'>,
  {
    rec,
    now,
    secret,
    refs,
  }: { readonly rec: string; readonly now: Date; readonly secret: boolean; readonly refs: readonly string[] },
): Row {
  const id = context.newId(rec);
  const resource = communication({ id, rec, now, code: 'awaiting-announcement', text: announcement, about: [], treating: [] });
  const { rd } = noticeAt([], true);
  return { ...serverRow(context, resource, { id, rec, now }), refs, rd: secret ? rd.filter((reader) => reader !== 'REP') : rd };
}

const displays = {
  'first-access': 'Premier accès d’un professionnel',
  'emergency-access': 'Accès en urgence',
  'awaiting-announcement': 'Consultation d’annonce en attente',
} as const;

type Said = {
  readonly id: string;
  readonly rec: string;
  readonly now: Date;
  readonly code: keyof typeof displays;
  readonly text: string;
  readonly about: readonly Reference[];
  readonly treating: readonly string[];
};

function communication({ id, rec, now, code, text, about, treating }: Said): Communication {
  const at = now.toISOString();
  const patient = { reference: `Patient/${rec}` };
  return {
    resourceType: 'Communication',
    id,
    meta: { versionId: '1', lastUpdated: at },
    status: 'completed',
    category: [{ coding: [{ system: noticeSystem, code, display: displays[code] }] }],
    subject: patient,
    ...(about.length === 0 ? {} : { about: [...about] }),
    sent: at,
    recipient: [patient, ...treating.map((rpps) => identified('Practitioner', rpps))],
    payload: [{ contentString: text }],
  };
}

function accessing({ who, name }: Caller): Reference {
  return who.kind === 'professional' ? identified('Practitioner', who.rpps, name) : {};
}

const instant = new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', dateStyle: 'long', timeStyle: 'short' });

function sentenceOf({ caller, now, profession }: AccessTold): string {
  const { who, name, organizationName, mode, reason } = caller;
  const person = name ?? `Le professionnel de numéro RPPS ${who.kind === 'professional' ? who.rpps : ''}`;
  const subject = [person, profession, organizationName].filter((part) => part !== undefined).join(', ');
  const when = instant.format(now);
  if (mode === 'TREAT') return `${subject}, a consulté votre dossier pour la première fois le ${when}.`;
  const way = mode === 'BTG' ? 'en urgence (« bris de glace »)' : 'en urgence (centre 15)';
  return `${subject}, a accédé à votre dossier ${way} le ${when}.${reason === undefined ? '' : ` Motif indiqué : ${reason}`}`;
}
