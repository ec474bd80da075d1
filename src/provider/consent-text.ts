// What an app asks for, in French, for the person who is to allow it.
// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
import { parseScopes } from '../identity/scope.ts';
import { counted, listed } from '../operation/trace-noun.ts';
import { wordsOf } from './app-scope.ts';

const known: ReadonlyMap<string, string> = new Map([
  ['openid', 'savoir que c’est vous, par un numéro qui ne dit pas qui vous êtes'],
  ['fhirUser', 'savoir quelle fiche d’identité est la vôtre'],
  ['launch/patient', 'savoir quel dossier est le vôtre'],
  ['offline_access', 'garder cet accès quand vous n’êtes plus là, 90 jours au plus'],
  ['online_access', 'garder cet accès tant que vous restez connecté'],
]);
const verbs: readonly (readonly [letters: readonly ('c' | 'r' | 'u' | 'd' | 's')[], verb: string])[] = [
  [['r', 's'], 'lire'],
  [['c'], 'ajouter'],
  [['u'], 'modifier'],
  [['d'], 'supprimer'],
];

/** One line for each thing. Nothing that is asked is left out. */
export function linesOf(scope: string): readonly string[] {
  return [...new Set(wordsOf(scope).map((word) => known.get(word) ?? lineOf(word)))];
}

function lineOf(word: string): string {
  const [base = '', query] = word.split('?');
  const [scope] = parseScopes(base);
  if (scope === undefined) return word;
  const does = listed(
    verbs.filter(([letters]) => letters.some((letter) => scope.interactions.has(letter))).map(([, verb]) => verb),
  );
  const what =
    scope.type === '*' ? 'toutes les données de votre dossier que vous voyez vous-même' : `${named(scope.type)} de votre dossier`;
  return `${does} ${what}${query === undefined ? '' : ` (seulement : ${query})`}`;
}

/** A type that has no word has its name. */
function named(type: string): string {
  const text = counted(type);
  return text === counted(undefined) ? `des données « ${type} »` : text;
}
