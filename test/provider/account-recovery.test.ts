// Who has lost his password or his telephone has them anew with a new activation code, and whatever was open is closed.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeAt } from '../../src/provider/account/one-time-code.ts';
import { openDatabase } from '../../src/store/database.ts';
import { providerRowsOf } from '../../src/store/provider-row.ts';
import { type Browser, browserOf, secretIn } from './browser.ts';
import { invited, type Person, password } from './person.ts';
import { openTown, type Town } from './town.ts';

let town: Town;

beforeAll(async () => {
  town = await openTown();
}, 60_000);
afterAll(async () => await town.stop());

const other = 'cinq cigognes dans le pré';

async function begins(browser: Browser, { ins }: Person, code: string, chosen = other): Promise<string> {
  const fields = { ins: ins.value, code, password: chosen, again: chosen };
  expect((await browser.submit('/compte/recuperation', fields)).headers.location).toBe('/compte/second-facteur');
  return secretIn((await browser.get('/compte/second-facteur')).text);
}

async function recovers(browser: Browser, person: Person): Promise<string> {
  const secret = await begins(browser, person, await invited(town.kept, person.ins, town.in(60)));
  const { headers } = await browser.submit('/compte/second-facteur', { totp: codeAt(secret, town.now()) });
  expect(headers.location).toBe('/compte');
  town.pass(1);
  return secret;
}

/** What an app was allowed. */
async function granted({ account }: Person, id: string) {
  const database = await openDatabase(town.client, town.db.databaseName, ['AuditEvent']);
  const rows = providerRowsOf(database, [database]);
  await rows.put({ _id: `Grant|${id}`, text: '{}', grant: id, account: account._id });
  await rows.put({ _id: `RefreshToken|${id}`, text: '{}', grant: id, account: account._id });
  return async () => ({
    isKept: (await rows.find({ _id: `RefreshToken|${id}` }, town.now())) !== undefined,
    isRevoked: (await town.db.collection<{ _id: string }>('records').findOne({ _id: `revoked|grant|${id}` })) !== null,
  });
}

describe('a recovery', () => {
  it('gives the same account another password and another telephone: those of before are void', async () => {
    const person = await town.person();
    const browser = browserOf(town.carnet);
    const secret = await recovers(browser, person);
    expect((await browser.get('/compte')).status).toBe(200);
    const now = { password: other, totp: codeAt(secret, town.now()) };
    for (const stale of [{}, { password: other }, { ...now, password }])
      expect((await town.signsIn(browserOf(town.carnet), person, stale)).status).toBe(422);
    expect((await town.signsIn(browserOf(town.carnet), person, now)).status).toBe(303);
    expect((await town.kept.accounts.findByIns(person.ins.value))?._id).toBe(person.account._id);
  });

  it('closes every session, takes every token back and knows no browser of before', async () => {
    const person = await town.person();
    const before = browserOf(town.carnet);
    await town.signsIn(before, person);
    const grant = await granted(person, 'recovered');
    expect([await grant(), (await before.get('/compte')).status]).toEqual([{ isKept: true, isRevoked: false }, 200]);
    const secret = await recovers(browserOf(town.carnet), person);
    expect([await grant(), (await before.get('/compte')).status]).toEqual([{ isKept: false, isRevoked: true }, 303]);
    const asked = { password: other, totp: codeAt(secret, town.now()) };
    for (let guess = 0; guess < 6; guess += 1)
      await town.signsIn(browserOf(town.carnet, '203.0.113.7'), person, { password: 'wrong' });
    const known = browserOf(town.carnet, '203.0.113.7');
    known.cookies.set('carnet-browser', before.cookies.get('carnet-browser') ?? '');
    expect((await town.signsIn(known, person, asked)).status).toBe(429);
  });

  it('changes nothing before the new telephone is tied', async () => {
    const person = await town.person();
    const [before, browser] = [browserOf(town.carnet), browserOf(town.carnet)];
    await town.signsIn(before, person);
    await begins(browser, person, await invited(town.kept, person.ins, town.in(60)));
    expect((await browser.submit('/compte/second-facteur', { totp: '000000' })).status).toBe(422);
    town.pass(1);
    expect((await before.get('/compte')).status).toBe(200);
    expect((await town.signsIn(browserOf(town.carnet), person)).status).toBe(303);
  });

  it('is over after half an hour, and when another code has been issued meanwhile', async () => {
    const person = await town.person();
    const browser = browserOf(town.carnet);
    await begins(browser, person, await invited(town.kept, person.ins, town.in(120)));
    town.pass(31);
    expect((await browser.get('/compte/second-facteur')).status).toBe(422);
    const second = await begins(browser, person, await invited(town.kept, person.ins, town.in(120)));
    await invited(town.kept, person.ins, town.in(120));
    const { text } = await browser.submit('/compte/second-facteur', { totp: codeAt(second, town.now()) });
    expect(text).toContain('votre code d’activation n’est plus valable');
    expect((await town.signsIn(browserOf(town.carnet), person)).status).toBe(303);
  });

  it('is of the INS of the code: nobody recovers another', async () => {
    const [person, victim] = [await town.person(), await town.person()];
    const code = await invited(town.kept, person.ins, town.in(60));
    const fields = { ins: victim.ins.value, code, password: other, again: other };
    expect((await browserOf(town.carnet).submit('/compte/recuperation', fields)).status).toBe(422);
    expect((await town.signsIn(browserOf(town.carnet), victim)).status).toBe(303);
  });

  it('of two at the same time with one code happens once', async () => {
    const person = await town.person();
    const code = await invited(town.kept, person.ins, town.in(60));
    const browsers = [browserOf(town.carnet), browserOf(town.carnet)];
    const begun = [];
    for (const browser of browsers) begun.push({ browser, secret: await begins(browser, person, code) });
    const ends = await Promise.all(
      begun.map(async ({ browser, secret }) => {
        return (await browser.submit('/compte/second-facteur', { totp: codeAt(secret, town.now()) })).status;
      }),
    );
    expect(ends.toSorted()).toEqual([303, 422]);
  });
});

describe('leaving everywhere', () => {
  it('takes every token back', async () => {
    const [person, another] = [await town.person(), await town.person()];
    const browser = browserOf(town.carnet);
    await town.signsIn(browser, person);
    const [grant, untouched] = [await granted(person, 'left'), await granted(another, 'untouched')];
    expect((await town.leaves(browser, '/compte/deconnexion-partout')).status).toBe(200);
    expect(await grant()).toEqual({ isKept: false, isRevoked: true });
    expect(await untouched()).toEqual({ isKept: true, isRevoked: false });
  });

  it('ends a session that began meanwhile', async () => {
    const person = await town.person();
    const browser = browserOf(town.carnet);
    await town.signsIn(browser, person);
    const sessions = town.db.collection('provider');
    const rows = await sessions.find({ account: person.account._id }).toArray();
    await town.kept.accounts.endEverywhere(person.account._id, town.now());
    expect(await sessions.countDocuments({ account: person.account._id })).toBe(0);
    await sessions.insertMany(rows);
    expect((await browser.get('/compte')).status).toBe(303);
  });
});
