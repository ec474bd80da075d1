// FHIR over HTTP: the routes are those that the capability statement declares; everything else is 404 or 405.
// https://hl7.org/fhir/R4/http.html
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type Express, type RequestHandler } from 'express';
import type { TypeCapability } from '../conformance/conformance.ts';
import type { JsonObject } from '../fhir/json.ts';
import { Refusal, refuse } from '../fhir/outcome.ts';
import { operations, placesOf } from '../operation/operations.ts';
import { typesIn } from '../search/compartment.ts';
import { cors } from './cors.ts';
import {
  bundleHandling,
  createHandling,
  deleteHandling,
  handle,
  historyHandling,
  operationHandling,
  patchHandling,
  readHandling,
  type Shared,
  searchHandling,
  updateHandling,
  vreadHandling,
} from './handler.ts';
import { queryOf, wanted } from './negotiation.ts';
import { arrived, errorHandler, type Report, send } from './send.ts';

export type AccessLog = (entry: {
  readonly request: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}) => void;

/** What stands beside the FHIR base. */
export type Beside = {
  readonly path: string;
  /** Of an address below the path. */
  readonly has: (url: string) => boolean;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
};

export type App = Shared & {
  readonly report: Report;
  readonly log: AccessLog;
  readonly provider: Beside & {
    readonly smartConfiguration: JsonObject;
    /** Below the path, what a page of any origin may read. */
    readonly open: readonly string[];
  };
  /** For persons. */
  readonly pages: Beside;
  /** Of apps in browsers, beside the server's own. */
  readonly hasOrigin: (origin: string) => Promise<boolean>;
};

const operated = Object.keys(operations);
/** In the order in which they are tried: what begins with `_` or `$` is no id. */
const paths: readonly string[] = [
  '',
  '/_search',
  '/_history',
  ...operated.map((name) => `/$${name}`),
  '/:id',
  '/:id/_history',
  '/:id/_history/:vid',
  ...operated.map((name) => `/:id/$${name}`),
];

type Route = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly handler: RequestHandler;
};

type SystemRoute = {
  readonly method: 'get' | 'post';
  readonly path: (typeof systemPaths)[number];
  readonly handler: RequestHandler;
};
const systemPaths = ['/', '/_history', '/_search'] as const;

export function createApp(app: App): Express {
  const server = express();
  server
    .disable('x-powered-by')
    .disable('etag')
    .set('query parser', false)
    .set('case sensitive routing', true)
    .set('strict routing', true);
  server.use(first(app.log));
  server.use(cors({ open: discovery(app), allows: app.hasOrigin }));
  server.get('/health', (_request, response) => void response.json({ status: 'up' }));
  for (const one of [app.provider, app.pages]) server.use(one.path, beside(one));
  server.use(new URL(app.baseUrl).pathname, routes(app));
  server.use((_request, _response, next) => next(refuse('not-found', 'There is nothing at this address')));
  server.use(errorHandler(app, app.report));
  return server;
}

/** What an app reads before it is known. */
function discovery({ baseUrl, provider }: App): ReadonlySet<string> {
  const { pathname } = new URL(baseUrl);
  const own = ['/metadata', '/.well-known/smart-configuration'].map((path) => pathname.replace(/\/$/, '') + path);
  return new Set([...own, ...provider.open.map((path) => provider.path + path)]);
}

/** No cache keeps health data, no browser guesses a type; the route is logged, never the ids in it. */
function first(log: AccessLog): RequestHandler {
  return (request, response, next) => {
    arrived(request);
    const started = performance.now();
    const sent = request.get('x-request-id');
    const id = sent !== undefined && /^[\w.-]{1,64}$/.test(sent) ? sent : randomUUID();
    response.set({
      'X-Request-Id': id,
      'Cache-Control': 'no-store',
      Vary: 'Authorization, Accept, Prefer, Origin',
      'X-Content-Type-Options': 'nosniff',
    });
    response.on('finish', () => {
      const route = String(response.locals.route ?? '-');
      log({
        request: id,
        method: request.method,
        route,
        status: response.statusCode,
        ms: Math.round(performance.now() - started),
      });
    });
    next();
  };
}

