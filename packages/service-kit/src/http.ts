import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import { badRequest, notFound, Problem, problemBody, unavailable } from './problem.ts';
import type { Route } from './route.ts';
import { traceRequests } from './tracing.ts';
import { parse } from './validate.ts';

type HttpApp = {
  service: string;
  routes: Route[];
  log: Log;
  metrics: Metrics;
  /** Says whether an error means that a dependency is down for now: answered 503 with Retry-After. */
  isUnavailable?: (error: unknown) => boolean;
  /** Largest body taken, in bytes; larger ones get 413. */
  bodyLimit?: number;
};

const RETRY_AFTER_SECONDS = 2;

function idempotencyKeyOf(request: Request): string {
  const key = request.get('idempotency-key') ?? '';
  if (/^[\x21-\x7e]{8,128}$/.test(key)) return key;
  throw badRequest('This request needs an Idempotency-Key header.', [
    {
      pointer: 'header Idempotency-Key',
      detail: 'Send 8 to 128 visible ASCII characters, fresh for each new request.',
    },
  ]);
}

function mount(app: Express, route: Route): void {
  app[route.method](route.path, async (request: Request, response: Response) => {
    response.locals.route = route.path;
    const answer = await route.handle({
      params: route.params ? parse(route.params, request.params, 'path ') : {},
      query: route.query ? parse(route.query, request.query, 'query ') : {},
      body: route.body ? parse(route.body, request.body) : undefined,
      idempotencyKey: route.idempotent ? idempotencyKeyOf(request) : '',
      request,
      rawBody: response.locals.rawBody ?? Buffer.alloc(0),
    });
    response.status(answer.status).set(answer.headers ?? {});
    if (answer.body === undefined) response.end();
    else if (typeof answer.body === 'string' || Buffer.isBuffer(answer.body)) response.send(answer.body);
    else response.json(answer.body);
  });
}

type BodyParserError = { type?: string; status?: number };

/** The one place where an error becomes a problem. */
function toProblem(error: unknown, isUnavailable: (error: unknown) => boolean): Problem {
  if (error instanceof Problem) return error;
  const { type, status } = error as BodyParserError;
  if (type === 'entity.parse.failed') {
    return badRequest('The body is not JSON.', [{ pointer: '', detail: 'Send one JSON object, encoded in UTF-8.' }]);
  }
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

/**
 * Builds the HTTP shell of a service: JSON bodies, the given routes, `/openapi.json`, metrics, and every error as
 * RFC 9457 problem details. It does not listen.
 */
export function createHttpApp(shell: HttpApp): Express {
  const { service, routes, log, metrics, isUnavailable = () => false, bodyLimit = 256 * 1024 } = shell;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');

  app.use(traceRequests);
  app.use((request, response, next) => {
    const end = metrics.httpDuration.startTimer({ method: request.method });
    response.on('finish', () =>
      end({ route: response.locals.route ?? 'unmatched', status: String(response.statusCode) }),
    );
    next();
  });
  app.use(
    express.json({
      limit: bodyLimit,
      strict: true,
      verify: (_request, response, buffer) => {
        (response as unknown as Response).locals.rawBody = buffer;
      },
    }),
  );

  const document = openApiDocument(service, routes);
  app.get('/openapi.json', (_request, response) => {
    response.locals.route = '/openapi.json';
    response.json(document);
  });
  for (const route of routes) mount(app, route);

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
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (problem.options.retryAfterSeconds !== undefined)
      response.set('Retry-After', String(problem.options.retryAfterSeconds));
    if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer');
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problemBody(problem, request.path)));
  });
  return app;
}
