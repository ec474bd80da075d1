// An issuer that plays Pro Santé Connect, with a userinfo that may go wrong.
// https://industriels.esante.gouv.fr/produits-et-services/pro-sante-connect/documentation-technique
import type { ServerResponse } from 'node:http';
import { type ProSanteConnect as Played, proSanteConnect, serveHere } from '../../src/demo/pro-sante-connect.ts';
import type { JsonObject } from '../../src/fhir/json.ts';

export type ProSanteConnect = {
  readonly issuer: string;
  /** Its entry of the list of issuers. */
  readonly entry: JsonObject;
  /** Logs in who has this userinfo, at the client `azp`: an access token, whose claims may be others. */
  readonly login: Played['login'];
  /** Answers the next requests for userinfo in another way. */
  readonly answer: (other: ((response: ServerResponse) => void) | undefined) => void;
  readonly stop: () => Promise<void>;
};

export async function startProSanteConnect(azp: string): Promise<ProSanteConnect> {
  let other: ((response: ServerResponse) => void) | undefined;
  const { address: issuer, stop } = await serveHere((request, response) => {
    if (request.url === '/userinfo' && other !== undefined) other(response);
    else played.handle(request, response);
  });
  const played = proSanteConnect(issuer, azp);
  return {
    issuer,
    entry: played.entryAt(issuer),
    login: played.login,
    answer: (next) => {
      other = next;
    },
    stop,
  };
}

export const rpps = '10003461033';
export const activity = (finess: string, name = 'Cabinet'): JsonObject => ({
  codeModeExercice: 'L',
  numeroFinessSite: finess,
  raisonSocialeSite: name,
  identifiantTechniqueDeLaStructure: `R${finess}`,
});
export const capacity = (more: JsonObject = {}): JsonObject => ({
  codeProfession: '10',
  codeCategorieProfessionnelle: 'C',
  nomDexercice: 'MARTIN',
  prenomDexercice: 'CLAIRE',
  codeTypeSavoirFaire: 'S',
  codeSavoirFaire: 'SM26',
  activities: [activity('750712184')],
  ...more,
});
export const doctor = (more: JsonObject = {}, capacities: readonly JsonObject[] = [capacity()]): JsonObject => ({
  SubjectNameID: `8${rpps}`,
  SubjectRole: ['10^1.2.250.1.213.1.1.5.5'],
  otherIds: [{ identifiant: `8${rpps}`, origine: 'RPPS', qualite: 1 }],
  SubjectRefPro: { codeCivilite: 'MME', exercices: capacities },
  ...more,
});
