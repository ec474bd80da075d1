// From a Consent to the neutral form of its provisions. Total: what is not understood is named, grants nothing, and never weakens a deny.
// https://hl7.org/fhir/R4/consent.html

import { type Interval, periodOf } from '../fhir/instant.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import type { Fault } from '../fhir/outcome.ts';
import { actReason } from '../identity/systems.ts';
import type { Actor, ConsentKind, ConsentRule, Provision } from './record.ts';
import type { Statute } from './statute.ts';

export const consentKind = 'https://carnet.example/fhir/CodeSystem/consent-kind';
const resourceTypes = 'http://hl7.org/fhir/resource-types';
const documentClasses = 'https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument';
const consentAction = 'http://terminology.hl7.org/CodeSystem/consentaction';
export const roleSystems: Readonly<Record<'IRCP' | 'PCP' | 'ATTPHYS', string>> = {
  IRCP: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
  PCP: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationFunction',
  ATTPHYS: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationFunction',
};

function isRole(code: unknown): code is keyof typeof roleSystems {
  return typeof code === 'string' && Object.hasOwn(roleSystems, code);
}

const modes = new Set(['TREAT', 'BTG', 'ETREAT']);
const elements = new Set([
  'id',
  'type',
  'period',
  'actor',
  'action',
  'purpose',
  'class',
  'code',
  'securityLabel',
  'dataPeriod',
  'data',
  'provision',
]);

const lists = ['actor', 'purpose', 'class', 'securityLabel', 'code', 'data', 'provision'];

/** What was looked up for it: actor references to business identifiers, `data` references to the ids that a deny covers: with what it superseded. */
export type Resolved = { readonly actors: ReadonlyMap<string, Actor>; readonly covered: ReadonlyMap<string, readonly string[]> };

export type CompiledConsent = { readonly rule: ConsentRule | undefined; readonly doubts: readonly Fault[] };

export function kindOf(consent: JsonObject): ConsentKind | undefined {
  const codes = objectsOf(consent.category)
    .flatMap(({ coding }) => objectsOf(coding))
    .filter(({ system }) => system === consentKind);
  const code = codes.length === 1 ? codes[0]?.code : undefined;
  return code === 'opening' || code === 'sharing' || code === 'mandate' || code === 'delegation' ? code : undefined;
}

/** `rule` is absent for a Consent that is not active, and for a permit that was not wholly understood. */
export function compileConsent(consent: JsonObject, resolved: Resolved, statute: Statute): CompiledConsent {
  const doubts: Fault[] = [];
  const doubt = (text: string, expression: string): void => void doubts.push({ text, expression, code: 'not-supported' });
  const kind = kindOf(consent);
  if (kind === undefined) doubt('exactly one category of consent-kind is required', 'Consent.category');
  const reader = new ProvisionReader(resolved, statute, doubt);
  const root = reader.read(consent.provision, 'Consent.provision', undefined);
  const role = reader.roles.size === 1 ? [...reader.roles][0] : undefined;
  if (reader.roles.size > 1) doubt('one declaration names one role', 'Consent.provision.actor');
  if (consent.status !== 'active') return { rule: undefined, doubts };
  if (root === undefined || kind === undefined || (root.type === 'permit' && doubts.length > 0))
    return { rule: undefined, doubts };
  const id = textOf(consent.id) ?? '';
  return { rule: role === undefined ? { id, kind, root } : { id, kind, root, role }, doubts };
}

type Doubt = (text: string, expression: string) => void;
type Part = Partial<Omit<Provision, 'type' | 'provisions'>>;

class ProvisionReader {
  readonly roles = new Set<'PCP' | 'ATTPHYS'>();
  readonly #resolved: Resolved;
  readonly #statute: Statute;
  readonly #doubt: Doubt;
  #count = 0;

  constructor(resolved: Resolved, statute: Statute, doubt: Doubt) {
    this.#resolved = resolved;
    this.#statute = statute;
    this.#doubt = doubt;
  }

