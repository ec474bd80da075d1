// Bytes as base64 while they stream, between two texts.
// https://www.rfc-editor.org/rfc/rfc4648#section-4
import { Transform } from 'node:stream';

export function base64Between(before: string, after: string): Transform {
  let rest = Buffer.alloc(0);
  let started = false;
  const encoded = (bytes: Buffer): string => {
    const text = bytes.toString('base64');
    if (started) return text;
    started = true;
    return before + text;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const bytes = Buffer.concat([rest, chunk]);
      const whole = bytes.length - (bytes.length % 3);
      rest = bytes.subarray(whole);
      done(null, encoded(bytes.subarray(0, whole)));
    },
    flush(done) {
      done(null, encoded(rest) + after);
    },
  });
}
