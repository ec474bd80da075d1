// Pro Santé Connect's userinfo → in which capacities the bearer practises: one profession and at most one structure each.
// https://industriels.esante.gouv.fr/produits-et-services/pro-sante-connect/documentation-technique
import { isObject, type JsonObject } from '../fhir/json.ts';
import { parseFiness, parseRpps } from '../identity/identifiers.ts';
import { finessSystem, healthProfession, speciality } from '../identity/systems.ts';

export type Practice = {
  /** IdNat_PS: `8` and the RPPS. */
  readonly nationalId: string;
  /** Members of `extensions.ihe_iua`. */
  readonly iua: JsonObject;
  /** By which a client names it: FINESS, SIRET or technical identifier of the structure. */
  readonly structure: readonly string[];
};

/** TRE_G15, and the value set of SubjectRole that Pro Santé Connect names in its place. */
const professionOids: readonly unknown[] = ['1.2.250.1.71.1.2.7', '1.2.250.1.213.1.1.5.5'];
/** Civil and military; a student (E) has not the rights of the profession that he learns. */
const practising: readonly unknown[] = ['C', 'M'];
const ordinal = 'S';

/** None for who has no RPPS, no profession of TRE_G15 or no capacity in which he practises. */
export function practicesOf(userinfo: JsonObject): readonly Practice[] {
  const nationalId = userinfo.SubjectNameID;
  if (typeof nationalId !== 'string' || !nationalId.startsWith('8')) return [];
  const rpps = parseRpps(nationalId.slice(1));
  if (rpps === undefined || !isConsistent(userinfo, rpps)) return [];
  const professions = professionsOf(userinfo.SubjectRole);
  return objects(isObject(userinfo.SubjectRefPro) ? userinfo.SubjectRefPro.exercices : undefined)
    .filter(
      ({ codeProfession, codeCategorieProfessionnelle }) =>
        practising.includes(codeCategorieProfessionnelle) && professions.includes(codeProfession),
    )
    .flatMap((capacity) => {
      const activities = objects(capacity.activities);
      return (activities.length === 0 ? [{}] : activities).map((activity) => ({
        nationalId,
        iua: {
          ...named(nameOf(capacity, userinfo)),
          national_provider_identifier: rpps,
          subject_role: [{ system: healthProfession, code: capacity.codeProfession }, ...specialitiesOf(capacity)],
          ...structureOf(activity),
        },
        structure: identifiersOf(activity),
      }));
    });
}

/** The one that is named, or the only one; undefined for none, or several that differ. */
export function chosen(practices: readonly Practice[], structure: string | undefined): Practice | undefined {
  const candidates = practices.filter((one) => structure === undefined || one.structure.includes(structure));
  return new Set(candidates.map(({ iua }) => JSON.stringify(iua))).size === 1 ? candidates[0] : undefined;
}

/** What `otherIds` says of an RPPS says the same. */
function isConsistent({ otherIds, otherIDs }: JsonObject, rpps: string): boolean {
  return objects(otherIds ?? otherIDs)
    .filter(({ origine }) => origine === 'RPPS')
    .every(({ identifiant }) => identifiant === rpps || identifiant === `8${rpps}`);
}

/** `10^1.2.250.1.213.1.1.5.5` → `10`. */
function professionsOf(roles: unknown): readonly unknown[] {
  return (Array.isArray(roles) ? roles : [roles]).flatMap((role: unknown) => {
    const [code, oid, ...more] = typeof role === 'string' ? role.split('^') : [];
    return professionOids.includes(oid) && more.length === 0 ? [code] : [];
  });
}

function specialitiesOf({ codeTypeSavoirFaire, codeSavoirFaire }: JsonObject): readonly JsonObject[] {
  const isOne = codeTypeSavoirFaire === ordinal && text(codeSavoirFaire) !== undefined;
  return isOne ? [{ system: speciality, code: codeSavoirFaire }] : [];
}

function structureOf(activity: JsonObject): JsonObject {
  const finess = text(activity.numeroFinessSite) ?? text(activity.numeroFinessetablissementJuridique);
  const name = text(activity.raisonSocialeSite);
  const id = `${finessSystem}|${finess}`;
  return {
    ...(name === undefined ? {} : { subject_organization: name }),
    ...(parseFiness(id) === undefined ? {} : { subject_organization_id: id }),
  };
}

function identifiersOf(activity: JsonObject): readonly string[] {
  const { numeroFinessSite, numeroFinessetablissementJuridique, numeroSiretSite, identifiantTechniqueDeLaStructure } = activity;
  return [numeroFinessSite, numeroFinessetablissementJuridique, numeroSiretSite, identifiantTechniqueDeLaStructure].flatMap(
    (value) => text(value) ?? [],
  );
}

function nameOf({ prenomDexercice, nomDexercice }: JsonObject, userinfo: JsonObject): string | undefined {
  const parts = [text(prenomDexercice), text(nomDexercice)].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(' ') : personName(userinfo);
}

/** https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims */
export function personName({ name, given_name, family_name }: JsonObject): string | undefined {
  const parts = [text(given_name), text(family_name)].filter((part) => part !== undefined);
  return text(name) ?? (parts.length > 0 ? parts.join(' ') : undefined);
}

const named = (name: string | undefined): JsonObject => (name === undefined ? {} : { subject_name: name });

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