  /** Undefined: a permit that was not wholly understood. A root of no readable type denies everything. */
  read(node: unknown, path: string, above: 'permit' | 'deny' | undefined): Provision | undefined {
    let understood = true;
    const doubt: Doubt = (text, expression) => {
      understood = false;
      this.#count += 1;
      this.#doubt(text, expression);
    };
    if (!isObject(node) || (node.type !== 'permit' && node.type !== 'deny')) {
      doubt('type must be permit or deny', `${path}.type`);
      return above === undefined ? { type: 'deny', provisions: [] } : undefined;
    }
    const { type } = node;
    if (type === above) doubt('a nested provision is the opposite of the level above', `${path}.type`);
    for (const name of Object.keys(node)) {
      if (!elements.has(name)) doubt('this element is not understood here', `${path}.${name}`);
    }
    const odd = lists.filter((name) => node[name] !== undefined && !isList(node[name]));
    for (const name of odd) doubt('a list of elements is required', `${path}.${name}`);
    // What is no list restricts nothing.
    const readable = Object.fromEntries(Object.entries(node).filter(([name]) => !odd.includes(name)));
    const parts = Object.assign({}, ...this.#parts(readable, path, doubt, above)) as Part;
    const before = this.#count;
    const nested = objectsOf(readable.provision).map((child, at) => this.read(child, `${path}.provision[${at}]`, type));
    if (this.#count > before) understood = false;
    if (!understood && (type === 'permit' || above === type)) return undefined;
    return { type, ...parts, provisions: nested.filter((child) => child !== undefined) };
  }

  #parts(node: JsonObject, path: string, doubt: Doubt, above: 'permit' | 'deny' | undefined): Part[] {
    return [
      this.#period('period', node.period, path, doubt),
      this.#period('dataPeriod', node.dataPeriod, path, doubt),
      this.#actors(node, path, doubt, above),
      this.#action(node, path, doubt),
      this.#purposes(node, path, doubt),
      this.#classes(node, path, doubt),
      this.#codes(node, path, doubt),
      this.#labels(node, path, doubt),
      this.#data(node, path, doubt),
    ];
  }

  #period(name: 'period' | 'dataPeriod', value: unknown, path: string, doubt: Doubt): Part {
    if (value === undefined) return {};
    const interval: Interval | undefined = isObject(value) ? periodOf(value) : undefined;
    if (interval !== undefined && interval.low <= interval.high) return { [name]: interval };
    doubt('this period cannot be read', `${path}.${name}`);
    return {};
  }

