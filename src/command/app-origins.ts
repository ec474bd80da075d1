// The variable that names the origins of apps in browsers.
// https://www.rfc-editor.org/rfc/rfc6454#section-6.2
import { given, StartError, type Variables } from './start-error.ts';

/** Absent where APP_ORIGINS is. Throws StartError. */
export function readAppOrigins(env: Variables): readonly string[] | undefined {
  return given(env, 'APP_ORIGINS')
    ?.split(/\s+/)
    .map((value) => {
      const url = URL.parse(value);
      if (url !== null && /^https?:$/.test(url.protocol) && url.origin === value) return value;
      throw new StartError(
        `APP_ORIGINS has ${JSON.stringify(value)}: each must be an origin without a path, for example https://app.example.`,
      );
    });
}
