// An issuer that plays Pro Santé Connect on this machine: tokens without `aud`, userinfo in its shapes, JWKS.
// https://industriels.esante.gouv.fr/produits-et-services/pro-sante-connect/documentation-technique
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { JsonObject } from '../../src/fhir/json.ts';
import { compact } from '../identity/issuer.ts';

export type ProSanteConnect = {
  readonly issuer: string;
  /** Its entry of the list of issuers. */
  readonly entry: JsonObject;
  /** Logs in who has this userinfo, at the client `azp`: an access token, whose claims may be others. */
  readonly login: (userinfo: JsonObject, claims?: JsonObject) => string;
  /** Answers the next requests for userinfo in another way. */
  readonly answer: (other: ((response: ServerResponse) => void) | undefined) => void;
  readonly stop: () => Promise<void>;
};

export async function startProSanteConnect(azp: string): Promise<ProSanteConnect> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const people = new Map<string, JsonObject>();
  let other: ((response: ServerResponse) => void) | undefined;
  const server = createServer((request, response) => {
    const json = (body: unknown): void =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/certs') return json({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'psc', use: 'sig' }] });
    const person = people.get(request.headers.authorization?.replace('Bearer ', '') ?? '');
    if (request.url !== '/userinfo' || person === undefined) return void response.writeHead(401).end();
    return other === undefined ? json(person) : other(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return {
    issuer,
    entry: { issuer, jwksUri: `${issuer}/certs`, userinfo: `${issuer}/userinfo`, kinds: ['professional', 'delegate'] },
    login: (userinfo, claims = {}) => {
      const iat = Math.floor(Date.now() / 1000);
      const sub = `f:${randomUUID()}:${userinfo.SubjectNameID}`;
      const standard = { iss: issuer, sub, typ: 'Bearer', azp, iat, exp: iat + 120, jti: randomUUID(), acr: 'eidas3' };
      const payload = { ...standard, scope: 'openid profile scope_all identity', ...claims };
      const token = compact({ alg: 'RS256', typ: 'JWT', kid: 'psc' }, payload, privateKey);
      people.set(token, { sub, preferred_username: userinfo.SubjectNameID, ...userinfo });
      return token;
    },
    answer: (next) => {
      other = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
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