  #actors(node: JsonObject, path: string, doubt: Doubt, above: 'permit' | 'deny' | undefined): Part {
    if (node.actor === undefined) return {};
    const actors = objectsOf(node.actor).map((actor, at) => {
      const coding = isObject(actor.role) ? objectsOf(actor.role.coding) : [];
      const role = coding.find(({ system, code }) => isRole(code) && roleSystems[code] === system)?.code;
      if (role === undefined) doubt('the role must be IRCP, PCP or ATTPHYS', `${path}.actor[${at}].role`);
      const declares = role === 'PCP' || role === 'ATTPHYS';
      if (declares && above !== undefined) doubt('a declaration stands at the root', `${path}.actor[${at}].role`);
      else if (declares) this.roles.add(role);
      const known = this.#resolved.actors.get(actorKey(actor.reference));
      if (known === undefined) doubt('this actor has no business identifier', `${path}.actor[${at}].reference`);
      return known;
    });
    const found = actors.filter((actor) => actor !== undefined);
    return found.length === actors.length ? { actors: found } : {};
  }

  #action(node: JsonObject, path: string, doubt: Doubt): Part {
    const codings = objectsOf(node.action).flatMap(({ coding }) => objectsOf(coding));
    if (
      node.action !== undefined &&
      !(codings.length === 1 && codings[0]?.code === 'access' && codings[0].system === consentAction)
    ) {
      doubt('the only action is access', `${path}.action`);
    }
    return {};
  }

  #purposes(node: JsonObject, path: string, doubt: Doubt): Part {
    if (node.purpose === undefined) return {};
    const purposes = objectsOf(node.purpose).map(({ system, code }, at) => {
      if (system === actReason && typeof code === 'string' && modes.has(code)) return code;
      doubt('the purpose must be TREAT, BTG or ETREAT', `${path}.purpose[${at}]`);
      return undefined;
    });
    const found = purposes.filter((purpose) => purpose !== undefined);
    return found.length === purposes.length ? { purposes: found } : {};
  }

  #classes(node: JsonObject, path: string, doubt: Doubt): Part {
    if (node.class === undefined) return {};
    const types: string[] = [];
    const classes: string[] = [];
    let understood = true;
    objectsOf(node.class).forEach(({ system, code }, at) => {
      if (system === resourceTypes && typeof code === 'string') types.push(code);
      else if (system === documentClasses && typeof code === 'string') classes.push(`${code}|${system}`);
      else {
        understood = false;
        doubt('the class must be a resource type or a document class of TRE_A03', `${path}.class[${at}]`);
      }
    });
    return understood ? { types, classes } : {};
  }

  #codes(node: JsonObject, path: string, doubt: Doubt): Part {
    if (node.code === undefined) return {};
    const codes = objectsOf(node.code).flatMap(({ coding }, at) => {
      const known = objectsOf(coding).filter(({ system, code }) => this.#statute.documentTypes.has(`${system}|${code}`));
      if (known.length === 0) doubt('the code must be a document type of the habilitation matrix', `${path}.code[${at}]`);
      return known.length === 0 ? [undefined] : known.map(({ code }) => textOf(code));
    });
    const found = codes.filter((code) => code !== undefined);
    return found.length === codes.length ? { codes: found } : {};
  }

  #labels(node: JsonObject, path: string, doubt: Doubt): Part {
    if (node.securityLabel === undefined) return {};
    const labels = objectsOf(node.securityLabel).map(({ system, code }, at) => {
      if (typeof code === 'string' && typeof system === 'string') return `${code}|${system}`;
      doubt('a label has system and code', `${path}.securityLabel[${at}]`);
      return undefined;
    });
    const found = labels.filter((label) => label !== undefined);
    return found.length === labels.length ? { labels: found } : {};
  }

  #data(node: JsonObject, path: string, doubt: Doubt): Part {
    if (node.data === undefined) return {};
    const data = objectsOf(node.data).map(({ meaning, reference }, at) => {
      if (meaning !== 'instance') doubt('the meaning must be instance', `${path}.data[${at}].meaning`);
      const literal = isObject(reference) ? textOf(reference.reference) : undefined;
      if (literal === undefined) doubt('a literal reference is required', `${path}.data[${at}].reference`);
      if (meaning !== 'instance' || literal === undefined) return undefined;
      const covered = node.type === 'deny' ? this.#resolved.covered.get(literal) : undefined;
      return covered ?? [literal.slice(literal.lastIndexOf('/') + 1)];
    });
    return data.includes(undefined) ? {} : { data: data.flatMap((ids) => ids ?? []) };
  }
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isObject);
}

/** How a Reference is looked up among resolved actors: its business identifier, else its literal. */
export function actorKey(reference: unknown): string {
  if (!isObject(reference)) return '';
  if (isObject(reference.identifier))
    return `${textOf(reference.identifier.system) ?? ''}|${textOf(reference.identifier.value) ?? ''}`;
  return textOf(reference.reference) ?? '';
}

/** Every actor Reference and every `data` literal anywhere in the provisions. */
export function referencesOf(consent: JsonObject): { readonly actors: readonly JsonObject[]; readonly data: readonly string[] } {
  const provisions = (node: unknown): JsonObject[] => objectsOf(node).flatMap((one) => [one, ...provisions(one.provision)]);
  const found = provisions(consent.provision);
  return {
    actors: found.flatMap((one) => objectsOf(one.actor).map(({ reference }) => reference)).filter(isObject),
    data: found
      .flatMap((one) =>
        objectsOf(one.data).map(({ reference }) => (isObject(reference) ? textOf(reference.reference) : undefined)),
      )
      .filter((literal) => literal !== undefined),
  };
}
