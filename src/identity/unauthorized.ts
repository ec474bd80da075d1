// The challenges of the Bearer scheme: 401 for who cannot be recognised, 400 for a token sent otherwise than in the header, 403 for a token whose scopes do not reach.
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

/** A token is sent once, and in the header alone: addresses are logged and kept by others. */
export function sentOtherwise(): Refusal {
  const text = 'An access token is sent once, in the Authorization header';
  return new Refusal('bad-request', [{ text, expression: 'http.Authorization' }], {
    'WWW-Authenticate': `${challenge}, error="invalid_request", error_description="${text}"`,
  });
}

/** `scope`: what would do, told from the token and the request alone. */
export function insufficientScope(text: string, scope: string): Refusal {
  return new Refusal('forbidden', [{ text }], {
    'WWW-Authenticate': `${challenge}, error="insufficient_scope", scope="${scope}"`,
  });
}
