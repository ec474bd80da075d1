import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { ask, expectInvalid, hospital, issuer, now } from './asking.ts';
import { base64url, claims, compact, testBaseUrl, testIssuer } from './issuer.ts';

const at = now.getTime() / 1000;
const stranger = testIssuer({ now: () => now });
const doctor = claims.professional({ rpps: '10003461033' });
const structure = claims.structure('750712184');

const plain = issuer.token(structure);
const [header = '', payload = '', signature = ''] = plain.split('.');
const body = { iss: issuer.issuer, aud: testBaseUrl, sub: 's', iat: at, exp: at + 300, ...structure };
const { privateKey, publicKey } = issuer.keys.RS256;
const es = issuer.keys.ES256.privateKey;
const hmac = (secret: string | Buffer): string => {
  const input = `${base64url('{"alg":"HS256","kid":"RS256"}')}.${base64url(JSON.stringify(body))}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
};
const text = JSON.stringify(body);
/** Decodes to the same bytes where it can, and is written otherwise. */
const loose = (part: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(part.at(-1) ?? '');
  return part.slice(0, -1) + alphabet[last ^ 1];
};
const cases: readonly [string, string][] = [
  ['alg none, no signature', `${base64url('{"alg":"none","kid":"ES256"}')}.${payload}.`],
  ['alg none, the signature of another', `${base64url('{"alg":"none","kid":"ES256"}')}.${payload}.${signature}`],
  ['alg None in capitals', `${base64url('{"alg":"nOnE","kid":"ES256"}')}.${payload}.${signature}`],
  ['HS256 with the public key as PEM', hmac(publicKey.export({ type: 'spki', format: 'pem' }))],
  ['HS256 with the public key as DER', hmac(publicKey.export({ type: 'spki', format: 'der' }))],
  ['HS256 with the public key as JWK', hmac(JSON.stringify(publicKey.export({ format: 'jwk' })))],
  ['HS256 with no secret', hmac('')],
  ['another RSA algorithm than the key has', compact({ alg: 'RS384', kid: 'RS256' }, body, privateKey)],
  ['PS256 named for an RS256 key', compact({ alg: 'PS256', kid: 'RS256' }, body, privateKey)],
  ['the algorithm of one key with the kid of the other', compact({ alg: 'ES256', kid: 'RS256' }, body, es)],
  ['alg is a list', compact({ alg: ['ES256'], kid: 'ES256' }, body, es)],
  ['no alg', compact({ kid: 'ES256' }, body, es)],
  ['no kid where there are two keys', issuer.token(structure, { header: { kid: undefined } })],
  ['an unknown kid', issuer.token(structure, { header: { kid: 'other' } })],
  ['a kid that is a path', issuer.token(structure, { header: { kid: '../../../../dev/null' } })],
  ['a kid that is a query', issuer.token(structure, { header: { kid: "ES256' OR '1'='1" } })],
  ['a kid that is a list', issuer.token(structure, { header: { kid: ['ES256'] } })],
  ['a kid that is an object', issuer.token(structure, { header: { kid: { $ne: '' } } })],
  ['a kid that is a number', issuer.token(structure, { header: { kid: 0 } })],
  ['a kid that is empty', issuer.token(structure, { header: { kid: '' } })],
  ['a kid with a null byte', issuer.token(structure, { header: { kid: 'ES256\0' } })],
  ['a kid that is an address', issuer.token(structure, { header: { kid: 'https://attacker.example/jwks#ES256' } })],
  ['a kid that is __proto__', issuer.token(structure, { header: { kid: '__proto__' } })],
  ['signed by a stranger under our name', stranger.token(structure)],
  ['a stranger with his key in jwk', stranger.token(structure, { header: { jwk: stranger.trusted.jwks?.keys[1] } })],
  ['jku', issuer.token(structure, { header: { jku: 'https://attacker.example/jwks' } })],
  ['x5u', issuer.token(structure, { header: { x5u: 'https://attacker.example/cert' } })],
  ['x5c', issuer.token(structure, { header: { x5c: ['MII'] } })],
  ['crit', issuer.token(structure, { header: { crit: ['exp'] } })],
  ['crit that is empty', issuer.token(structure, { header: { crit: [] } })],
  ['a token within the token', compact({ alg: 'ES256', kid: 'ES256', cty: 'JWT' }, plain, es)],
  ['a token within the token, as a claim', compact({ alg: 'ES256', kid: 'ES256', cty: 'JWT' }, { jwt: plain }, es)],
  ['encrypted', `${base64url('{"alg":"RSA-OAEP","enc":"A256GCM","kid":"RS256"}')}.AA.AA.AA.AA`],
  ['encrypted by its header alone', issuer.token(structure, { header: { enc: 'A256GCM' } })],
  ['compressed', issuer.token(structure, { header: { zip: 'DEF' } })],
  ['unencoded payload', issuer.token(structure, { header: { b64: false } })],
  ['the token of another use', issuer.token(structure, { header: { typ: 'logout+jwt' } })],
  ['the type of a proof', issuer.token(structure, { header: { typ: 'dpop+jwt' } })],
  ['a type that is a list', issuer.token(structure, { header: { typ: ['JWT'] } })],
  ['a type with a tail', issuer.token(structure, { header: { typ: 'at+jwt;' } })],
  ['several audiences without ours', issuer.token({ ...structure, aud: ['https://other.example', `${testBaseUrl}/Patient`] })],
  ['our audience in a list of a list', issuer.token({ ...structure, aud: [[testBaseUrl]] })],
  ['an audience in capitals', issuer.token({ ...structure, aud: testBaseUrl.toUpperCase() })],
  ['no audience at all in the list', issuer.token({ ...structure, aud: [] })],
  ['another audience', issuer.token({ ...structure, aud: 'https://other.example/fhir' })],
  ['our audience with a tail', issuer.token({ ...structure, aud: `${testBaseUrl}/` })],
  ['no audience', issuer.token({ ...structure, aud: undefined })],
  ['an audience that is an object', issuer.token({ ...structure, aud: { 0: testBaseUrl } })],
  ['an unknown issuer', issuer.token({ ...structure, iss: 'https://attacker.example' })],
  ['an issuer with a slash', issuer.token({ ...structure, iss: `${issuer.issuer}/` })],
  ['an issuer in capitals', issuer.token({ ...structure, iss: issuer.issuer.toUpperCase() })],
  ['an issuer with a space', issuer.token({ ...structure, iss: `${issuer.issuer} ` })],
  ['another trusted issuer in iss', issuer.token({ ...structure, iss: 'https://hospital.example' })],
  ['an issuer that is a list', issuer.token({ ...structure, iss: ['https://issuer.example'] })],
  ['no issuer', issuer.token({ ...structure, iss: undefined })],
  ['an issuer speaking for a kind it may not', hospital.token(doctor)],
  ['no sub', issuer.token({ ...structure, sub: undefined })],
  ['an empty sub', issuer.token({ ...structure, sub: '' })],
  ['a sub with half a character', issuer.token({ ...structure, sub: '\ud800' })],
  ['no exp', issuer.token({ ...structure, exp: undefined })],
  ['an exp that is a text', issuer.token({ ...structure, exp: '9999999999' })],
  ['an infinite exp', compact({ alg: 'ES256', kid: 'ES256' }, text.replace(`"exp":${at + 300}`, '"exp":1e999'), es)],
  ['an exp in milliseconds', issuer.token({ ...structure, exp: now.getTime() + 300_000 })],
  ['expired', issuer.token(structure, { expiresIn: -60 })],
  ['not yet valid', issuer.token({ ...structure, nbf: at + 61 })],
  ['issued in the future', issuer.token({ ...structure, iat: at + 61 })],
  ['bound to a key of the sender', issuer.token({ ...structure, cnf: { jkt: 'x' } })],
  ['a nbf that is a text', issuer.token({ ...structure, nbf: String(at) })],
  ['a megabyte', 'A'.repeat(1 << 20)],
  ['a megabyte of claims', issuer.token({ ...structure, more: 'x'.repeat(1 << 20) })],
  ['oversized', issuer.token({ ...structure, more: 'x'.repeat(8192) })],
  ['a claim twice', compact({ alg: 'ES256', kid: 'ES256' }, text.replace('{', '{"sub":"other",'), es)],
  ['a claim twice, escaped', compact({ alg: 'ES256', kid: 'ES256' }, text.replace('{', '{"su\\u0062":"other",'), es)],
  ['a nested claim twice', compact({ alg: 'ES256', kid: 'ES256' }, text.replace('"ihe_iua":{', '"ihe_iua":{"a":1,"a":2,'), es)],
  ['a header twice', compact('{"alg":"ES256","kid":"RS256","kid":"ES256"}', body, es)],
  ['a header twice, the type', compact('{"alg":"ES256","typ":"id+jwt","kid":"ES256","typ":"JWT"}', body, es)],
  ['a scope twice', compact({ alg: 'ES256', kid: 'ES256' }, text.replace('{', '{"scope":"system/*.r",'), es)],
  ['a claim after the end', compact({ alg: 'ES256', kid: 'ES256' }, `${text}{"sub":"other"}`, es)],
  ['a byte order mark', compact({ alg: 'ES256', kid: 'ES256' }, `\ufeff${text}`, es)],
  ['a payload that is a list', compact({ alg: 'ES256', kid: 'ES256' }, '[]', es)],
  ['a payload that is not JSON', compact({ alg: 'ES256', kid: 'ES256' }, '{', es)],
  ['two parts', `${header}.${payload}`],
  ['four parts', `${plain}.`],
  ['five parts', `${plain}.a.b`],
  ['an empty signature', `${header}.${payload}.`],
  ['a signature cut short', `${header}.${payload}.${signature.slice(0, 40)}`],
  ['the signature of another token', `${header}.${payload}.${issuer.token(doctor).split('.')[2]}`],
  ['a payload changed', `${header}.${base64url(text.replace('750712184', '750712185'))}.${signature}`],
  ['padding', `${header}.${payload}.${signature}==`],
  ['padding in the payload', `${header}.${payload}=.${signature}`],
  ['a payload of other last bits', `${header}.${loose(payload)}.${signature}`],
  ['a signature of other last bits', `${header}.${payload}.${loose(signature)}`],
  ['a space within', `${header}.${payload}. ${signature}`],
  ['bytes that are not ASCII', `${header}é.${payload}.${signature}`],
  ['a word that looks the same', `${header}.${payload.replace('e', '\u0435')}.${signature}`],
  ['plain base64', `${header}.${payload}.${signature}+/`],
  ['a zero signature', `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`],
  ['nothing but a word', 'abc'],
];
test.each(cases)('%s: 401', (_name, token) => expectInvalid(token));

test('what the attacks start from is accepted', async () => {
  for (const token of [
    plain,
    compact({ alg: 'ES256', kid: 'ES256' }, text, es),
    compact({ alg: 'RS256', kid: 'RS256' }, body, privateKey),
  ]) {
    expect((await ask(token)).who.kind).toBe('structure');
  }
});

test('a minute of skew is allowed', async () => {
  for (const given of [{ exp: at - 59 }, { nbf: at + 60 }, { iat: at + 60 }]) {
    expect((await ask(issuer.token({ ...structure, ...given }))).who.kind).toBe('structure');
  }
});

test('the audience may be one of several, the type of RFC 9068', async () => {
  const token = issuer.token({ ...structure, aud: ['https://other.example', testBaseUrl] }, { header: { typ: 'at+JWT' } });
  expect((await ask(token)).who.kind).toBe('structure');
});

test('a token seen before is refused once it has expired', async () => {
  const token = issuer.token(structure);
  await ask(token);
  await ask(token);
  await expectInvalid(token, new Date(now.getTime() + 360_000));
  expect((await ask(token)).who.kind).toBe('structure');
});