function beside({ path, has, handle: answer }: Beside): RequestHandler {
  return async (request, response, next) => {
    if (!has(request.url)) return next();
    response.locals.route = path.slice(1) + request.path.replace(/^\/(auth|interaction)\/.*/, '/$1/:uid');
    await answer(request, response);
  };
}

function routes(app: App): express.Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  router.get('/metadata', metadata(app));
  router.all('/metadata', () => notAllowed([{ method: 'get' }]));
  router.get('/.well-known/smart-configuration', (_request, response) => void response.json(app.provider.smartConfiguration));
  router.all('/.well-known/smart-configuration', () => notAllowed([{ method: 'get' }]));
  router.use(byType(app));
  system(app, router);
  router.use(handle(app, 'read', async (_context, { path }) => unknownAddress(app, path)));
  return router;
}

/** Each type has a router of its own: all in one would try thousands of addresses for each request. */
function byType(app: App): RequestHandler {
  const routers = new Map(
    [...app.conformance.types.values()].map((capability) => [capability.type, routesBelow(app, capability)]),
  );
  return (request, response, next) => {
    const [, type = ''] = request.path.split('/', 2);
    const router = routers.get(type);
    if (router === undefined) next();
    else router(request, response, next);
  };
}

function routesBelow(app: App, capability: TypeCapability): express.Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  const declared = [...routesOf(app, capability), ...operationsOf(app, capability)];
  for (const path of paths) {
    const here = declared.filter((route) => route.path === path);
    const address = `/${capability.type}${path}`;
    for (const { method, handler } of here) router[method](address, named(address, { type: capability.type }), handler);
    router.all(address, otherwise(app, here));
  }
  compartment(app, capability.type, router);
  return router;
}

/** What is asked of the server as a whole, at its base. */
function system(app: App, router: express.Router): void {
  const searching = handle(app, 'search-system', searchHandling);
  const routes: Readonly<Record<string, readonly SystemRoute[]>> = {
    transaction: [{ method: 'post', path: '/', handler: handle(app, 'transaction', bundleHandling) }],
    batch: [{ method: 'post', path: '/', handler: handle(app, 'batch', bundleHandling) }],
    'history-system': [{ method: 'get', path: '/_history', handler: handle(app, 'history-system', historyHandling) }],
    'search-system': [
      { method: 'get', path: '/', handler: searching },
      { method: 'post', path: '/_search', handler: searching },
    ],
  };
  const declared = [...app.conformance.interactions].flatMap((interaction) => had(routes, interaction));
  for (const { method, path, handler } of declared) router[method](path, handler);
  for (const path of systemPaths) {
    const here = declared.filter((route) => route.path === path);
    router.all(path, otherwise(app, here));
  }
}

/** `Patient/1/Observation`, and `Patient/1/*` for all types. https://hl7.org/fhir/R4/http.html#vsearch */
function compartment(app: App, of: string, router: express.Router): void {
  const { types, compartments } = app.conformance;
  if (!compartments.has(of)) return;
  const handler = handle(app, 'search-type', searchHandling);
  const inside = [...typesIn(app.conformance, of)].filter((type) => types.get(type)?.interactions.has('search-type'));
  for (const type of [undefined, ...inside]) {
    const address = `/${of}/:id/${type ?? String.raw`\*`}`;
    const here = named(address, { compartment: of, ...(type === undefined ? {} : { type }) });
    router.get(address, here, handler).all(address, otherwise(app, [{ method: 'get' }]));
    router.post(`${address}/_search`, here, handler).all(`${address}/_search`, otherwise(app, [{ method: 'post' }]));
  }
}

