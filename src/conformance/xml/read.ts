// A resource as JSON, from the XML that somebody sent: known elements in their order, or a Refusal that names the place.
// https://hl7.org/fhir/R4/xml.html
import { setImmediate } from 'node:timers/promises';
import type { JsonObject } from '../../fhir/json.ts';
import { notXml } from './fault.ts';
import type { Field, Layout, Layouts } from './layout.ts';
import { judgeMarkup } from './markup.ts';
import { fhir, schemaInstance, xhtml, xmlns } from './namespace.ts';
import { inNamespace, isXhtml } from './narrative.ts';
import { begin, finish, give, type Holder, type Open, pathOf } from './open.ts';
import { parseXml, type Tag } from './parse.ts';
import { valueOfText } from './primitive.ts';

type Reading = { readonly layouts: Layouts; readonly text: string; readonly open: Open[]; root: JsonObject | undefined };

/** Others have their turn between the parts of a large text. */
export async function readXml(layouts: Layouts, sent: string): Promise<JsonObject> {
  judgeMarkup(sent);
  const text = sent.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const reading: Reading = { layouts, text, open: [], root: undefined };
  const events = {
    open: (tag: Tag, end: number) => void reading.open.push(opened(reading, tag, end)),
    close: (end: number) => close(reading, end),
    text: () => judgeText(reading),
  };
  for (const _ of parseXml(text, events)) await setImmediate();
  if (reading.root === undefined) throw notXml('The body must be one resource');
  return reading.root;
}

function judgeText({ open }: Reading): void {
  const within = open.at(-1);
  if (within?.holds === 'elements' || within?.holds === 'resource')
    throw notXml('Text stands in value attributes alone', innermost(open));
}

function innermost(open: readonly Open[]): string | undefined {
  const last = open.at(-1);
  return pathOf(open.slice(0, -1)) ?? (last?.holds === 'elements' ? last.layout.node : undefined);
}

function opened(reading: Reading, tag: Tag, end: number): Open {
  const { open } = reading;
  const within = open.at(-1);
  switch (within?.holds) {
    case undefined:
      return openedResource(reading, tag, (resource) => {
        reading.root = resource;
      });
    case 'anything':
      return within;
    case 'narrative':
      judgeXhtml(tag, open);
      return within;
    case 'resource':
      if (within.resource !== undefined) throw notXml('One resource is expected here', pathOf(open));
      return openedResource(reading, tag, (resource) => {
        within.resource = resource;
      });
    case 'elements':
      return openedElement(reading, within, tag, end);
  }
}

function openedResource({ layouts, open }: Reading, tag: Tag, found: (resource: JsonObject) => void): Open {
  const { uri, local } = tag;
  if (uri !== fhir) throw notXml(`The elements of a resource are in the namespace ${fhir}`, pathOf(open));
  const object: Record<string, unknown> = { resourceType: local };
  found(object);
  if (!layouts.isKnown(local)) return { holds: 'anything' };
  const layout = layouts.of(local);
  judgeAttribute(takeAttributes(tag, object, layout), open, local);
  return { holds: 'elements', layout, object, run: undefined };
}

function openedElement({ layouts, open, text }: Reading, within: Holder, tag: Tag, end: number): Open {
  const field = fieldOf(open, within, tag);
  switch (field.holds) {
    case 'narrative':
      judgeXhtml(tag, open);
      return { holds: 'narrative', from: text.lastIndexOf('<', end - 1), declared: tag.attributes.xmlns !== undefined };
    case 'resource':
      judgeAttribute(takeAttributes(tag, {}), open);
      return { holds: 'resource', resource: undefined };
    case 'object':
      return openedObject(open, tag, layouts.of(field.type));
    case 'primitive':
      return {
        ...openedObject(open, tag, layouts.of('Element'), 'value'),
        primitive: { value: primitiveValue(open, tag, field) },
      };
  }
}

/** The element that a tag begins: one of those that may stand here, in its turn. */
function fieldOf(open: readonly Open[], within: Holder, { uri, local }: Tag): Field {
  const field = within.layout.elements.get(local);
  const fault = field === undefined ? 'unknown element' : (wrongNamespace(field, uri) ?? begin(within, field));
  if (field !== undefined && fault === undefined) return field;
  throw notXml(fault ?? '', below(innermost(open), local));
}

function below(path: string | undefined, name: string): string | undefined {
  return path !== undefined && /^\w{1,64}$/.test(name) ? `${path}.${name}` : path;
}

function wrongNamespace({ holds }: Field, uri: string): string | undefined {
  return holds === 'narrative' || uri === fhir ? undefined : `The elements of a resource are in the namespace ${fhir}`;
}

function openedObject(open: readonly Open[], tag: Tag, layout: Layout, apart?: string): Holder {
  const object: Record<string, unknown> = {};
  judgeAttribute(takeAttributes(tag, object, layout, apart), open);
  return { holds: 'elements', layout, object, run: undefined };
}

/** Those of the layout, into the object; the name of the first that may not stand there. */
function takeAttributes(
  { attributes }: Tag,
  object: Record<string, unknown>,
  layout?: Layout,
  apart?: string,
): string | undefined {
  for (const { uri, local, value } of Object.values(attributes)) {
    if (uri === xmlns || (uri === '' && local === apart)) continue;
    // It says nothing of the resource.
    if (uri === schemaInstance && local === 'schemaLocation' && layout?.isResource) continue;
    const field = uri === '' ? layout?.attributes.get(local) : undefined;
    if (field === undefined) return local;
    object[field.name] = valueOfText(field.type, value);
  }
  return undefined;
}

/** `type`: of a resource, which has no path where it is the outermost. */
function judgeAttribute(odd: string | undefined, open: readonly Open[], type?: string): void {
  if (odd !== undefined) throw notXml('unknown attribute', below(pathOf(open) ?? type, odd));
}

function judgeXhtml(tag: Tag, open: readonly Open[]): void {
  if (!isXhtml(tag)) throw notXml(`A narrative is XHTML without a prefix, in the namespace ${xhtml}`, pathOf(open));
}

function primitiveValue(open: readonly Open[], { attributes }: Tag, { type }: Field): unknown {
  const text = attributes.value?.value;
  if (text === undefined) return null;
  const value = valueOfText(type, text);
  if (value === undefined) throw notXml(`not a valid ${type}`, pathOf(open));
  return value;
}

function close({ open, text }: Reading, end: number): void {
  const closed = open.pop();
  const within = open.at(-1);
  // What is passed over or kept as text is so with all that is in it.
  if (closed === undefined || closed === within) return;
  if (closed.holds === 'narrative') give(within, divOf(text.slice(closed.from, end), closed.declared));
  else if (closed.holds === 'elements') closeElements(open, closed, within);
  else if (closed.holds === 'resource') closeResource(open, closed.resource, within);
}

/** A div that stands where XHTML is the default anyway need not say so, in JSON it must. */
function divOf(text: string, declared: boolean): string {
  return declared ? text : inNamespace(text);
}

function closeResource(open: readonly Open[], resource: JsonObject | undefined, within: Open | undefined): void {
  if (resource === undefined) throw notXml('A resource is expected here', pathOf(open));
  give(within, resource);
}

function closeElements(open: readonly Open[], closed: Holder, within: Open | undefined): void {
  finish(closed);
  const { object, primitive } = closed;
  if (primitive === undefined) {
    give(within, object);
    return;
  }
  const companion = Object.keys(object).length === 0 ? null : object;
  if (primitive.value === null && companion === null) throw notXml('an element has a value or children', pathOf(open));
  give(within, primitive.value, companion);
}
