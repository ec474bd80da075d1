// A world written by requests of the right depositors: few Bundles; what the server refuses is in no world.
// https://hl7.org/fhir/R4/http.html#transaction
import { isObject, type JsonObject, objectsOf } from '../../../src/fhir/json.ts';
import type { Deposit, Step, World } from '../../oracle/world.ts';
import { label, visibility } from '../../resources.ts';
import { claimsOf, type Request, type Send } from './servers.ts';

/** Steps that one request writes. */
export type Group = readonly Step[];

const isDeposit = (step: Step): step is Deposit => 'resource' in step;
const typeOf = ({ resource }: Deposit): string => String(resource.resourceType);
const idOf = ({ resource }: Deposit): string => String(resource.id);

/** One writer, one instant, nothing that refers to what the same request writes. */
export function groupsOf({ steps }: World): readonly Group[] {
  const groups: Step[][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    const [first] = last ?? [];
    const fits =
      last !== undefined &&
      first !== undefined &&
      isDeposit(step) &&
      isDeposit(first) &&
      typeOf(first) !== 'Patient' &&
      JSON.stringify(first.by) === JSON.stringify(step.by) &&
      Number(first.at) === Number(step.at) &&
      !refersTo(step, last);
    if (fits) last.push(step);
    else groups.push([step]);
  }
  return groups;
}

function refersTo(step: Deposit, group: readonly Step[]): boolean {
  const text = JSON.stringify(step.resource);
  return group.some((one) => isDeposit(one) && text.includes(`/${idOf(one)}"`));
}

/** The last part of an id is what the server draws. */
const drawn = (deposit: Deposit): string => idOf(deposit).split('-').at(-1) ?? '';

/** As it is sent: a document with its bytes. */
function sent({ resource: { id: _id, ...resource } }: Deposit): JsonObject {
  return isDocument(resource)
    ? { ...resource, content: [{ attachment: { contentType: 'text/plain', title: 'x', data: 'Qm9uam91cg==' } }] }
    : resource;
}

const isDocument = ({ resourceType }: JsonObject): boolean => resourceType === 'DocumentReference';

function transactionOf(group: readonly Deposit[]): JsonObject {
  const entry = group.map((deposit) => ({ resource: sent(deposit), request: { method: 'POST', url: typeOf(deposit) } }));
  return { resourceType: 'Bundle', type: 'transaction', entry };
}

function patchOf(on: string, labels: readonly string[]): Request {
  const ofDocument = on.startsWith('DocumentReference/');
  const codings = labels.map((code) => ({ system: visibility, code }));
  const body = ofDocument
    ? [{ op: 'add', path: '/securityLabel', value: labels.map(label) }]
    : [{ op: 'add', path: '/meta/security', value: codings }];
  const none = [{ op: 'remove', path: ofDocument ? '/securityLabel' : '/meta/security' }];
  return { method: 'PATCH', path: `/${on}`, body: labels.length === 0 ? none : body };
}

/** Of the deposits, then of the bytes that come with documents: each as its document, whatever else is in the request. */
function namesOf(deposits: readonly Deposit[]): readonly string[] {
  return [...deposits, ...deposits.filter(({ resource }) => isDocument(resource))].map(drawn);
}

/** A document alone is published, with a submission set; in a Bundle it is not, be it the only entry. */
export const isBundle = (group: Group): boolean => group.length > 1;

/** Whether it was taken. Throws where it was, under another name. */
export async function writeGroup(send: Send, { ins }: World, group: Group, bundled = isBundle(group)): Promise<boolean> {
  const [first] = group;
  if (first === undefined) return true;
  if (!isDeposit(first))
    return (await send(claimsOf({ kind: 'holder' }, ins), first.at, patchOf(first.on, first.labels))).status < 300;
  const deposits = group.filter(isDeposit);
  const request: Request = bundled
    ? { method: 'POST', path: '', body: transactionOf(deposits) }
    : { method: 'POST', path: `/${typeOf(first)}`, body: sent(first) };
  const reply = await send(claimsOf(first.by, ins), first.at, request, namesOf(deposits));
  if (reply.status >= 500) throw new Error(`${request.path} ${reply.status} ${reply.text}`);
  if (reply.status >= 300) return false;
  judgeIds(bundled ? JSON.parse(reply.text) : undefined, reply.headers.location, deposits);
  return true;
}

function judgeIds(bundle: unknown, location: string | undefined, deposits: readonly Deposit[]): void {
  const locations = isObject(bundle)
    ? objectsOf(bundle.entry).map(({ response }) => (isObject(response) ? String(response.location) : ''))
    : [location ?? ''];
  for (const [at, deposit] of deposits.entries())
    if (!locations[at]?.includes(`${typeOf(deposit)}/${idOf(deposit)}/_history/1`))
      throw new Error(`${typeOf(deposit)}/${idOf(deposit)} was named ${locations[at]}`);
}

export type Written = { readonly world: World; readonly groups: readonly Group[]; readonly refused: number };

/** A Bundle that is refused for one entry is sent again entry by entry. */
export async function write(send: Send, world: World): Promise<Written> {
  const groups: Group[] = [];
  let refused = 0;
  const attempt = async (group: Group): Promise<void> => {
    const left = group.filter(
      (step) => isDeposit(step) || groups.flat().some((one) => isDeposit(one) && `${typeOf(one)}/${idOf(one)}` === step.on),
    );
    if (left.length === 0) return;
    if (await writeGroup(send, world, left)) groups.push(left);
    else if (left.length === 1) refused += 1;
    else for (const step of left) await attempt([step]);
  };
  for (const group of groupsOf(world)) await attempt(group);
  return { world: { ...world, steps: groups.flat() }, groups, refused };
}
