// What clients send, before oidc-provider reads it.
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { isObject, type JsonObject } from '../fhir/json.ts';

/** `route`: oidc-provider's name of the address. */
export type Rewriting = (route: string | undefined, body: JsonObject) => JsonObject;

export function rewriteBodies(provider: Provider, rewritings: readonly Rewriting[]): void {
  const bodies = new WeakMap<object, unknown>();
  Object.defineProperty(provider.OIDCContext.prototype, 'body', {
    get(this: KoaContextWithOIDC['oidc']) {
      return bodies.get(this);
    },
    set(this: KoaContextWithOIDC['oidc'], body: unknown) {
      const { route } = this;
      bodies.set(this, isObject(body) ? rewritings.reduce((read, rewritten) => rewritten(route, read), body) : body);
    },
  });
}
