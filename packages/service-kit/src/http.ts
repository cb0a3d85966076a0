import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Authenticator, Authenticators } from './auth.ts';
import { parseBody, readBody } from './body.ts';
import { idempotencyKeyOf } from './conventions.ts';
import type { Log } from './log.ts';
import { measureRequests, type Metrics } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import { notFound, Problem, problemBody, unavailable } from './problem.ts';
import type { Answer, Route } from './route.ts';
import { traceRequests } from './tracing.ts';
import { parse } from './validate.ts';

export type HttpApp = {
  service: string;
  routes: Route[];
  log: Log;
  metrics: Metrics;
  /** The authenticators of the kinds that routes name by a word. */
  auth?: Authenticators;
  /** Says whether an error means that a dependency is down for now: answered 503 with Retry-After. */
  isUnavailable?: (error: unknown) => boolean;
};

const RETRY_AFTER_SECONDS = 2;

/** @throws Error where the route names a kind for which the app has no authenticator */
function authenticatorOf({ auth, method, path }: Route, authenticators: Authenticators): Authenticator | undefined {
  if (typeof auth === 'object') return auth;
  if (auth === 'public') return undefined;
  const found = authenticators[auth];
  if (found === undefined) throw new Error(`no authenticator of the kind ${auth}, for ${method} ${path}`);
  return found;
}

function send(response: Response, { status, headers = {}, body }: Answer): void {
  response.status(status).set(headers);
  if (body === undefined) response.end();
  else if (typeof body === 'string' || Buffer.isBuffer(body)) response.send(body);
  else response.json(body);
}

/** Reads the body of a caller who was let in. */
async function admit(
  authenticator: Authenticator | undefined,
  request: Request,
  response: Response,
): Promise<{ principal: unknown; rawBody: Buffer }> {
  if (authenticator !== undefined && 'verifyBody' in authenticator) {
    await authenticator.checkHeaders(request);
    const rawBody = await readBody(request, response);
    return { principal: await authenticator.verifyBody(request, rawBody), rawBody };
  }
  const principal = await authenticator?.authenticate(request);
  return { principal, rawBody: await readBody(request, response) };
}

function mount(app: Express, route: Route, authenticator: Authenticator | undefined): void {
  app[route.method](route.path, async (request: Request, response: Response) => {
    response.locals.route = route.path;
    try {
      const { principal, rawBody } = await admit(authenticator, request, response);
      const body = route.body ? parseBody(request, rawBody) : undefined;
      const answer = await route.handle({
        params: route.params ? parse(route.params, request.params, 'path ') : {},
        query: route.query ? parse(route.query, request.query, 'query ') : {},
        body: route.body ? parse(route.body, body) : undefined,
        idempotencyKey: route.idempotent ? idempotencyKeyOf(request) : '',
        principal,
        request,
        rawBody,
      });
      send(response, answer);
    } catch (error) {
      const answer = response.headersSent ? undefined : route.answerError?.(error);
      if (answer === undefined) throw error;
      send(response, answer);
    }
  });
}

type BodyParserError = { type?: string; status?: number };

/** The one place where an error becomes a problem. */
function toProblem(error: unknown, isUnavailable: (error: unknown) => boolean): Problem {
  if (error instanceof Problem) return error;
  const { type, status } = error as BodyParserError;
  if (type === 'entity.too.large') return new Problem(413, 'too-large', 'The body is larger than is taken here.');
  if (status !== undefined && status >= 400 && status < 500) {
    return new Problem(
      status,
      'invalid-request',
      'The request could not be read: its encoding, length or path is malformed.',
    );
  }
  if (isUnavailable(error))
    return unavailable('A part that this answer needs is away for the moment.', RETRY_AFTER_SECONDS);
  return new Problem(500, 'internal-error', 'Something failed here. It has been logged.');
}

function sendProblem(response: Response, problem: Problem, path: string): void {
  const { retryAfterSeconds } = problem.options;
  if (retryAfterSeconds !== undefined) response.set('Retry-After', String(retryAfterSeconds));
  if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer');
  response
    .status(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemBody(problem, path)));
}

const tables = new WeakMap<Express, string[]>();

/** Every route of an app that `createHttpApp` built, in order, each as `GET /path/:id operator`, with scopes if any. */
export function routeTable(app: Express): string[] {
  return tables.get(app) ?? [];
}

function describe({ method, path, auth }: Route): string {
  const { kind, scopes = [] } = typeof auth === 'object' ? { scopes: [], ...auth } : { kind: auth };
  return [method.toUpperCase(), path, kind, ...scopes].join(' ');
}

/**
 * Builds the HTTP shell of a service: authentication, JSON bodies, the given routes, `/openapi.json`, metrics, and
 * every error as RFC 9457 problem details. It does not listen.
 * @throws Error where a route names a kind of caller for which `auth` has no authenticator
 */
export function createHttpApp(shell: HttpApp): Express {
  const { service, routes, log, metrics, auth = {}, isUnavailable = () => false } = shell;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(traceRequests);
  app.use(measureRequests(metrics));

  const guarded = routes.map((route) => ({ route, authenticator: authenticatorOf(route, auth) }));
  const document = openApiDocument(service, guarded);
  app.get('/openapi.json', (_request, response) => {
    response.locals.route = '/openapi.json';
    response.json(document);
  });
  for (const { route, authenticator } of guarded) mount(app, route, authenticator);
  tables.set(app, routes.map(describe));

  app.use((request) => {
    throw notFound(
      'no-such-route',
      `There is no ${request.method} ${request.path} here; /openapi.json lists what there is.`,
    );
  });
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const problem = toProblem(error, isUnavailable);
    if (problem.status >= 500) {
      log[problem.status === 503 ? 'warn' : 'error']({ err: error, route: response.locals.route }, 'request failed');
    }
    if (response.headersSent) response.destroy();
    else sendProblem(response, problem, request.path);
  });
  return app;
}
