// $explain-access is for the holder and for nobody else; a declared operation that leaves nothing but its trace.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body, Client } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { claims, cx } from '../identity/issuer.ts';
import { type Name, written } from '../interaction/ground.ts';
import { patient } from '../resources.ts';
import { type Explaining, entriesOf, openExplaining, path, treating } from './explaining.ts';

let explaining: Explaining;
beforeAll(async () => {
  explaining = await openExplaining();
}, 60_000);
afterAll(async () => await explaining.ground.stop());

describe('for the holder and for nobody else', () => {
  it.each<Name>(['doctor', 'stranger', 'hospital', 'clinic', 'insurance', 'agent', 'operator', 'tester'])('%s', async (name) => {
    const [seen, never] = [
      await explaining.ground.as(name).get(path(explaining.documents.letter)),
      await explaining.ground.as(name).get(path(`${explaining.ground.key}-nothing`)),
    ];
    expectOutcome(seen, 403);
    expect([never.status, never.text]).toEqual([403, seen.text]);
  });

  it('a relative, a secretary', async () => {
    const secretary = claims.delegate({ rpps: treating, secretary: { sub: 'secretary' } });
    for (const one of [claims.related(explaining.relative), secretary])
      expectOutcome(await explaining.ground.carnet.as(one).get(path(explaining.documents.letter)), 403);
  });

  it('needs the scope of a read, and of the Consents that it tells of', async () => {
    const scoped = (scope: string): Client => explaining.ground.carnet.as({ ...claims.holder(cx('279035121518989')), scope });
    expect((await scoped('patient/Immunization.r').get(path(explaining.documents.letter))).status).toBe(403);
    for (const less of ['', ' patient/Consent.s', ' patient/Consent.r?status=active']) {
      const alone = await scoped(`patient/DocumentReference.r${less}`).get(path(explaining.documents.letter));
      expectOutcome(alone, 403);
      expect(alone.headers['www-authenticate']).toContain('scope="patient/Consent.r"');
    }
    const both = await scoped('patient/DocumentReference.r patient/Consent.r').get(path(explaining.documents.letter));
    const reasons = entriesOf(both).flatMap((one) => one.reasons);
    expect([both.status, reasons.some((one) => one.includes('Consent/'))]).toEqual([200, true]);
  });

  it('of another record: as what never was', async () => {
    const ins = '279035121518990';
    const agent = explaining.ground.carnet.as(claims.agent({ vitale: [cx(ins)] }));
    written(await agent.post('/Patient', patient(ins)));
    const other = explaining.ground.carnet.as(claims.holder(cx(ins)));
    const [his, never] = [
      await other.get(path(explaining.documents.letter)),
      await other.get(path(`${explaining.ground.key}-${'2'.repeat(13)}`)),
    ];
    expectOutcome(his, 404);
    expect(his.text).toBe(never.text);
  });

  it('what is held from him is as what never was', async () => {
    const [held, never] = [
      await explaining.holder.get(path(explaining.documents.held)),
      await explaining.holder.get(path(`${explaining.ground.key}-${'2'.repeat(13)}`)),
    ];
    expectOutcome(held, 404);
    expect(held.text).toBe(never.text);
    expect((await explaining.holder.get(path(explaining.documents.letter))).text).not.toContain(explaining.documents.held);
  });
});

describe('as an operation', () => {
  it('GET and POST say the same; a parameter is refused', async () => {
    const got = await explaining.holder.get(path(explaining.documents.letter));
    const posted = await explaining.holder.send('POST', path(explaining.documents.letter));
    const empty = await explaining.holder.post(path(explaining.documents.letter), { resourceType: 'Parameters' });
    expect([posted.status, posted.text, empty.text]).toEqual([200, got.text, got.text]);
    const given = { resourceType: 'Parameters', parameter: [{ name: 'for', valueString: 'x' }] };
    expectOutcome(await explaining.holder.post(path(explaining.documents.letter), given), 400, 'Parameters.parameter[0]');
    expectOutcome(await explaining.holder.get(`${path(explaining.documents.letter)}?for=x`), 400, 'http.for');
  });

  it('is declared with its definition, on types of the record only', async () => {
    const { body } = await explaining.holder.get('/metadata');
    const definition = 'https://carnet.example/fhir/OperationDefinition/explain-access';
    const declaring = body.rest[0].resource.filter(({ operation = [] }: Body) =>
      operation.some((one: Body) => one.name === 'explain-access' && one.definition === definition),
    );
    expect(declaring).toHaveLength(18);
    expectOutcome(await explaining.holder.get(`/Consent/${explaining.wishes.nurse}/$explain-access`), 404);
    expectOutcome(await explaining.holder.delete(path(explaining.documents.letter)), 405);
  });

  it('is XML where that is asked for', async () => {
    const { status, text } = await explaining.holder.get(`${path(explaining.documents.letter)}?_format=xml`);
    expect([status, /^<\?xml.*<Parameters xmlns="http:\/\/hl7.org\/fhir">/s.test(text)]).toEqual([200, true]);
  });

  it('leaves its trace, which the holder reads', async () => {
    const traces = async (): Promise<readonly Body[]> => {
      const { body } = await explaining.holder.get(`/AuditEvent?patient=${explaining.ground.key}&subtype=operation&_count=200`);
      return body.entry ?? [];
    };
    const before = (await traces()).length;
    await explaining.holder.get(path(explaining.documents.results));
    const after = await traces();
    expect(after).toHaveLength(before + 1);
    expect(after.map(({ resource }: Body) => JSON.stringify(resource.entity)).join()).toContain(
      `DocumentReference/${explaining.documents.results}`,
    );
  });
});
