// The pages of accounts as a person uses them.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeAt } from '../../src/provider/account/one-time-code.ts';
import { browserOf, secretIn } from './browser.ts';
import { invited, password, somebody } from './person.ts';
import { openTown, type Town } from './town.ts';

let town: Town;

beforeAll(async () => {
  town = await openTown();
}, 60_000);
afterAll(async () => await town.stop());

describe('signing up', () => {
  it('takes the activation code and a password, then ties the telephone, and one is in', async () => {
    const ins = somebody();
    const code = await invited(town.kept, ins, town.in(60));
    const browser = browserOf(town.carnet);
    const first = await browser.submit('/compte/inscription', { ins: ins.value, code, password, again: password });
    expect([first.status, first.headers.location]).toEqual([303, '/compte/second-facteur']);
    const { text } = await browser.get('/compte/second-facteur');
    expect(text).toContain('<svg viewBox=');
    expect(text).toContain(`href="otpauth://totp/carnet:num%C3%A9ro%20%E2%80%A6${ins.value.slice(-3)}?`);
    expect((await browser.get('/compte')).headers.location).toBe('/compte/connexion');
    expect((await browser.submit('/compte/second-facteur', { totp: '000000' })).status).toBe(422);
    const second = await browser.submit('/compte/second-facteur', { totp: codeAt(secretIn(text), town.now()) });
    expect([second.status, second.headers.location]).toEqual([303, '/compte']);
    expect((await browser.get('/compte')).text).toContain(`finit par ${ins.value.slice(-3)}`);
    expect((await browser.get('/compte/second-facteur')).status).toBe(422);
  });

  it('can be begun again with the same code until it has ended, and not afterwards', async () => {
    const ins = somebody();
    const code = await invited(town.kept, ins, town.in(60));
    const fields = { ins: ins.value, code, password, again: password };
    const [first, second] = [browserOf(town.carnet), browserOf(town.carnet)];
    await first.submit('/compte/inscription', fields);
    await second.submit('/compte/inscription', fields);
    const [one, other] = [await first.get('/compte/second-facteur'), await second.get('/compte/second-facteur')];
    const confirms = async (browser: typeof first, text: string): Promise<unknown> =>
      (await browser.submit('/compte/second-facteur', { totp: codeAt(secretIn(text), town.now()) })).status;
    expect(await confirms(first, one.text)).toBe(303);
    expect(await confirms(second, other.text)).toBe(422);
    const third = await browserOf(town.carnet).submit('/compte/inscription', fields);
    expect(third.text).toContain('Ce code d’activation ne convient pas à ce numéro, ou il n’est plus valable.');
  });

  it('says the same of a wrong code, a code of somebody else and one that is over', async () => {
    const [ins, other] = [somebody(), somebody()];
    const code = await invited(town.kept, ins, town.in(60));
    const over = await invited(town.kept, other, town.in(-60));
    const said = async (value: string, typed: string): Promise<string> => {
      const fields = { ins: value, code: typed, password, again: password };
      const { status, text } = await browserOf(town.carnet).submit('/compte/inscription', fields);
      return `${status} ${text.replaceAll(value, '').replaceAll(/value="[\w-]{43}"/g, '')}`;
    };
    const answers = [await said(other.value, code), await said(other.value, over), await said(somebody().value, code)];
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^422 [\s\S]*role="alert"><p>Ce code d’activation ne convient pas/);
  });

  it('says what is wrong with a password at its field, and keeps the number', async () => {
    const ins = somebody();
    const code = await invited(town.kept, ins, town.in(60));
    const said = async (chosen: string, again = chosen): Promise<string> => {
      const fields = { ins: ins.value, code, password: chosen, again };
      return (await browserOf(town.carnet).submit('/compte/inscription', fields)).text;
    };
    const short = await said('onze signes');
    expect(short).toContain('<p class="fault" id="password-faute">Ce mot de passe est trop court');
    expect(short).toMatch(
      /<input id="password"[^>]* aria-describedby="password-faute password-aide" aria-invalid="true" autofocus>/,
    );
    expect(short).toMatch(new RegExp(`<input id="ins"[^>]* value="${ins.value}"`));
    expect(short).not.toContain('onze signes');
    expect(await said('1q2w3e4r5t6y')).toContain('id="password-faute">Ce mot de passe est trop répandu');
    expect(await said(`mon ${ins.value}`)).toContain('id="password-faute">Ce mot de passe contient');
    expect(await said(password, `${password}!`)).toContain('id="again-faute">Ce n’est pas le même');
  });
});

