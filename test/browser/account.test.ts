// The pages of accounts in a real Chromium: by keyboard alone, on the narrowest screen, and with nothing that their own policy refuses.
// https://www.w3.org/TR/WCAG22/#reflow (320 pixels, which is four times the size on a screen of 1280), https://www.w3.org/TR/WCAG22/#contrast-minimum
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { codeAt } from '../../src/provider/account/one-time-code.ts';
import { secretIn } from '../provider/browser.ts';
import { invited, password, somebody } from '../provider/person.ts';
import { openTown, type Town } from '../provider/town.ts';
import { type Chromium, findChromium, openChromium, type Page } from './chromium.ts';

const program = findChromium();
if (program === undefined) console.warn('SKIPPED: no Chromium for this machine. CHROMIUM=/path/to/chromium names one.');
const inBrowser = program === undefined ? it.skip : it;
const base = 'http://carnet.test/compte';

let town: Town;
let chromium: Chromium | undefined;

beforeAll(async () => {
  if (program === undefined) return;
  town = await openTown();
  chromium = await openChromium(program, { 'carnet.test': town.carnet.address });
}, 120_000);
afterAll(async () => {
  await chromium?.close();
  if (program !== undefined) await town.stop();
});

/** What is too wide, too pale or too small to hit. */
const judged = `(() => {
  const channel = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = (color) => {
    const [red, green, blue] = color.match(/[\\d.]+/g).map(Number).map(channel);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (one) => {
    const { backgroundColor } = getComputedStyle(one);
    return /, 0\\)$/.test(backgroundColor) && one.parentElement ? behind(one.parentElement) : backgroundColor;
  };
  const pale = [...document.querySelectorAll('body *')].filter((one) => {
    const [a, b] = [light(getComputedStyle(one).color), light(behind(one))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
  });
  const small = [...document.querySelectorAll('input:not([type=hidden]),button')].filter((one) => one.getBoundingClientRect().height < 44);
  const wide = document.documentElement.scrollWidth > 320 ? ['wide'] : [];
  return [...wide, ...pale.map((one) => 'pale: ' + one.outerHTML), ...small.map((one) => 'small: ' + one.outerHTML)];
})()`;

async function narrowPage(said: string[]): Promise<Page> {
  const page = await chromium?.newPage();
  if (page === undefined) throw new Error('no browser');
  page.on('console', (one) => said.push(one.text?.() ?? ''));
  page.on('pageerror', ({ message = '' }) => said.push(message));
  await page.setViewportSize({ width: 320, height: 640 });
  return page;
}

/** Types into one field after the other, and sends the form by the key Enter. */
async function types(page: Page, ...texts: readonly string[]): Promise<void> {
  for (const [at, text] of texts.entries()) {
    if (at > 0) await page.keyboard.press('Tab');
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Enter');
}

inBrowser(
  'an account is made, left and entered again, by keyboard alone, on 320 pixels',
  async () => {
    const said: string[] = [];
    const ins = somebody();
    const code = await invited(town.kept, ins, town.in(60));
    const page = await narrowPage(said);
    const faults: unknown[] = [];
    const judge = async (): Promise<void> => void faults.push(...((await page.evaluate(judged)) as unknown[]));

    await page.goto(`${base}/inscription`);
    await page.waitForSelector('#ins:focus');
    await judge();
    await types(page, ins.value, code, 'onze signes', 'onze signes');
    await page.waitForSelector('[role=alert]');
    await judge();
    // The reader stands at what is wrong.
    await page.waitForSelector('#password:focus');
    await page.fill('#code', code);
    await page.fill('#again', '');
    await page.evaluate('document.getElementById("password").focus()');
    await types(page, password, password);
    await page.waitForURL(`${base}/second-facteur`);
    await judge();
    const secret = secretIn(String(await page.evaluate('document.documentElement.outerHTML')));
    await page.fill('#totp', codeAt(secret, town.now()));
    await page.keyboard.press('Enter');
    await page.waitForURL(base);
    await judge();
    await page.click('form[action$="/deconnexion"] button');
    await page.waitForSelector('[role=status]');
    await judge();

    town.pass(1);
    await page.goto(`${base}/connexion`);
    await page.waitForSelector('#ins:focus');
    await judge();
    await types(page, ins.value, password, codeAt(secret, town.now()));
    await page.waitForURL(base);
    expect(await page.textContent('main')).toContain(`finit par ${ins.value.slice(-3)}`);
    expect(await page.evaluate('document.cookie')).toBe('');
    expect([faults, said.filter((line) => !line.includes('status of 422'))]).toEqual([[], []]);
  },
  120_000,
);
