// XML as events, part by part; refused where it is not well-formed, or larger or deeper than JSON may be.
// https://hl7.org/fhir/R4/xml.html, https://www.w3.org/TR/xml/, https://www.w3.org/TR/xml-names/
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { deepestJson, mostValues } from '../../fhir/json-fault.ts';
import { Refusal } from '../../fhir/outcome.ts';
import { notXml } from './fault.ts';

export type Tag = SaxesTagNS;

export type Events = {
  /** `end`: the index in the text after the tag. */
  readonly open: (tag: Tag, end: number) => void;
  readonly close: (end: number) => void;
  /** Text that is not blank. */
  readonly text: () => void;
};

/** Characters that are parsed at once: some milliseconds. */
const part = 131_072;
const mostAttributes = 64;

/** A step a part. `text` without carriage returns: no parser passes them on. Throws a Refusal, its own or one of the events. */
export function* parseXml(text: string, events: Events): Generator<undefined> {
  // The parser's own count of lines costs a fifth of the time.
  const parser = new SaxesParser({ xmlns: true, position: false });
  const bounds = boundsOf(() => placeOf(text, parser.position));
  parser.on('xmldecl', ({ version, encoding }) => judgeDeclaration(version, encoding));
  parser.on('attribute', bounds.attribute);
  parser.on('opentag', (tag) => {
    bounds.enter();
    events.open(tag, parser.position);
  });
  parser.on('closetag', () => {
    bounds.leave();
    events.close(parser.position);
  });
  parser.on('text', (value) => (/[^ \t\n]/.test(value) ? events.text() : undefined));
  try {
    for (let at = 0; at < text.length; at += part) {
      parser.write(text.slice(at, at + part));
      yield;
    }
    parser.close();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw notXml(`This is not well-formed XML, ${placeOf(text, parser.position)}`);
  }
}

function placeOf(text: string, position: number): string {
  const before = text.slice(0, position);
  return `at line ${before.split('\n').length}, column ${before.length - before.lastIndexOf('\n') - 1}`;
}

function judgeDeclaration(version: string | undefined, encoding: string | undefined): void {
  if (version !== '1.0') throw notXml('Only XML 1.0 is taken');
  if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') throw notXml('Only UTF-8 is taken');
}

type Bounds = { readonly enter: () => void; readonly leave: () => void; readonly attribute: () => void };

function boundsOf(place: () => string): Bounds {
  let depth = 0;
  let values = 0;
  let attributes = 0;
  const count = (): void => {
    values += 1;
    if (values > mostValues)
      throw new Refusal('too-large', [{ text: `More than ${mostValues} elements and attributes, ${place()}` }]);
  };
  return {
    attribute: () => {
      count();
      attributes += 1;
      if (attributes > mostAttributes) throw notXml(`More than ${mostAttributes} attributes, ${place()}`);
    },
    enter: () => {
      count();
      attributes = 0;
      depth += 1;
      if (depth > deepestJson) throw notXml(`Nested more than ${deepestJson} levels deep, ${place()}`, undefined, 'too-long');
    },
    leave: () => {
      depth -= 1;
    },
  };
}