describe('signing in', () => {
  it('opens the page of the account, for an hour', async () => {
    const browser = browserOf(town.carnet);
    const answer = await town.signsIn(browser, await town.person());
    expect([answer.status, answer.headers.location]).toEqual([303, '/compte']);
    expect((await browser.get('/compte')).status).toBe(200);
    town.pass(61);
    expect((await browser.get('/compte')).headers.location).toBe('/compte/connexion');
  });

  it('says one thing of whatever is wrong', async () => {
    const person = await town.person();
    const nobody = { ...person, ins: somebody() };
    const said = async (one: typeof person, more = {}): Promise<string> => {
      const { status, text } = await town.signsIn(browserOf(town.carnet), one, more);
      return `${status} ${text.replaceAll(one.ins.value, '').replaceAll(/value="[\w-]{43}"/g, '')}`;
    };
    const answers = [await said(person, { password: 'a wrong one' }), await said(person, { totp: '000000' }), await said(nobody)];
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^422 [\s\S]*role="alert"><p>Le numéro, le mot de passe ou le code n’est pas le bon\./);
  });

  it('says for how long to wait', async () => {
    const person = await town.person();
    const browser = browserOf(town.carnet);
    for (let guess = 0; guess < 6; guess += 1) await town.signsIn(browser, person, { password: 'a wrong one' });
    const { status, headers, text } = await town.signsIn(browser, person);
    expect([status, headers['retry-after']]).toEqual([429, '60']);
    expect(text).toContain('Il y a eu trop d’essais. Réessayez dans 1 minute.');
  });

  it('knows the browser that has signed in before, and whoever else shares it', async () => {
    const [one, other] = [await town.person(), await town.person()];
    const browser = browserOf(town.carnet);
    for (const person of [one, other]) expect((await town.signsIn(browser, person)).status).toBe(303);
    town.pass(1);
    for (const person of [one, other]) {
      for (let guess = 0; guess < 6; guess += 1) await town.signsIn(browserOf(town.carnet), person, { password: 'a wrong one' });
      expect((await town.signsIn(browserOf(town.carnet), person)).status).toBe(429);
      expect((await town.signsIn(browser, person)).status).toBe(303);
    }
  });

  it('believes a proxy that is known, and nobody else, on where somebody comes from', async () => {
    const person = await town.person();
    const [one, other] = [browserOf(town.carnet, '203.0.113.1'), browserOf(town.carnet, '203.0.113.9, 203.0.113.2')];
    for (let guess = 0; guess < 6; guess += 1) await town.signsIn(one, person, { password: 'a wrong one' });
    expect((await town.signsIn(one, person)).status).toBe(429);
    expect((await town.signsIn(browserOf(town.carnet, '203.0.113.2, 203.0.113.1'), person)).status).toBe(429);
    expect((await town.signsIn(other, person)).status).toBe(303);
  });
});

describe('leaving', () => {
  it('closes this browser, and the cookie of before opens nothing', async () => {
    const person = await town.person();
    const [one, other] = [browserOf(town.carnet), browserOf(town.carnet)];
    await town.signsIn(one, person);
    town.pass(1);
    await town.signsIn(other, person);
    const session = one.cookies.get('carnet-session') ?? '';
    const { status, text } = await town.leaves(one, '/compte/deconnexion');
    expect([status, text.includes('Vous êtes déconnecté de ce navigateur.')]).toEqual([200, true]);
    one.cookies.set('carnet-session', session);
    expect([(await one.get('/compte')).status, (await other.get('/compte')).status]).toEqual([303, 200]);
  });

  it('closes every browser', async () => {
    const person = await town.person();
    const [one, other] = [browserOf(town.carnet), browserOf(town.carnet)];
    await town.signsIn(one, person);
    town.pass(1);
    await town.signsIn(other, person);
    expect((await town.leaves(one, '/compte/deconnexion-partout')).text).toContain(
      'Toutes les connexions de ce compte sont fermées',
    );
    expect([(await one.get('/compte')).status, (await other.get('/compte')).status]).toEqual([303, 303]);
  });

  it('is done to nobody without his session', async () => {
    const person = await town.person();
    const [one, stranger] = [browserOf(town.carnet), browserOf(town.carnet)];
    await town.signsIn(one, person);
    const { status, headers } = await town.leaves(stranger, '/compte/deconnexion-partout');
    expect([status, headers.location]).toEqual([303, '/compte/connexion']);
    expect((await one.get('/compte')).status).toBe(200);
  });
});
