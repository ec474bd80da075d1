// The second factor: a code of the moment, from a secret that the person's telephone keeps.
// https://www.rfc-editor.org/rfc/rfc6238
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/** Of one-time codes in the database: sealed with a key of its own. */
export type Seal = { readonly close: (secret: string) => string; readonly open: (sealed: string) => string };

const period = 30;
const digits = 6;
/** Steps before and after: https://www.rfc-editor.org/rfc/rfc6238#section-5.2 */
const tolerated = 1;
const cipher = 'aes-256-gcm';
const [ivLength, tagLength] = [12, 16];

/** In base32, of 160 bits. */
export function newSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an application reads from the QR code. `label` must tell nobody else who it is. */
export function addressOf(secret: string, label: string): string {
  return totpOf(secret, label).toString();
}

/** The step that the code is of, near this moment. */
export function stepOf(secret: string, typed: string, now: Date): number | undefined {
  const token = typed.slice(0, 40).replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return undefined;
  const timestamp = now.getTime();
  const delta = totpOf(secret).validate({ token, timestamp, window: tolerated });
  return delta === null ? undefined : Math.floor(timestamp / 1000 / period) + delta;
}

export function codeAt(secret: string, now: Date): string {
  return totpOf(secret).generate({ timestamp: now.getTime() });
}

function totpOf(secret: string, label = ''): TOTP {
  return new TOTP({ issuer: 'carnet', label, algorithm: 'SHA1', digits, period, secret: Secret.fromBase32(secret) });
}

/** `key`: 32 random bytes. */
export function sealOf(key: Buffer): Seal {
  const derived = Buffer.from(hkdfSync('sha256', key, '', 'one-time codes', 32));
  return {
    close: (secret) => {
      const iv = randomBytes(ivLength);
      const closing = createCipheriv(cipher, derived, iv);
      const closed = Buffer.concat([closing.update(secret, 'utf8'), closing.final()]);
      return Buffer.concat([iv, closing.getAuthTag(), closed]).toString('base64');
    },
    open: (sealed) => {
      const bytes = Buffer.from(sealed, 'base64');
      const opening = createDecipheriv(cipher, derived, bytes.subarray(0, ivLength));
      opening.setAuthTag(bytes.subarray(ivLength, ivLength + tagLength));
      return Buffer.concat([opening.update(bytes.subarray(ivLength + tagLength)), opening.final()]).toString('utf8');
    },
  };
}
