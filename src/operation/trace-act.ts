// What was done, in French: the act of each interaction, done or tried, by what the trace names and what was asked.
import type { AuditEvent, AuditEventEntity } from '@medplum/fhirtypes';
import { counted, isKnownType, listed, of } from './trace-noun.ts';

/** `done`: after « a » or « avez »; `tried`: after « a tenté de ». */
export type Act = { readonly done: string; readonly tried: string };

/** `things`: what it was about; `place`: of which record, empty where of none. */
type Said = { readonly things: string; readonly place: string; readonly isEmpty: boolean };
type Verb = (said: Said) => Act;

const plain =
  (done: string, tried: string, link = 'of' as 'of' | 'in'): Verb =>
  ({ things, place }) => {
    const about = `${things}${place === '' ? '' : ` ${link === 'of' ? of(place) : `dans ${place}`}`}`;
    return { done: `${done} ${about}`, tried: `${tried} ${about}` };
  };
const governing =
  (done: string, tried: string): Verb =>
  ({ things, ...said }) =>
    plain(done, tried)({ ...said, things: of(things) });
const fixed =
  (done: string, tried: string): Verb =>
  () => ({ done, tried });
/** The record itself, whatever was written in it. */
const onRecord =
  (done: string, tried: string, words: (record: string) => string = (record) => record): Verb =>
  ({ place }) => {
    const record = words(place === '' ? 'un dossier' : place);
    return { done: `${done} ${record}`, tried: `${tried} ${record}` };
  };
const consult = plain('consulté', 'consulter');
const past = governing('consulté l’historique', 'consulter l’historique');
/** Not that nothing was found: what was hidden from the reader then is told beside when its hold has ended. */
const search: Verb = (said) => (said.isEmpty ? plain('cherché', 'chercher', 'in')(said) : consult(said));
const together = plain('consulté ou modifié en une seule opération', 'consulter ou modifier en une seule opération');

const verbs: Readonly<Record<string, Verb>> = {
  read: consult,
  vread: governing('consulté une version', 'consulter une version'),
  'history-instance': past,
  'history-type': past,
  'history-system': past,
  'search-type': search,
  'search-system': search,
  create: plain('déposé', 'déposer', 'in'),
  update: plain('modifié', 'modifier'),
  patch: plain('modifié', 'modifier'),
  delete: plain('supprimé', 'supprimer'),
  batch: together,
  transaction: together,
  capabilities: fixed('consulté la description du service', 'consulter la description du service'),
};
const operations: Readonly<Record<string, Verb>> = {
  'explain-access': plain('demandé qui peut voir', 'demander qui peut voir'),
  validate: plain('fait vérifier', 'faire vérifier'),
  narrate: consult,
  'activation-code': fixed('émis un code d’activation de compte', 'émettre un code d’activation de compte'),
  'record-status': onRecord('demandé l’état', 'demander l’état', of),
  close: onRecord('fermé', 'fermer'),
  reopen: onRecord('rouvert', 'rouvrir'),
  'request-erasure': onRecord('demandé l’effacement', 'demander l’effacement', of),
  authorise: fixed('donné une autorisation d’accès', 'donner une autorisation d’accès'),
  block: fixed('bloqué l’accès d’un professionnel ou d’une structure', 'bloquer l’accès d’un professionnel ou d’une structure'),
  'declare-medecin-traitant': fixed('déclaré un médecin traitant', 'déclarer un médecin traitant'),
  revoke: fixed('retiré une autorisation d’accès', 'retirer une autorisation d’accès'),
  unblock: fixed('levé un blocage', 'lever un blocage'),
  mask: plain('masqué', 'masquer'),
  unmask: plain('démasqué', 'démasquer'),
};
const otherOperation = plain('lancé une opération sur', 'lancer une opération sur');

/** `place`: the record in the reader's words. */
export function actOf(event: AuditEvent, place: string): Act {
  const interaction = event.subtype?.[0]?.code ?? '';
  const address = addressIn(event);
  const [, operation = ''] = /\$([a-z-]+)(?![\w-])/.exec(address) ?? [];
  const table = interaction === 'operation' ? operations : verbs;
  const name = interaction === 'operation' ? operation : interaction;
  const verb = Object.hasOwn(table, name) ? table[name] : undefined;
  return (verb ?? (interaction === 'operation' ? otherOperation : together))(saidOf(event, address, place));
}

/** What was asked, without what asked for it: empty where it is not told. */
function addressIn({ entity = [] }: AuditEvent): string {
  const asked = entity.find(({ query }) => query !== undefined)?.query ?? '';
  return Buffer.from(asked, 'base64')
    .toString()
    .replace(/^[A-Z]+ /, '');
}

const directory = new Set(['Practitioner', 'Organization', 'PractitionerRole', 'Location', 'HealthcareService']);

function saidOf(event: AuditEvent, address: string, place: string): Said {
  const { entity = [] } = event;
  const types = typesIn(entity);
  if (types.size > 0) {
    const things = listed([...types].map(([type, count]) => counted(type, count)));
    return { things, place: [...types.keys()].every((type) => directory.has(type)) ? '' : place, isEmpty: false };
  }
  // Traces are not listed: what was delivered of a record, and nothing else, were they.
  const isTraces = entity.some(({ role }) => role?.code === '1') && event.outcome === '0';
  const type = isTraces ? 'AuditEvent' : typeAsked(address);
  const one = !isTraces && isOfOne(event, address);
  return {
    things: counted(type, one ? 1 : undefined),
    place: type !== undefined && directory.has(type) ? '' : place,
    isEmpty: !isTraces,
  };
}

/** How many of each type; the bytes of a document count with it, and what is replaced with what replaces it. */
function typesIn(entities: readonly AuditEventEntity[]): ReadonlyMap<string, number> {
  const resources = entities.filter(({ role }) => role?.code === '4');
  const main = resources.filter(({ type }) => type?.code === '2');
  const types = (main.length === 1 ? main : resources).flatMap(({ what }) => what?.reference?.split('/')[0] ?? []);
  const counted = new Map([...Map.groupBy(types, (type) => type)].map(([type, all]) => [type, all.length]));
  if (counted.has('DocumentReference')) counted.delete('Binary');
  return counted;
}

/** The last type that the path names. */
function typeAsked(address: string): string | undefined {
  const [path = ''] = address.split('?');
  if (path.endsWith('*')) return undefined;
  return path.split(/[/ ]/).findLast(isKnownType);
}

const ofOne = new Set(['read', 'vread', 'history-instance', 'create', 'update', 'patch', 'delete']);

function isOfOne({ subtype }: AuditEvent, address: string): boolean {
  const code = subtype?.[0]?.code ?? '';
  return ofOne.has(code) || (code === 'operation' && !/\$narrate(?![\w-])/.test(address));
}
