// `:above` and `:below`: the codes that a code has above or below it in its code system, itself among them.
// Of a code system that is not known here nobody can tell: that is refused, an answer would be silently incomplete.
// https://hl7.org/fhir/R4/search.html#subsumption
import type { Direction } from '../conformance/conformance.ts';
import type { Filter } from '../filter/filter.ts';
import type { Asked } from './parameter-type.ts';
import { type Coded, codesFilter, parseToken } from './token.ts';
import { badValue } from './value.ts';

export function subsuming(direction: Direction, asked: Asked): Filter {
  const { parameter, name, values } = asked;
  return codesFilter(
    name,
    parameter.code,
    values.flatMap((value) => subsumed(direction, asked, value)),
  );
}

function subsumed(direction: Direction, { parameter, name, terminology }: Asked, value: string): readonly Coded[] {
  const { code, system = parameter.systems?.get(code ?? '') } = parseToken(name, value);
  if (code === undefined || system === undefined || system === '') throw badValue(name, 'system|code');
  const codes = terminology.subsumed(direction, system, code);
  if (codes === undefined) throw badValue(name, 'the hierarchy of this code system is not known here');
  return [...codes].map((one) => ({ system, code: one }));
}
