// HTML from a template in which every value is escaped: nothing can be forgotten.
// https://html.spec.whatwg.org/multipage/syntax.html

const made = Symbol('html');

/** Made by `html` alone. */
export type Html = { readonly [made]: string };

type Value = string | number | undefined | Html | readonly Html[];

/** Attributes stand in double quotes. Nothing is written of what is undefined. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { [made]: parts.map((part, at) => part + written(values[at])).join('') };
}

export function textOf(page: Html): string {
  return page[made];
}

function written(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return made in value ? value[made] : value.map(textOf).join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
