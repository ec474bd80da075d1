// The environment variables: what they mean, and the one line that a wrong value stops the start with.
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readEnvironment } from '../../src/command/environment.ts';
import { StartError } from '../../src/command/start-error.ts';

type Variables = Readonly<Record<string, string>>;
const production = { NODE_ENV: 'production', MONGODB_URI: 'mongodb://db/carnet', TRUSTED_ISSUERS: '/etc/issuers.json' };

test('nothing set', () => {
  expect(readEnvironment({})).toEqual({
    production: false,
    port: 8080,
    host: '127.0.0.1',
    baseUrl: 'http://localhost:8080/fhir',
    dataDir: resolve('data'),
    demo: true,
    regime: join(import.meta.dirname, '..', '..', 'profiles', 'Parameters-regime-2018.json'),
    conformance: join(import.meta.dirname, '..', '..'),
  });
});

const mail = {
  SMTP_URL: 'smtp://smtp.example',
  MAIL_FROM: 'Mon dossier <ne-pas-repondre@carnet.example>',
  PORTAL_URL: 'https://carnet.example/',
};

const accepted: readonly [Variables, Readonly<Record<string, unknown>>][] = [
  [{ PORT: '9000' }, { port: 9000, baseUrl: 'http://localhost:9000/fhir' }],
  [{ PORT: ' 9000 ' }, { port: 9000 }],
  [{ PORT: '' }, { port: 8080 }],
  [{ HOST: '0.0.0.0' }, { host: '0.0.0.0' }],
  [{ HOST: '::' }, { host: '::' }],
  [{ HOST: 'carnet.example' }, { host: 'carnet.example' }],
  [{ BASE_URL: 'https://carnet.example/fhir/' }, { baseUrl: 'https://carnet.example/fhir' }],
  [{ MONGODB_URI: 'mongodb+srv://u:p@db.example/carnet' }, { mongodbUri: 'mongodb+srv://u:p@db.example/carnet' }],
  [{ DATA_DIR: '/srv/carnet' }, { dataDir: '/srv/carnet' }],
  [{ TRUSTED_ISSUERS: 'issuers.json' }, { trustedIssuers: resolve('issuers.json') }],
  [{ DEMO: 'off' }, { demo: false }],
  [{ DEMO: 'on' }, { demo: true }],
  [{ REGIME: 'profiles/Parameters-regime-2026.json' }, { regime: resolve('profiles/Parameters-regime-2026.json') }],
  [{ HABILITATION: 'matrix.json' }, { habilitation: resolve('matrix.json') }],
  [{ CONFORMANCE: 'own' }, { conformance: resolve('own') }],
  [mail, { mail: { url: mail.SMTP_URL, from: mail.MAIL_FROM, portal: mail.PORTAL_URL } }],
  [{ ...mail, SMTP_URL: 'smtps://u:p@smtp.example:465' }, { mail: { url: 'smtps://u:p@smtp.example:465' } }],
  [{ ...mail, SMTP_URL: '' }, { port: 8080 }],
  [
    { APP_ORIGINS: 'https://app.example  http://localhost:3000' },
    { appOrigins: ['https://app.example', 'http://localhost:3000'] },
  ],
  [{ TRUSTED_PROXIES: '10.0.0.0/8 2001:db8::1' }, { trustedProxies: ['10.0.0.0/8', '2001:db8::1'] }],
  [{ NODE_ENV: 'test' }, { production: false, demo: true }],
  [production, { production: true, demo: false, mongodbUri: 'mongodb://db/carnet', trustedIssuers: '/etc/issuers.json' }],
];

test.each(accepted)('%j', (env, expected) => {
  expect(readEnvironment(env)).toMatchObject(expected);
});

