// Names by their sound in French: each word is indexed as it is spoken (`phonetic|lefevr`), whatever the spelling of its sounds.
// https://hl7.org/fhir/R4/patient.html#search (phonetic)
import { and, equals, type Filter, or } from '../filter/filter.ts';
import { fold } from './fold.ts';
import type { Asked, Entries, ParameterType } from './parameter-type.ts';
import { stringsOf, stringType } from './string.ts';
import { badValue, unescaped } from './value.ts';

/** One after the other. Capitals are sounds that no letter has: nasals A, I, O, and S for ch, N for gn, U for ou. */
const sounds: readonly (readonly [spelling: RegExp, sound: string])[] = [
  [/ph/g, 'f'],
  [/ch(?=[rl])|ck|qu|q/g, 'k'],
  [/sch|ch|sh/g, 'S'],
  [/h/g, ''],
  [/gn/g, 'N'],
  [/gu(?=[eiy])/g, 'G'],
  [/ge(?=[ao])|g(?=[eiy])/g, 'j'],
  [/G/g, 'g'],
  [/sc(?=[eiy])|c(?=[eiy])/g, 's'],
  [/c/g, 'k'],
  [/b(?=v)/g, ''],
  [/w/g, 'v'],
  [/y/g, 'i'],
  [/(?<=.)(?:[stdxz]|(?<=[aou])l[td])+$/, ''],
  [/x/g, 'ks'],
  [/z/g, 's'],
  [/(?:eau|au)l?$|eau|au/g, 'o'],
  [/oeu|eu/g, 'e'],
  [/ou/g, 'U'],
  [/(?:ai|ei|e?i|u)[nm](?![aeiounmUAIO])/g, 'I'],
  [/(?:e?a|e)[nm](?![aeiounmUAIO])/g, 'A'],
  [/o[nm](?![aeiounmUAIO])/g, 'O'],
  [/ai|ei/g, 'e'],
  [/(?<=.)e$/, ''],
  [/(.)\1+/g, '$1'],
];

/** Of a folded word; the word itself where nothing of it is spoken. */
function soundOf(word: string): string {
  return sounds.reduce((spoken, [spelling, sound]) => spoken.replace(spelling, sound), word) || word;
}

/** The sound of each word of a text. */
export function soundsOf(text: string): readonly string[] {
  const words = fold(text.normalize('NFC').replace(/[çÇ]/g, 'ss')).split(/[^a-z]+/);
  return [...new Set(words.filter((word) => word !== '').map(soundOf))];
}

function index(parameter: Parameters<ParameterType['index']>[0], nodes: readonly unknown[], base: string | undefined): Entries {
  const spoken = nodes.flatMap(stringsOf).flatMap(soundsOf);
  const { keys } = stringType.index(parameter, nodes, base);
  return { idx: [...new Set(spoken)].map((sound) => `${parameter.code}|${sound}`), p: {}, keys };
}

/** Every word that was asked for sounds as some word of the name. */
function condition({ parameter: { code }, name, modifier, values }: Asked): Filter | undefined {
  if (modifier !== undefined) return undefined;
  const filters = values.map((value) => {
    const asked = soundsOf(unescaped(name, value));
    if (asked.length === 0) throw badValue(name, 'a value has no letter to be spoken');
    return and(...asked.map((sound) => equals('idx', `${code}|${sound}`)));
  });
  return or(...filters);
}

export const phoneticType: ParameterType = { index, modifiers: () => [], condition };
