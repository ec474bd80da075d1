// A trace as one French sentence: when, who, what, how it ended, in which mode and why; only by what the trace itself says.
// https://hl7.org/fhir/R4/auditevent.html
import type { AuditEvent } from '@medplum/fhirtypes';
import { actReason } from '../identity/systems.ts';
import { actOf } from './trace-act.ts';
import { actorsIn, clean, inName, type Reader } from './trace-person.ts';

export type { Reader } from './trace-person.ts';

export function sentenceOfTrace(event: AuditEvent, reader: Reader): string {
  const { who, inNameOf } = actorsIn(event, reader);
  const subject = who.isReader ? 'vous' : who.text;
  const act = actOf(event, reader.who.kind === 'holder' ? 'votre dossier' : placeOf(event));
  const ending = event.outcome === '0' ? '' : ` ; ${endingOf(event, who.isReader)}`;
  const did = event.outcome === '0' ? act.done : `tenté ${ofVerb(act.tried)}`;
  const name = inNameOf === undefined ? '' : `, ${inName(inNameOf)},`;
  return `Le ${timeOf(event.recorded)}, ${subject}${name} ${who.isReader ? 'avez' : 'a'} ${did}${modeOf(event)}${cardOf(event)}${ending}.`;
}

/** Whoever is not its holder is told of a record where the trace names one. */
function placeOf({ entity = [] }: AuditEvent): string {
  return entity.some(({ role }) => role?.code === '1') ? 'le dossier' : '';
}

function ofVerb(infinitive: string): string {
  return /^[aeiouéh]/.test(infinitive) ? `d’${infinitive}` : `de ${infinitive}`;
}

const clock = new Intl.DateTimeFormat('fr-FR', {
  timeZone: 'Europe/Paris',
  calendar: 'gregory',
  hourCycle: 'h23',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** `26 novembre 2026 à 10 h 05`, in Paris. */
function timeOf(recorded: string): string {
  const parts = new Map(clock.formatToParts(new Date(recorded)).map(({ type, value }) => [type, value]));
  const day = parts.get('day') === '1' ? '1er' : parts.get('day');
  return `${day} ${parts.get('month')} ${parts.get('year')} à ${parts.get('hour')} h ${parts.get('minute')}`;
}

const emergencies: ReadonlyMap<string, string> = new Map([
  ['BTG', 'en urgence (bris de glace)'],
  ['ETREAT', 'en urgence (centre 15)'],
]);

function modeOf({ purposeOfEvent = [] }: AuditEvent): string {
  const codes = purposeOfEvent.flatMap(({ coding = [] }) => coding).filter(({ system }) => system === actReason);
  const [mode] = codes.flatMap(({ code }) => emergencies.get(code ?? '') ?? []);
  if (mode === undefined) return '';
  const [reason] = purposeOfEvent.flatMap(({ text }) => text ?? []);
  return `, ${mode}${reason === undefined ? '' : `, motif : « ${clean(reason)} »`}`;
}

function cardOf({ entity = [] }: AuditEvent): string {
  const isThere = entity.some(({ detail = [] }) => detail.some(({ type }) => type === 'vitale-card'));
  return isThere ? ', une carte Vitale étant dans le lecteur' : '';
}

const endings: ReadonlyMap<string, string> = new Map([
  ['403', 'l’accès a été refusé'],
  ['409', 'la demande a été écartée, car elle en contredisait une autre'],
  ['412', 'la demande a été écartée, car les données avaient changé'],
]);

/** By the HTTP status that was answered. */
function endingOf({ outcome, outcomeDesc = '' }: AuditEvent, isReader: boolean): string {
  if (outcomeDesc === '404' || outcomeDesc === '410') return `rien ne ${isReader ? 'vous' : 'lui'} a été transmis`;
  if (outcome !== '4') return 'la demande n’a pas abouti';
  return endings.get(outcomeDesc) ?? 'la demande a été refusée';
}
