// `:in` and `:not-in`: the codes of a value set that the server has, named by its canonical.
// https://hl7.org/fhir/R4/search.html#token
import type { Filter } from '../filter/filter.ts';
import type { Asked } from './parameter-type.ts';
import { codesFilter } from './token.ts';
import { badValue, unescaped } from './value.ts';

export function inValueSet({ parameter, name, values, terminology }: Asked): Filter {
  const tokens = values.flatMap((value) => {
    const codes = terminology.valueSet(unescaped(name, value));
    if (codes === undefined) throw badValue(name, 'not the canonical of a value set that is known here');
    return [...codes].map((text) => {
      const at = text.indexOf('|');
      return { system: text.slice(0, at), code: text.slice(at + 1) };
    });
  });
  return codesFilter(name, parameter.code, tokens);
}
