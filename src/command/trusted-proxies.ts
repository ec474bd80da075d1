// The variable that names the proxies whose word on where a request comes from is believed.
// https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For
import { isNetwork } from '../provider/page/peer.ts';
import { given, StartError, type Variables } from './start-error.ts';

/** Absent where TRUSTED_PROXIES is. Throws StartError. */
export function readTrustedProxies(env: Variables): readonly string[] | undefined {
  return given(env, 'TRUSTED_PROXIES')
    ?.split(/\s+/)
    .map((value) => {
      if (isNetwork(value)) return value;
      throw new StartError(
        `TRUSTED_PROXIES has ${JSON.stringify(value)}: each must be an address or a network, for example 10.0.0.0/8.`,
      );
    });
}
