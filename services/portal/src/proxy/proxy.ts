import { pipeline } from 'node:stream/promises';
import { type Log, notFound, Problem, problemBody, traceHeaders, unavailable } from '@ksbb/service-kit';
import type { Request, RequestHandler, Response } from 'express';
import readBody from 'raw-body';
import { Agent, type Dispatcher } from 'undici';
import { requestHeaders, responseHeaders } from './forwarded-headers.ts';

const MAX_BODY_BYTES = 256 * 1024;
const TIMEOUT_MS = 15_000;
const RETRY_AFTER_SECONDS = 2;
const MAX_CONNECTIONS = 128;

type Proxy = {
  /** The addresses of the services, by their name in the path. */
  addresses: Readonly<Record<string, string>>;
  publicUrl: string;
  log: Log;
  /** How long a service may send nothing, in milliseconds. */
  timeoutMs?: number;
};

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'];

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException | null)?.code;

/**
 * Whether a request that failed before any answer may be sent once more: no service has read it, or a repeat changes
 * nothing. A service that stops closes its idle connections, and the request may have used one of them.
 */
function maySendAgain(error: unknown, { method, headers }: Request): boolean {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED') return true;
  const isBroken = code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET';
  return isBroken && (SAFE_METHODS.includes(method) || headers['idempotency-key'] !== undefined);
}

const TIMEOUTS = ['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];

/** The problem that a client gets for a request that could not be read or forwarded. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if ((error as { type?: string }).type === 'entity.too.large')
    return new Problem(413, 'too-large', 'The body is larger than is taken here.');
  const code = codeOf(error) ?? '';
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED')
    return new Problem(400, 'invalid-request', 'The method, the path or a header of this request is malformed.');
  if (TIMEOUTS.includes(code)) return new Problem(504, 'timed-out', 'The service did not answer in time.');
  return unavailable('This service is away for the moment.', RETRY_AFTER_SECONDS);
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

/** `/map?zoom=3` of `/api/msme-registry/map?zoom=3`, unchanged: a signature may cover it. */
function pathAtService(originalUrl: string, service: string): string {
  const rest = originalUrl.slice(`/api/${service}`.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Sends the status, the headers and the bytes of a service's answer on. @throws when either side breaks off */
async function sendOn(answer: Dispatcher.ResponseData, response: Response): Promise<void> {
  response.status(answer.statusCode);
  for (const [name, value] of Object.entries(responseHeaders(answer.headers))) response.setHeader(name, value ?? '');
  // pipeline and compression add several listeners each; Node would warn of the eleventh
  response.setMaxListeners(20);
  await pipeline(answer.body, response);
}

/**
 * Forwards `/api/<service>/…` to that service. It reads the body first, at most 256 KB, so that a slow client holds no
 * connection to a service. The bytes stay as they are; so do the headers, except those that belong to one connection,
 * to the edge, or to the portal's own pages. Mount it at `/api`.
 */
export function createProxy({ addresses, publicUrl, log, timeoutMs = TIMEOUT_MS }: Proxy): RequestHandler {
  const timeouts = { connect: { timeout: timeoutMs }, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  const pool = new Agent({ ...timeouts, connections: MAX_CONNECTIONS });
  // without pipelining, undici opens a connection for each request
  const newConnections = new Agent({ ...timeouts, connections: MAX_CONNECTIONS, pipelining: 0 });
  const protocol = new URL(publicUrl).protocol.slice(0, -1);

  async function ask(request: Request, target: URL, path: string, signal: AbortSignal) {
    const body: Buffer = await readBody(request, {
      limit: MAX_BODY_BYTES,
      length: request.headers['content-length'] ?? null,
    });
    const client = { address: request.socket.remoteAddress, host: request.headers.host, protocol };
    const forwarding: Dispatcher.RequestOptions = {
      origin: target.origin,
      path: target.pathname.replace(/\/$/, '') + path,
      method: request.method as Dispatcher.HttpMethod,
      headers: { ...requestHeaders(request.headers, client), ...traceHeaders() },
      body: body.length === 0 ? null : body,
      signal,
    };
    try {
      return await pool.request(forwarding);
    } catch (error) {
      if (!maySendAgain(error, request)) throw error;
      return newConnections.request(forwarding);
    }
  }

  return async (request, response) => {
    const service = /^\/api\/([a-z-]+)/.exec(request.originalUrl)?.[1] ?? '';
    const address = Object.hasOwn(addresses, service) ? addresses[service] : undefined;
    response.locals.route = address === undefined ? '/api/*' : `/api/${service}/*`;
    if (address === undefined)
      return refuse(response, notFound('no-such-service', `There is no service ${service} here.`));
    const left = new AbortController();
    response.once('close', () => left.abort());
    try {
      const answer = await ask(request, new URL(address), pathAtService(request.originalUrl, service), left.signal);
      await sendOn(answer, response);
    } catch (error) {
      // the client has gone, so nobody waits for an answer
      if (left.signal.aborted) return;
      const problem = problemOf(error);
      if (problem.status >= 500) log.warn({ to: service, reason: String(error) }, 'a forwarded request failed');
      refuse(response, problem);
    }
  };
}
