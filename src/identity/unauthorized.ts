// The answers to who cannot be recognised: 401 with the challenge of the Bearer scheme.
// https://www.rfc-editor.org/rfc/rfc6750#section-3
import { Refusal } from '../fhir/outcome.ts';

const challenge = 'Bearer realm="carnet"';

/** No token was sent: the challenge carries no error code. */
export function tokenRequired(): Refusal {
  return new Refusal('unauthorized', [{ text: 'An access token is required', expression: 'http.Authorization' }], {
    'WWW-Authenticate': challenge,
  });
}

/** `text` is one of our own fixed sentences: it goes into a header between quotes. */
export function invalidToken(text = 'The access token is not valid'): Refusal {
  return new Refusal('unauthorized', [{ text, expression: 'http.Authorization' }], {
    'WWW-Authenticate': `${challenge}, error="invalid_token", error_description="${text}"`,
  });
}
