// Plays Pro Santé Connect on this machine: signs whoever is named in without asking him anything, and says of him what the real one would.
// https://industriels.esante.gouv.fr/produits-et-services/pro-sante-connect/documentation-technique
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import jwt from 'jsonwebtoken';
import type { JsonObject } from '../fhir/json.ts';
import type { Professional } from './people.ts';

export type ProSanteConnect = {
  /** Its entry of UPSTREAM_ISSUERS; `address`: where `handle` is served. */
  readonly entryAt: (address: string) => JsonObject;
  /** An access token for the client `azp`, two minutes; it names no audience. `claims`: others in their place. */
  readonly login: (userinfo: JsonObject, claims?: JsonObject) => string;
  /** `/certs` and `/userinfo`. */
  readonly handle: RequestListener;
};

const life = 120;

export function proSanteConnect(issuer: string, azp: string): ProSanteConnect {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const people = new Map<string, JsonObject>();
  return {
    entryAt: (address) => ({
      issuer,
      jwksUri: `${address}/certs`,
      userinfo: `${address}/userinfo`,
      kinds: ['professional', 'delegate'],
    }),
    login: (userinfo, claims = {}) => {
      const iat = Math.floor(Date.now() / 1000);
      const sub = `f:${randomUUID()}:${userinfo.SubjectNameID}`;
      const standard = { iss: issuer, sub, typ: 'Bearer', azp, iat, exp: iat + life, jti: randomUUID(), acr: 'eidas3' };
      const payload = { ...standard, scope: 'openid profile scope_all identity', ...claims };
      const token = jwt.sign(payload, privateKey, { algorithm: 'RS256', keyid: 'psc' });
      people.set(token, { sub, preferred_username: userinfo.SubjectNameID, ...userinfo });
      return token;
    },
    handle: (request, response) => {
      if (request.url === '/certs')
        return sendJson(response, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'psc', use: 'sig' }] });
      const person = people.get(request.headers.authorization?.replace('Bearer ', '') ?? '');
      if (request.url !== '/userinfo' || person === undefined) return void response.writeHead(401).end();
      return sendJson(response, person);
    },
  };
}

export type Served = { readonly address: string; readonly stop: () => Promise<void> };

/** On this machine alone, at a free port. */
export async function serveHere(handle: RequestListener): Promise<Served> {
  const server = createServer(handle);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const at = server.address();
  return {
    address: `http://127.0.0.1:${typeof at === 'object' ? at?.port : ''}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function sendJson(response: ServerResponse, body: JsonObject): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Of one who practises in one place at most. */
export function userinfoOf({ rpps, profession, given, family, speciality, finess }: Professional): JsonObject {
  const skill = speciality === undefined ? {} : { codeTypeSavoirFaire: 'S', codeSavoirFaire: speciality };
  const activities = finess === undefined ? [] : [{ codeModeExercice: 'L', numeroFinessSite: finess }];
  const capacity = {
    codeProfession: profession,
    codeCategorieProfessionnelle: 'C',
    nomDexercice: family,
    prenomDexercice: given,
  };
  return {
    SubjectNameID: `8${rpps}`,
    SubjectRole: [`${profession}^1.2.250.1.213.1.1.5.5`],
    otherIds: [{ identifiant: `8${rpps}`, origine: 'RPPS', qualite: 1 }],
    SubjectRefPro: { exercices: [{ ...capacity, ...skill, activities }] },
  };
}
