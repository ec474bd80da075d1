// Two category maps: what counts as another document type, and who reads it therefore.
import { codeIn, type Matrix } from '../../access/habilitation.ts';
import { type JsonObject, objectsOf } from '../../fhir/json.ts';
import { counted, type Difference, type Display, difference } from './difference.ts';

type Mapped = {
  /** Condition ('' where there is none) to category, in order. */
  readonly rules: ReadonlyMap<string, string>;
  readonly date: string | undefined;
};

export function categoryDifference(
  before: JsonObject,
  after: JsonObject,
  habilitation: Matrix['habilitation'],
  display: Display,
): Difference {
  const [old, next] = [mappedIn(before), mappedIn(after)];
  const types = [...new Set([...old.keys(), ...next.keys()])];
  const changed = types.flatMap((type) => changesOf(type, old.get(type), next.get(type)));
  const reads = (profession: string, category: string | undefined): boolean =>
    category !== undefined && (habilitation.get(profession)?.includes(codeIn(category)) ?? false);
  const readers = (than: keyof Change, now: keyof Change): readonly string[] =>
    [...habilitation.keys()].flatMap((profession) =>
      changed
        .filter((change) => reads(profession, change[now]) && !reads(profession, change[than]))
        .map(({ what }) => `${display(profession)} reads ${what}`),
    );
  const named = (category: string | undefined): string => (category === undefined ? 'no document type' : display(category));
  const [more, less] = [readers('before', 'after'), readers('after', 'before')];
  return difference(
    [`${counted(more.length, 'reader')} more, ${less.length} less; what is stored already keeps its category and its date`],
    {
      more,
      less,
      notes: [
        ...changed.map((change) => `${change.what} counts as ${named(change.after)}, no longer as ${named(change.before)}`),
        ...types.flatMap((type) => orderOf(type, old.get(type), next.get(type))),
        ...types.flatMap((type) => datesOf(type, old.get(type)?.date, next.get(type)?.date)),
      ],
    },
  );
}

type Change = { readonly what: string; readonly before: string | undefined; readonly after: string | undefined };

/** Of what meets one condition and no other. */
function changesOf(type: string, before: Mapped | undefined, after: Mapped | undefined): readonly Change[] {
  const conditions = new Set([...(before?.rules.keys() ?? []), ...(after?.rules.keys() ?? []), '']);
  const category = (mapped: Mapped | undefined, condition: string): string | undefined =>
    mapped?.rules.get(condition) ?? mapped?.rules.get('');
  return [...conditions]
    .map((condition) => ({
      what: condition === '' ? type : `${type} where ${condition}`,
      before: category(before, condition),
      after: category(after, condition),
    }))
    .filter((change) => change.before !== change.after);
}

/** The first condition that holds decides: with the same ones in another order, what meets several changes. */
function orderOf(type: string, before: Mapped | undefined, after: Mapped | undefined): readonly string[] {
  const [old, next] = [[...(before?.rules.keys() ?? [])], [...(after?.rules.keys() ?? [])]];
  const both = [old.filter((one) => next.includes(one)), next.filter((one) => old.includes(one))];
  return both[0]?.join('\n') === both[1]?.join('\n') ? [] : [`${type}: its conditions are tried in another order`];
}

function datesOf(type: string, before: string | undefined, after: string | undefined): readonly string[] {
  return before === after ? [] : [`${type}: its main date is ${after ?? 'none'}, no longer ${before ?? 'none'}`];
}

function mappedIn(map: JsonObject): ReadonlyMap<string, Mapped> {
  return new Map(
    objectsOf(map.group).flatMap(({ target, element }) =>
      objectsOf(element).map(({ code, target: targets, extension }) => [
        String(code),
        {
          rules: new Map(
            objectsOf(targets).map((one) => [
              objectsOf(one.dependsOn)
                .map(({ value }) => String(value))
                .join(' and '),
              `${target}|${one.code}`,
            ]),
          ),
          date: objectsOf(extension)
            .map(({ valueString }) => valueString)
            .find((path) => typeof path === 'string'),
        },
      ]),
    ),
  );
}
