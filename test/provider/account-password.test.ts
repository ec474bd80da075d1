// Which passwords are taken, and how they are kept.
import { describe, expect, it } from '@jest/globals';
import { insKeyOf } from '../../src/identity/identifiers.ts';
import { passwordHashes } from '../../src/provider/account/password-hash.ts';
import { type Fault, faultOf } from '../../src/provider/account/password-rule.ts';
import { readTypedIns } from '../../src/provider/account/typed-ins.ts';
import { testCost } from '../carnet.ts';

const ins = { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '279035121518989' };

const taken: readonly string[] = [
  'quatre cigognes sur un toit',
  'abricotierbleu',
  '7402 9916 3385',
  'aaaa bbbb cccc dddd',
  'пароль для моей тётки',
  '深緑の丘を越えて行く三匹の犬と猫',
  '🦉🌲🦔🌧🪵🍄🦊🌙🐌🍂🌰🦡',
  'soleil dans la vallée',
  'x'.repeat(6) + ' puis '.repeat(30),
];
const refused: readonly (readonly [string, Fault])[] = [
  ['', 'short'],
  ['onze signes', 'short'],
  ['🦉🌲🦔🌧🪵🍄🦊🌙🐌🍂🌰', 'short'],
  ['mot '.repeat(51), 'long'],
  ['motherfucker', 'common'],
  ['MotherFucker', 'common'],
  ['1q2w3e4r5t6y', 'common'],
  ['qwertyuiop123', 'common'],
  ['Password2026!', 'common'],
  ['!!!Football1998', 'common'],
  ['soleilsoleil', 'common'],
  ['aaaaaaaaaaaaa', 'common'],
  ['abcabcabcabc1', 'common'],
  ['279035121518989', 'personal'],
  ['2 79 03 51 215 189 89', 'personal'],
  ['ma clé 0351215 est là', 'personal'],
  ['naissance 03/1979', 'personal'],
  ['1979-03 à la maison', 'personal'],
];

describe('a password', () => {
  it.each(taken)('is taken: %s', async (password) => expect(await faultOf(password, ins)).toBeUndefined());
  it.each(refused)('%s is refused: %s', async (password, fault) => expect(await faultOf(password, ins)).toBe(fault));
});

describe('a hash', () => {
  const hashes = passwordHashes(testCost);

  it('says how it was made, and is another each time', async () => {
    const [one, other] = [await hashes.make('quatre cigognes'), await hashes.make('quatre cigognes')];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(other);
    expect(await hashes.verify('quatre cigognes', one)).toBe('right');
    expect(await hashes.verify('quatre cigogneS', one)).toBe('wrong');
  });

  it('costs what is safe where nobody says otherwise', async () => {
    const dear = passwordHashes();
    const hash = await dear.make('quatre cigognes');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect([await dear.verify('quatre cigognes', hash), await hashes.verify('quatre cigognes', hash)]).toEqual([
      'right',
      'stale',
    ]);
  });

  // https://github.com/P-H-C/phc-winner-argon2/blob/master/src/test.c
  it('is that of other programs', async () => {
    const hash = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
    expect([await hashes.verify('password', hash), await hashes.verify('passwort', hash)]).toEqual(['stale', 'wrong']);
  });

  it('is of nobody: never right', async () => {
    expect(await hashes.verify('quatre cigognes', undefined)).toBe('wrong');
  });

  it('is made a few at the same time, some wait, and the rest is told to come again, those known first of all', async () => {
    const hash = await hashes.make('quatre cigognes');
    const order: string[] = [];
    const asked = async (name: string, known: boolean): Promise<void> => {
      await hashes.verify('quatre cigognes', hash, known);
      order.push(name);
    };
    const others = Array.from({ length: 110 }, async () => await asked('other', false));
    const known = asked('known', true);
    const all = await Promise.allSettled(others);
    await known;
    expect(all.filter(({ status }) => status === 'rejected').length).toBe(8);
    expect(order.indexOf('known')).toBeLessThan(60);
    expect(all.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { status: 503 } });
  });
});

describe('a number as it is typed', () => {
  it.each(['279035121518989', '2 79 03 51 215 189 89', '2-79-03-51-215-189-89', ' 2.79.03.51.215.189.89 '])('%s', (typed) => {
    expect(readTypedIns(typed)).toContainEqual(ins);
    expect(readTypedIns(typed).map(({ system }) => system.split('.').at(-1))).toEqual(['8', '9', '10', '11']);
  });

  it('of Corsica', () => {
    const thirteen = '185052A006001';
    expect(readTypedIns(thirteen.toLowerCase() + insKeyOf(thirteen)).length).toBe(4);
  });

  it.each(['279035121518988', '27903512151898', '2790351215189899', '', 'INS', '279035121518989\u0000'])(
    'is misspelt: %s',
    (typed) => {
      expect(readTypedIns(typed)).toEqual([]);
    },
  );
});
