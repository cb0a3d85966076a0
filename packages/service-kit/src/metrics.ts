import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export type Metrics = { registry: Registry; httpDuration: Histogram<'method' | 'route' | 'status'> };

/** A metrics registry for one service. Two services in one process do not share it. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const httpDuration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from request to answer, by route template and status; 499 where the client left before the answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return { registry, httpDuration };
}

/** What nginx notes for a client that closed its connection before it was answered. */
const CLIENT_CLOSED_REQUEST = '499';

/** Measures each request until its connection is done with it. `finish` would leave out clients that left. */
export function measureRequests({ httpDuration }: Metrics): RequestHandler {
  return (request, response, next) => {
    const end = httpDuration.startTimer({ method: request.method });
    response.once('close', () => {
      const status = response.headersSent ? String(response.statusCode) : CLIENT_CLOSED_REQUEST;
      end({ route: response.locals.route ?? 'unmatched', status });
    });
    next();
  };
}
