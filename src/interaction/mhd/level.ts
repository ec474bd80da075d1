// Whether a Bundle is a Provide Document Bundle, and how much metadata it promises: what its meta.profile says.
// https://profiles.ihe.net/ITI/MHD/ITI-65.html#23654121-bundle-resources
import { isObject, type JsonObject, listOf } from '../../fhir/json.ts';

/** `comprehensive` is with contained authors, and what PDSm narrows. */
export type Level = 'minimal' | 'uncontained' | 'comprehensive';

const mhd = 'https://profiles.ihe.net/ITI/MHD/StructureDefinition';
const profiles: Readonly<Record<string, Level>> = {
  [`${mhd}/IHE.MHD.Minimal.ProvideBundle`]: 'minimal',
  [`${mhd}/IHE.MHD.UnContained.Comprehensive.ProvideBundle`]: 'uncontained',
  [`${mhd}/IHE.MHD.Comprehensive.ProvideBundle`]: 'comprehensive',
  'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-comprehensive-provide-document-bundle': 'comprehensive',
};
const strictestFirst = ['comprehensive', 'uncontained', 'minimal'] as const;

/** The strictest where it names several, with or without version; undefined for any other Bundle. */
export function levelOf({ resourceType, type, meta }: JsonObject): Level | undefined {
  if (resourceType !== 'Bundle' || type !== 'transaction' || !isObject(meta)) return undefined;
  const named = listOf(meta.profile).map((profile) => String(profile).split('|')[0] ?? '');
  const levels = new Set(named.flatMap((profile) => (Object.hasOwn(profiles, profile) ? profiles[profile] : [])));
  return strictestFirst.find((level) => levels.has(level));
}
