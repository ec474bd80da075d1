// The labels of a resource as they are stored: in meta.security, and on a document in securityLabel as well.
// https://hl7.org/fhir/R4/security-labels.html
import { visibilitySystem } from '../access/label.ts';
import { isObject, type JsonObject, objectsOf } from '../fhir/json.ts';
import { codingsOf } from './context.ts';

/** Visibility labels stand in securityLabel and, mirrored, in meta.security. */
export function withLabels(document: JsonObject): JsonObject {
  const meta = isObject(document.meta) ? document.meta : {};
  const inMeta = objectsOf(meta.security);
  const onDocument = codingsOf(document.securityLabel);
  const lacking = inMeta.filter(
    (label) => label.system === visibilitySystem && !onDocument.some((other) => labelName(other) === labelName(label)),
  );
  const securityLabel = [...objectsOf(document.securityLabel), ...lacking.map((label) => ({ coding: [label] }))];
  const security = [...new Map([...inMeta, ...onDocument].map((label) => [labelName(label), label])).values()];
  return {
    ...document,
    ...(security.length === 0 ? {} : { meta: { ...meta, security } }),
    ...(securityLabel.length === 0 ? {} : { securityLabel }),
  };
}

/** Tags, profiles and labels stay until they are taken away by a patch. https://hl7.org/fhir/R4/resource.html#tag-updates */
export function withKeptMeta(before: JsonObject, after: JsonObject): JsonObject {
  const [was, is] = [isObject(before.meta) ? before.meta : {}, isObject(after.meta) ? after.meta : {}];
  const kept = (name: 'security' | 'tag'): Readonly<Record<string, readonly JsonObject[]>> => {
    const all = new Map([...objectsOf(was[name]), ...objectsOf(is[name])].map((coding) => [labelName(coding), coding]));
    return all.size === 0 ? {} : { [name]: [...all.values()] };
  };
  return withMeta(after, { ...is, ...kept('security'), ...kept('tag') });
}

/** On a document the two places of a label agree: what was taken from one goes from both, what came to one comes to both. */
export function mirrored(before: JsonObject, after: JsonObject): JsonObject {
  if (!isList(after.securityLabel) || !isList(isObject(after.meta) ? after.meta.security : [])) return after;
  const [was, is] = [placesOf(before), placesOf(after)];
  const come = new Set([...is.meta.difference(was.meta), ...is.document.difference(was.document)]);
  const gone = new Set([...was.meta.difference(is.meta), ...was.document.difference(is.document)]).difference(come);
  const stays = (coding: JsonObject): boolean => !gone.has(labelName(coding));
  const meta = isObject(after.meta) ? after.meta : {};
  const securityLabel = objectsOf(after.securityLabel).flatMap((concept) => {
    const coding = objectsOf(concept.coding).filter(stays);
    if (concept.coding === undefined) return [concept];
    return coding.length === 0 ? [] : [{ ...concept, coding }];
  });
  return withLabels(
    withoutEmptyLabels({ ...after, meta: { ...meta, security: objectsOf(meta.security).filter(stays) }, securityLabel }),
  );
}

/** An empty list or object is no JSON of FHIR. */
export function withoutEmptyLabels({ securityLabel, meta, ...rest }: JsonObject): JsonObject {
  const { security, ...others } = isObject(meta) ? meta : {};
  const hasNone = Array.isArray(securityLabel) && securityLabel.length === 0;
  const hasNoSecurity = security === undefined || (Array.isArray(security) && security.length === 0);
  return {
    ...withMeta(rest, { ...others, ...(hasNoSecurity ? {} : { security }) }),
    ...(hasNone || securityLabel === undefined ? {} : { securityLabel }),
  };
}

function withMeta({ meta: _meta, ...rest }: JsonObject, meta: JsonObject): JsonObject {
  return Object.keys(meta).length === 0 ? rest : { ...rest, meta };
}

function isList(value: unknown): boolean {
  return value === undefined || Array.isArray(value);
}

type Places = { readonly meta: ReadonlySet<string>; readonly document: ReadonlySet<string> };

function placesOf({ meta, securityLabel }: JsonObject): Places {
  return {
    meta: new Set((isObject(meta) ? objectsOf(meta.security) : []).map(labelName)),
    document: new Set(codingsOf(securityLabel).map(labelName)),
  };
}

function labelName({ system, code }: JsonObject): string {
  return JSON.stringify([system, code]);
}
