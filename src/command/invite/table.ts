// A file of persons, line by line: CSV with a header, or NDJSON. A line that cannot be read stops none of the others.
// https://www.rfc-editor.org/rfc/rfc4180 (one line a record), https://github.com/ndjson/ndjson-spec
import { open } from 'node:fs/promises';
import { isObject, type JsonObject, parseJson } from '../../fhir/json.ts';
import { StartError } from '../start-error.ts';

export type Fields = ReadonlyMap<string, string>;
/** `at`: the number of the line, from 1. */
export type Line = { readonly at: number } & ({ readonly fields: Fields } | { readonly fault: string });
export type Table = {
  readonly columns: readonly string[];
  readonly separator: string;
  /** Once. */
  readonly lines: AsyncIterable<Line>;
};

type Reader = Pick<Table, 'columns' | 'separator'> & {
  /** The text of a line → its fields, or what is wrong with it. */
  readonly read: (text: string) => Fields | string;
  /** The first line is a person already. */
  readonly isData: boolean;
};

const separators = [',', ';', '\t'];
const byteOrderMark = '\uFEFF';

/** Throws StartError where the first line does not tell what the columns are. */
export async function openTable(path: string): Promise<Table> {
  const texts = textsOf(path);
  const { value: first } = await texts.next();
  const reader = readerOf((first ?? '').replace(byteOrderMark, ''));
  return {
    columns: reader.columns,
    separator: reader.separator,
    lines: linesOf(reader, first ?? '', texts),
  };
}

async function* textsOf(path: string): AsyncGenerator<string, undefined> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new StartError(`${path} cannot be read (${error.code ?? 'unknown failure'})`);
  });
  yield* file.readLines({ encoding: 'utf8' });
}

async function* linesOf({ read, isData }: Reader, first: string, texts: AsyncIterable<string>): AsyncGenerator<Line> {
  let at = 1;
  const lineOf = (text: string): Line => {
    const found = faultIn(text) ?? read(text);
    return typeof found === 'string' ? { at, fault: found } : { at, fields: found };
  };
  if (isData) yield lineOf(first.replace(byteOrderMark, ''));
  for await (const text of texts) {
    at += 1;
    if (text.trim() !== '') yield lineOf(text);
  }
}

function faultIn(text: string): string | undefined {
  return text.includes('\uFFFD') ? 'is not UTF-8' : undefined;
}

function readerOf(first: string): Reader {
  return first.trimStart().startsWith('{') ? ndjson(first) : csv(first);
}

function csv(header: string): Reader {
  const counted = separators.map((separator) => ({ separator, count: header.split(separator).length }));
  const { separator } = counted.toSorted((a, b) => b.count - a.count)[0] ?? { separator: ',' };
  const columns = fieldsOf(header, separator)?.map((name) => name.trim());
  if (columns === undefined) throw new StartError('The first line must name the columns');
  return {
    columns,
    separator,
    isData: false,
    read: (text) => {
      const fields = fieldsOf(text, separator);
      if (fields === undefined) return 'has quotation marks that do not match';
      if (fields.length !== columns.length) return `has ${fields.length} columns, the first line ${columns.length}`;
      return new Map(columns.map((name, at) => [name, fields[at] ?? '']));
    },
  };
}

/** Undefined where quotation marks do not match. */
function fieldsOf(line: string, separator: string): readonly string[] | undefined {
  const field = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}]*))(${separator}|$)`, 'y');
  const fields: string[] = [];
  for (;;) {
    const found = field.exec(line);
    if (found === null) return undefined;
    const [, quoted, plain = '', end] = found;
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '') return fields;
  }
}

function ndjson(first: string): Reader {
  const columns = Object.keys(objectIn(first) ?? {});
  const read = (text: string): Fields | string => {
    const object = objectIn(text);
    if (object === undefined) return 'is no JSON object';
    const fields = Object.entries(object);
    if (fields.some(([name]) => !columns.includes(name))) return 'has a member that the first line has not';
    const texts = fields.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []));
    return texts.length < fields.length ? 'has a member that is no text' : new Map(texts);
  };
  return { columns, separator: ',', isData: true, read };
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A line of CSV, its end included. */
export function writtenLine(values: readonly string[], separator: string): string {
  const written = values.map((value) =>
    /["\r\n]/.test(value) || value.includes(separator) ? `"${value.replaceAll('"', '""')}"` : value,
  );
  return `${written.join(separator)}\r\n`;
}