/** `address` is what the log shows of it. */
function named(address: string, parameters: Readonly<Record<string, string>>): RequestHandler {
  return (request, response, next) => {
    Object.assign(request.params, parameters);
    response.locals.route = address.slice(1);
    next();
  };
}

function otherwise(app: App, here: readonly Pick<Route, 'method'>[]): RequestHandler {
  return handle(app, 'read', async () => notAllowed(here));
}

/** By id, and where criteria may find the target by the address of the type. */
function changing(method: Route['method'], handler: RequestHandler, conditional: boolean): readonly Route[] {
  const places = conditional ? (['/:id', ''] as const) : (['/:id'] as const);
  return places.map((path) => ({ method, path, handler }));
}

function routesOf(app: App, { interactions }: TypeCapability): readonly Route[] {
  // What cannot be searched cannot be found by criteria.
  const conditional = interactions.has('search-type');
  const routes: Readonly<Record<string, readonly Route[]>> = {
    read: [{ method: 'get', path: '/:id', handler: handle(app, 'read', readHandling) }],
    vread: [{ method: 'get', path: '/:id/_history/:vid', handler: handle(app, 'vread', vreadHandling) }],
    'history-instance': [{ method: 'get', path: '/:id/_history', handler: handle(app, 'history-instance', historyHandling) }],
    'history-type': [{ method: 'get', path: '/_history', handler: handle(app, 'history-type', historyHandling) }],
    'search-type': [
      { method: 'get', path: '', handler: handle(app, 'search-type', searchHandling) },
      { method: 'post', path: '/_search', handler: handle(app, 'search-type', searchHandling) },
    ],
    create: [{ method: 'post', path: '', handler: handle(app, 'create', createHandling) }],
    update: changing('put', handle(app, 'update', updateHandling), conditional),
    patch: changing('patch', handle(app, 'patch', patchHandling), conditional),
    delete: changing('delete', handle(app, 'delete', deleteHandling), conditional),
  };
  return [...interactions].flatMap((interaction) => had(routes, interaction));
}

/** https://hl7.org/fhir/R4/operations.html */
function operationsOf(app: App, { operations: declared }: TypeCapability): readonly Route[] {
  return [...declared].flatMap((name) => {
    const handler = handle(app, 'operation', operationHandling(had(operations, name)));
    return placesOf(app.conformance, name).map(({ on, method }) => ({
      method,
      path: on === 'instance' ? `/:id/$${name}` : `/$${name}`,
      handler,
    }));
  });
}

/** What the capability statement declares and the server lacks stops the start. */
function had<T>(routes: Readonly<Record<string, T>>, name: string): T {
  const found = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (found === undefined) throw new Error(`capability-statement.json declares ${name}, which the server does not have`);
  return found;
}

function notAllowed(here: readonly Pick<Route, 'method'>[]): never {
  const methods = new Set(here.map(({ method }) => method.toUpperCase()));
  if (methods.size === 0) throw refuse('not-found', 'There is nothing at this address');
  const allow = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((name) => methods.has(name === 'HEAD' ? 'GET' : name));
  throw new Refusal('method-not-allowed', [{ text: 'This method is not supported here' }], { Allow: allow.join(', ') });
}

function unknownAddress({ conformance }: App, path: string): never {
  const [, type = ''] = path.split('/');
  if (conformance.isResourceType(type) && !conformance.types.has(type))
    throw refuse('unknown-type', 'Resource type not supported');
  throw refuse('not-found', 'There is nothing at this address');
}

/** https://hl7.org/fhir/R4/http.html#capabilities */
function metadata(app: App): RequestHandler {
  const { conformance, baseUrl } = app;
  const body = JSON.stringify({ ...conformance.statement, implementation: { description: 'carnet', url: baseUrl } });
  return (request, response) => send(app, response, { status: 200, body, headers: {} }, wanted(request, queryOf(request)));
}
