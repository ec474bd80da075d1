// The entries of a Provide Document Bundle, each in its slice: these and no others, each with its methods and its number.
// https://profiles.ihe.net/ITI/MHD/StructureDefinition-IHE.MHD.Minimal.ProvideBundle.html
import { isObject, type JsonObject, objectsOf, textOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import { parseReference } from '../../fhir/reference.ts';

export type SliceName = 'SubmissionSet' | 'DocumentRefs' | 'UpdateDocumentRefs' | 'Documents' | 'Folders' | 'Patient';

export type Slice = {
  /** `Bundle.entry[3]`. */
  readonly at: string;
  readonly name: SliceName;
  readonly resource: JsonObject;
  readonly method: string;
  /** Of the request. */
  readonly url: string;
  readonly fullUrl: string | undefined;
};

export type Sliced = { readonly slices: readonly Slice[]; readonly faults: readonly Fault[] };

type Rule = { readonly min: number; readonly max: number; readonly methods: readonly string[]; readonly is: string };

const rules: Readonly<Record<SliceName, Rule>> = {
  SubmissionSet: { min: 1, max: 1, methods: ['POST'], is: 'a List with code submissionset' },
  DocumentRefs: { min: 1, max: Number.POSITIVE_INFINITY, methods: ['POST'], is: 'a DocumentReference' },
  UpdateDocumentRefs: { min: 0, max: Number.POSITIVE_INFINITY, methods: ['PATCH'], is: 'the Parameters of a patch' },
  Documents: { min: 0, max: Number.POSITIVE_INFINITY, methods: ['POST'], is: 'a Binary' },
  Folders: { min: 0, max: Number.POSITIVE_INFINITY, methods: ['POST', 'PUT'], is: 'a List with code folder' },
  Patient: { min: 0, max: 1, methods: ['GET', 'POST', 'PUT'], is: 'a Patient' },
};
const names: readonly SliceName[] = ['SubmissionSet', 'DocumentRefs', 'UpdateDocumentRefs', 'Documents', 'Folders', 'Patient'];

/** Of MHD's profiles and extensions. */
export const extensions = 'https://profiles.ihe.net/ITI/MHD/StructureDefinition';
export const listTypes = 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes';

export function slicesOf({ entry }: JsonObject): Sliced {
  const read = objectsOf(entry).map((one, index) => readSlice(one, `Bundle.entry[${index}]`));
  const slices = read.filter((one) => 'name' in one);
  const faults = read.filter((one) => 'text' in one);
  // A List that does not say which it is may be the one that seems to be missing.
  const isUnsure = faults.some(({ expression }) => expression?.endsWith('.resource.code'));
  return { slices, faults: [...faults, ...slices.flatMap(methodFault), ...numberFaults(slices, isUnsure)] };
}

function readSlice({ resource, request, fullUrl }: JsonObject, at: string): Slice | Fault {
  const sent = isObject(resource) ? resource : {};
  const asked = isObject(request) ? request : {};
  const method = textOf(asked.method) ?? '';
  const name = nameOf(sent, method);
  if (name !== undefined) return { at, name, resource: sent, method, url: textOf(asked.url) ?? '', fullUrl: textOf(fullUrl) };
  if (sent.resourceType === 'List')
    return {
      code: 'value',
      expression: `${at}.resource.code`,
      text: `Give the List exactly one code of ${listTypes}: submissionset or folder`,
    };
  if (sent.resourceType === 'Bundle')
    return {
      code: 'not-supported',
      expression: `${at}.resource`,
      text: 'FHIRDocumentNotSupported: send the document as a Binary (PDF, CDA), not as a Bundle',
    };
  return {
    code: 'structure',
    expression: `${at}.resource`,
    text: 'A Provide Document Bundle carries List, DocumentReference, Binary, Parameters and Patient: send anything else by itself',
  };
}

function nameOf(resource: JsonObject, method: string): SliceName | undefined {
  switch (resource.resourceType) {
    case 'DocumentReference':
      return 'DocumentRefs';
    case 'Parameters':
      return 'UpdateDocumentRefs';
    case 'Binary':
      return 'Documents';
    case 'Patient':
      return 'Patient';
    case 'List': {
      const [type, second] = typesOf(resource);
      if (second !== undefined) return undefined;
      return type === 'submissionset' ? 'SubmissionSet' : type === 'folder' ? 'Folders' : undefined;
    }
    default:
      // Nothing is sent with a GET.
      return resource.resourceType === undefined && method === 'GET' ? 'Patient' : undefined;
  }
}

function typesOf({ code }: JsonObject): readonly unknown[] {
  return isObject(code) ? objectsOf(code.coding).flatMap((coding) => (coding.system === listTypes ? [coding.code] : [])) : [];
}

function methodFault({ at, name, method, url }: Slice): readonly Fault[] {
  const { methods, is } = rules[name];
  if (!methods.includes(method))
    return [{ code: 'value', expression: `${at}.request.method`, text: `Send ${is} by ${methods.join(' or ')}` }];
  if (name === 'Patient' && method === 'GET' && !/^(https?:\/\/\S+\/)?Patient[/?]/.test(url))
    return [{ code: 'value', expression: `${at}.request.url`, text: 'Only a Patient is got here' }];
  return [];
}

function numberFaults(slices: readonly Slice[], isUnsure: boolean): readonly Fault[] {
  return names.flatMap((name): readonly Fault[] => {
    const { min, max, is } = rules[name];
    const found = slices.filter((slice) => slice.name === name);
    const [, second] = found;
    if (max === 1 && second !== undefined)
      return [{ code: 'structure', expression: second.at, text: `Send ${is} once: this is the second` }];
    if (found.length >= min || (name === 'SubmissionSet' && isUnsure)) return [];
    return [{ code: 'required', expression: 'Bundle.entry', text: `Add an entry with ${is}` }];
  });
}

export type Lookup = (reference: unknown, from: Slice) => Slice | undefined;

/** The entry that a reference leads to: by its fullUrl, or relative to the one who refers. https://hl7.org/fhir/R4/bundle.html#references */
export function lookupIn(slices: readonly Slice[]): Lookup {
  const byName = new Map(slices.flatMap((slice) => (slice.fullUrl === undefined ? [] : [[slice.fullUrl, slice] as const])));
  const bases = new Map<Slice, string | undefined>();
  return (reference, from) => {
    if (typeof reference !== 'string') return undefined;
    const found = byName.get(reference);
    if (found !== undefined) return found;
    if (!bases.has(from)) bases.set(from, parseReference(from.fullUrl ?? '')?.base);
    const base = bases.get(from);
    return base === undefined ? undefined : byName.get(`${base}/${reference}`);
  };
}

export function ofSlice(slices: readonly Slice[], name: SliceName): readonly Slice[] {
  return slices.filter((slice) => slice.name === name);
}

/** By id or by criteria, of this server or another. */
export function isDocumentAddress(text: string | undefined): boolean {
  return text !== undefined && /(^|\/)DocumentReference[/?]./.test(text);
}
