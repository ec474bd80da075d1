// A resource as XML, from its JSON text: every element in its turn, digits kept.
// https://hl7.org/fhir/R4/xml.html
import { isObject, type JsonObject, listOf, parseJson, typeOf } from '../../fhir/json.ts';
import type { Field, Layout, Layouts } from './layout.ts';
import { fhir } from './namespace.ts';
import { xmlOfDiv } from './narrative.ts';
import { escaped, textOfValue } from './primitive.ts';

type Writing = { readonly layouts: Layouts; readonly pretty: boolean; readonly parts: string[] };

/** `json`: text of one valid resource. Throws for what the definitions do not know. */
export function writeXml(layouts: Layouts, json: string, pretty: boolean): string {
  const resource = parseJson(json);
  if (!isObject(resource)) throw new Error('XML is written of a resource');
  const writing: Writing = { layouts, pretty, parts: ['<?xml version="1.0" encoding="UTF-8"?>'] };
  if (pretty) writing.parts.push('\n');
  writeResource(writing, resource, ` xmlns="${fhir}"`, 0);
  return writing.parts.join('');
}

function writeResource(writing: Writing, resource: JsonObject, namespace: string, depth: number): void {
  const type = typeOf(resource);
  writeObject(writing, { layout: writing.layouts.of(type), name: type, opening: namespace }, resource, depth);
}

type Element = {
  readonly layout: Layout;
  readonly name: string;
  /** Attributes besides those of the layout. */
  readonly opening: string;
};

function writeObject(writing: Writing, { layout, name, opening }: Element, object: JsonObject, depth: number): void {
  const { parts } = writing;
  parts.push(`<${name}${opening}`);
  for (const attribute of layout.attributes.keys())
    if (Object.hasOwn(object, attribute)) parts.push(` ${attribute}="${escaped(textOfValue(object[attribute]))}"`);
  const fields = fieldsIn(layout, object);
  if (fields.length === 0) return void parts.push('/>');
  parts.push('>');
  for (const field of fields) writeField(writing, field, object, depth + 1);
  indent(writing, depth);
  parts.push(`</${name}>`);
}

/** Those that the object has, each once, in their order. */
function fieldsIn({ node, elements, attributes, isResource }: Layout, object: JsonObject): readonly Field[] {
  const found: Field[] = [];
  let inOrder = true;
  for (const property of Object.keys(object)) {
    if (attributes.has(property) || (isResource && property === 'resourceType')) continue;
    const name = property.startsWith('_') ? property.slice(1) : property;
    const field = elements.get(name);
    if (field === undefined) throw new Error(`${node} has no element ${name}`);
    if (name !== property && Object.hasOwn(object, name)) continue;
    inOrder &&= field.turn >= (found.at(-1)?.turn ?? 0);
    found.push(field);
  }
  return inOrder ? found : found.sort((one, other) => one.turn - other.turn);
}

function writeField(writing: Writing, field: Field, object: JsonObject, depth: number): void {
  const values = listOf(object[field.name]);
  if (field.holds !== 'primitive') {
    for (const value of values) writeValue(writing, field, value, depth);
    return;
  }
  const companions = listOf(object[`_${field.name}`]);
  for (let index = 0; index < Math.max(values.length, companions.length); index += 1)
    writePrimitive(writing, field, values[index], companions[index], depth);
}

function writePrimitive(writing: Writing, { name }: Field, value: unknown, companion: unknown, depth: number): void {
  indent(writing, depth);
  const attribute = value === undefined || value === null ? '' : ` value="${escaped(textOfValue(value))}"`;
  if (isObject(companion))
    writeObject(writing, { layout: writing.layouts.of('Element'), name, opening: attribute }, companion, depth);
  else writing.parts.push(`<${name}${attribute}/>`);
}

function writeValue(writing: Writing, { name, holds, type }: Field, value: unknown, depth: number): void {
  indent(writing, depth);
  if (holds === 'narrative') {
    writing.parts.push(xmlOfDiv(String(value)));
  } else if (!isObject(value)) {
    throw new Error(`${name} is an object`);
  } else if (holds === 'object') {
    writeObject(writing, { layout: writing.layouts.of(type), name, opening: '' }, value, depth);
  } else {
    writing.parts.push(`<${name}>`);
    indent(writing, depth + 1);
    writeResource(writing, value, '', depth + 1);
    indent(writing, depth);
    writing.parts.push(`</${name}>`);
  }
}

function indent({ pretty, parts }: Writing, depth: number): void {
  if (pretty) parts.push(`\n${'  '.repeat(depth)}`);
}
