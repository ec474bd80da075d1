// Each reason as a French sentence for the holder.
import type { Access } from '../access/explain.ts';
import type { Reason, ReasonCode } from '../access/reason.ts';

type Sentence = (subject: string, reason: Reason) => string;

const sentences: Readonly<Record<ReasonCode, Sentence>> = {
  'medecin-traitant': (subject) => `${subject} est votre médecin traitant et voit tout votre dossier.`,
  'same-rights': (subject) => `${subject} a reçu de vous les mêmes droits que votre médecin traitant.`,
  depositor: (subject) => `${subject} a déposé cet élément et continue de le voir.`,
  permit: (subject, { team }) =>
    team === undefined
      ? `${subject} y a accès par votre autorisation.`
      : `${subject} fait partie d’une équipe de soins que vous avez autorisée.`,
  emergency: (subject) => `${subject} y a accès en urgence, car vous ne vous y êtes pas opposé.`,
  habilitation: () => 'La profession est habilitée à lire ce type de document.',
  representative: (subject) => `${subject} est votre représentant légal.`,
  mandate: (subject) => `${subject} a reçu un mandat de vous.`,
  card: () => 'Votre carte Vitale doit être dans le lecteur.',
  closed: () => 'Votre dossier est fermé : vous seul le voyez.',
  window: () => 'Ces données de remboursement sont trop anciennes pour être montrées.',
  occupational: () => 'La médecine du travail n’a pas accès à votre dossier.',
  block: (subject) => `${subject} est bloqué par votre volonté.`,
  'no-permit': (subject) => `Aucune autorisation en vigueur ne donne accès à cet élément : ${lowered(subject)} ne le voit pas.`,
  deny: (_subject, { team }) =>
    team === undefined ? 'Vous avez refusé cet accès.' : 'Vous avez refusé cet accès à une équipe de soins.',
  'no-habilitation': () => 'La profession n’est pas habilitée à lire ce type de document.',
  masked: () => 'Cet élément est masqué.',
  secret: () => 'Cet élément est caché à vos représentants légaux et à vos proches.',
  'no-mandate': (subject) => `${subject} n’a ni charge ni mandat en vigueur qui donne accès à cet élément.`,
  notice: () =>
    'Cet avis n’est que pour vous, vos représentants légaux et votre médecin traitant, sauf s’il parle de l’accès de ce dernier.',
};

export function sentenceOf(access: Pick<Access, 'who'>, reason: Reason): string {
  return sentences[reason.code](subjectOf(access), reason);
}

function subjectOf({ who }: Pick<Access, 'who'>): string {
  if (who.kind === 'structure') return 'Cette structure';
  if (who.kind === 'related' || who.rpps !== undefined) return 'Cette personne';
  return who.finess === undefined ? 'Tout professionnel' : 'Tout professionnel de cette structure';
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
