// Who is asked reads all that is asked.
import { expect, it } from '@jest/globals';
import { linesOf } from '../../src/provider/consent-text.ts';

it.each<[scope: string, lines: readonly string[]]>([
  ['patient/*.rs', ['lire toutes les données de votre dossier que vous voyez vous-même']],
  ['patient/DocumentReference.read', ['lire des documents de votre dossier']],
  ['patient/Observation.cruds', ['lire, ajouter, modifier et supprimer des résultats ou mesures de votre dossier']],
  ['patient/Consent.cu', ['ajouter et modifier des consentements de votre dossier']],
  ['patient/Media.s', ['lire des données « Media » de votre dossier']],
  [
    'patient/Observation.rs?category=laboratory',
    ['lire des résultats ou mesures de votre dossier (seulement : category=laboratory)'],
  ],
  [
    'openid offline_access',
    [
      'savoir que c’est vous, par un numéro qui ne dit pas qui vous êtes',
      'garder cet accès quand vous n’êtes plus là, 90 jours au plus',
    ],
  ],
  ['autre', ['autre']],
])('%s', (scope, lines) => expect(linesOf(scope)).toEqual(lines));
