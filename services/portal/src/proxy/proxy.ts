import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline, Transform } from 'node:stream';
import { type Log, notFound, Problem, problemBody, traceHeaders, unavailable } from '@ksbb/service-kit';
import type { Request, RequestHandler, Response } from 'express';
import { requestHeaders, responseHeaders } from './forwarded-headers.ts';

const MAX_BODY_BYTES = 256 * 1024;
const TIMEOUT_MS = 15_000;
const RETRY_AFTER_SECONDS = 2;
const MAX_SOCKETS = 128;

type Proxy = {
  /** The addresses of the services, by the name that stands in the path. */
  addresses: Readonly<Record<string, string>>;
  publicUrl: string;
  log: Log;
  /** How long a service may say nothing. */
  timeoutMs?: number;
};

const tooLarge = () => new Problem(413, 'too-large', 'The body is larger than is taken here.');

/** A stream that lets bytes through as they are, remembers them in `seen`, and breaks off after so many. */
function limited(maxBytes: number, seen: Buffer[]): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      size += chunk.length;
      seen.push(chunk);
      callback(size > maxBytes ? tooLarge() : null, chunk);
    },
  });
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'];

/**
 * Whether a request that broke before any answer may be sent once more: nobody heard it, or hearing it twice changes
 * nothing. A service that ends closes its idle connections, and one of them may just have been taken for this request.
 */
function maySendAgain(error: NodeJS.ErrnoException, request: Request, upstream: ClientRequest): boolean {
  if (!request.complete) return false;
  if (error.code === 'ECONNREFUSED') return true;
  const broke = error.code === 'ECONNRESET' || error.code === 'EPIPE';
  return (
    broke &&
    upstream.reusedSocket &&
    (SAFE_METHODS.includes(request.method) || request.headers['idempotency-key'] !== undefined)
  );
}

function refuse(response: Response, problem: Problem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (problem.options.retryAfterSeconds !== undefined)
    response.set('Retry-After', String(problem.options.retryAfterSeconds));
  response
    .status(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemBody(problem)));
}

/** `/map?zoom=3` of `/api/msme-registry/map?zoom=3`, untouched: a signature may cover it. */
function restOf(originalUrl: string, service: string): string {
  const rest = originalUrl.slice(`/api/${service}`.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * Forwards `/api/<service>/…` to that service: body bytes unchanged and at most 256 KB, headers but for those that belong to
 * one connection, to the edge, or to the portal's own pages. Mount it at `/api`.
 */
export function createProxy({ addresses, publicUrl, log, timeoutMs = TIMEOUT_MS }: Proxy): RequestHandler {
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
  };
  const protocol = new URL(publicUrl).protocol.slice(0, -1);

  function open(request: Request, service: string, address: string, fresh = false): ClientRequest {
    const target = new URL(address);
    const secure = target.protocol === 'https:';
    return (secure ? httpsRequest : httpRequest)({
      protocol: target.protocol,
      hostname: target.hostname,
      port: target.port,
      path: target.pathname.replace(/\/$/, '') + restOf(request.originalUrl, service),
      method: request.method,
      agent: fresh ? false : agents[secure ? 'https:' : 'http:'],
      timeout: timeoutMs,
      headers: {
        ...requestHeaders(request.headers, {
          address: request.socket.remoteAddress,
          host: request.headers.host,
          protocol,
        }),
        ...traceHeaders(),
      },
    });
  }

  return (request, response) => {
    const service = /^\/api\/([a-z-]+)/.exec(request.originalUrl)?.[1] ?? '';
    response.locals.route = Object.hasOwn(addresses, service) ? `/api/${service}/*` : '/api/*';
    const address = Object.hasOwn(addresses, service) ? addresses[service] : undefined;
    if (address === undefined)
      return refuse(response, notFound('no-such-service', `There is no service ${service} here.`));
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
      request.resume();
      return refuse(response, tooLarge());
    }

    const seen: Buffer[] = [];
    let upstream = open(request, service, address);
    const fail = (error: Error) => {
      upstream.destroy();
      if (error instanceof Problem) return refuse(response, error);
      log.warn({ to: service, reason: error.message }, 'a forwarded request failed');
      return refuse(response, unavailable('This service is away for the moment.', RETRY_AFTER_SECONDS));
    };
    const watch = (onError: (error: Error) => void) => {
      const watched = upstream;
      let answered = false;
      watched.on('timeout', () =>
        watched.destroy(new Problem(504, 'timed-out', 'The service did not answer in time.')),
      );
      watched.on('error', (error) => (answered ? fail(error) : onError(error)));
      watched.on('response', (answer: IncomingMessage) => {
        answered = true;
        response.status(answer.statusCode ?? 502);
        for (const [name, value] of Object.entries(responseHeaders(answer.headers)))
          if (value !== undefined) response.setHeader(name, value);
        pipeline(answer, response, () => {});
      });
    };
    watch((error) => {
      if (!maySendAgain(error, request, upstream)) return fail(error);
      upstream = open(request, service, address, true);
      watch(fail);
      return void upstream.end(Buffer.concat(seen));
    });
    response.on('close', () => upstream.destroy());
    return void pipeline(request, limited(MAX_BODY_BYTES, seen), upstream, (error) => {
      if (error instanceof Problem) fail(error);
    });
  };
}
