// What arrives and is no request: refused by an OperationOutcome, and the next is answered.
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Carnet, startCarnet } from '../carnet.ts';

let carnet: Carnet;
beforeAll(async () => {
  carnet = await startCarnet();
});
afterAll(async () => await carnet.server.stop());

it.each([
  ['no HTTP at all', 'bonjour\r\n\r\n', 400, 'invalid'],
  ['a method that there is not', 'LIRE /fhir/metadata HTTP/1.1\r\nHost: carnet.test\r\n\r\n', 400, 'invalid'],
  ['two lengths', 'POST /fhir HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na', 400, 'invalid'],
  [
    'a length and chunks',
    'POST /fhir HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'invalid',
  ],
  ['a line break in a header', 'GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n', 400, 'invalid'],
  ['an address of 20 KB', `GET /fhir/Patient?name=${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, 'too-long'],
])('%s', async (_name, sent, status, code) => {
  const [head = '', body = ''] = (await answerTo(sent)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  const { resourceType, issue } = JSON.parse(body);
  expect([resourceType, issue[0].code, issue[0].severity]).toEqual(['OperationOutcome', code, 'error']);
  expect((await carnet.as({}).get('/metadata')).status).toBe(200);
});

async function answerTo(text: string): Promise<string> {
  const { hostname, port } = new URL(carnet.address);
  return await new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (bytes) => {
      answer += bytes;
    });
    socket.on('error', reject).on('close', () => resolve(answer));
  });
}