const refused: readonly [Variables, string][] = [
  [{ PORT: 'http' }, 'PORT is "http": it must be a whole number from 1 to 65535.'],
  [{ PORT: '0' }, 'PORT is "0": it must be a whole number from 1 to 65535.'],
  [{ PORT: '65536' }, 'PORT is "65536": it must be a whole number from 1 to 65535.'],
  [{ PORT: '8e3' }, 'PORT is "8e3": it must be a whole number from 1 to 65535.'],
  [{ HOST: 'http://x' }, 'HOST is "http://x": it must be an address or a host name'],
  [{ BASE_URL: 'carnet.example/fhir' }, 'BASE_URL must be an http or https address'],
  [{ BASE_URL: 'ftp://carnet.example' }, 'BASE_URL must be an http or https address'],
  [{ BASE_URL: 'https://u:secret@carnet.example' }, 'BASE_URL must be an http or https address'],
  [{ BASE_URL: 'https://carnet.example/fhir?a=1' }, 'BASE_URL must be an http or https address'],
  [{ MONGODB_URI: 'postgres://u:secret@db' }, 'MONGODB_URI must begin with mongodb:// or mongodb+srv://'],
  [{ MONGODB_URI: 'mongodb://' }, 'MONGODB_URI must begin with mongodb:// or mongodb+srv://'],
  [{ ...mail, SMTP_URL: 'http://u:secret@smtp.example' }, 'SMTP_URL must begin with smtp:// or smtps:// and name a host'],
  [{ ...mail, SMTP_URL: 'smtp://' }, 'SMTP_URL must begin with smtp:// or smtps:// and name a host'],
  [{ ...mail, SMTP_URL: 'u:secret@smtp.example' }, 'SMTP_URL must begin with smtp:// or smtps:// and name a host'],
  [{ SMTP_URL: 'smtp://smtp.example' }, 'SMTP_URL needs MAIL_FROM and PORTAL_URL: set them.'],
  [{ ...mail, PORTAL_URL: ' ' }, 'SMTP_URL needs PORTAL_URL: set it.'],
  [{ MAIL_FROM: 'carnet' }, 'MAIL_FROM is "carnet": it must be an address'],
  [{ MAIL_FROM: 'a@b.fr\r\nBcc: c@d.fr' }, 'MAIL_FROM is'],
  [{ PORTAL_URL: 'carnet.example' }, 'PORTAL_URL must be an http or https address'],
  [{ PORTAL_URL: 'https://u:secret@carnet.example' }, 'PORTAL_URL must be an http or https address'],
  [{ TRUSTED_PROXIES: '10.0.0.0/33' }, 'TRUSTED_PROXIES has "10.0.0.0/33": each must be an address or a network'],
  [{ TRUSTED_PROXIES: '10.0.0.1 all' }, 'TRUSTED_PROXIES has "all": each must be an address or a network'],
  [{ APP_ORIGINS: '*' }, 'APP_ORIGINS has "*": each must be an origin'],
  [{ APP_ORIGINS: 'null' }, 'APP_ORIGINS has "null": each must be an origin'],
  [{ APP_ORIGINS: 'https://app.example/' }, 'APP_ORIGINS has "https://app.example/": each must be an origin'],
  [{ APP_ORIGINS: 'ftp://app.example' }, 'APP_ORIGINS has "ftp://app.example": each must be an origin'],
  [{ DEMO: 'no' }, 'DEMO is "no": it must be on or off.'],
  [{ REGIME: 'PP' }, 'REGIME is "PP": it must be the path of a JSON file.'],
  [{ HABILITATION: 'matrix.xml' }, 'HABILITATION is "matrix.xml": it must be the path of a JSON file.'],
  [{ NODE_ENV: 'Production' }, 'NODE_ENV is "Production": it must be production, development or test.'],
  [{ NODE_ENV: 'production' }, 'NODE_ENV=production needs MONGODB_URI and TRUSTED_ISSUERS: set them.'],
  [{ ...production, MONGODB_URI: '' }, 'NODE_ENV=production needs MONGODB_URI: set it.'],
  [{ ...production, TRUSTED_ISSUERS: ' ' }, 'NODE_ENV=production needs TRUSTED_ISSUERS: set it.'],
  [{ ...production, DEMO: 'on' }, 'DEMO is "on": there is no demo set under NODE_ENV=production.'],
];

describe('refused in one line', () => {
  test.each(refused)('%j', (env, line) => {
    const failure = failureOf(env);
    expect(failure).toBeInstanceOf(StartError);
    expect(failure?.message.startsWith(line)).toBe(true);
    expect(failure?.message).not.toMatch(/\n|secret/);
  });
});

function failureOf(env: Variables): Error | undefined {
  try {
    readEnvironment(env);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : undefined;
  }
}
