// One field of a form: its label, its hint, and what is wrong with it, tied together for whoever does not see them.
// https://www.w3.org/WAI/tutorials/forms/, https://www.w3.org/TR/WCAG22/#identify-input-purpose
import { type Html, html } from './html.ts';

export type Field = {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly type?: 'text' | 'password';
  /** https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill */
  readonly autocomplete: 'username' | 'current-password' | 'new-password' | 'one-time-code' | 'off';
  readonly numeric?: true;
  readonly value?: string;
  readonly fault?: string;
  /** Where the reader begins. */
  readonly first?: boolean;
};

export function fieldOf(field: Field): Html {
  const { name, label, hint, type = 'text', autocomplete, numeric, value, fault, first } = field;
  const tied = [...(fault === undefined ? [] : [`${name}-faute`]), ...(hint === undefined ? [] : [`${name}-aide`])];
  return html`<label for="${name}">${label}</label>
${hint === undefined ? undefined : html`<p class="hint" id="${name}-aide">${hint}</p>\n`}${
  fault === undefined ? undefined : html`<p class="fault" id="${name}-faute">${fault}</p>\n`
}<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" autocapitalize="none" spellcheck="false" required${
    numeric ? html` inputmode="numeric"` : undefined
  }${value === undefined || value === '' ? undefined : html` value="${value}"`}${
    tied.length === 0 ? undefined : html` aria-describedby="${tied.join(' ')}"`
  }${fault === undefined ? undefined : html` aria-invalid="true"`}${first ? html` autofocus` : undefined}>
`;
}

/** Read out as soon as the page is there. */
export function alertOf(text: string | undefined): Html | undefined {
  return text === undefined ? undefined : html`<div class="alert" role="alert"><p>${text}</p></div>\n`;
}
