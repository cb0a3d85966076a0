import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Express } from 'express';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { HttpSettings } from './settings.ts';

/** Names a dependency and says whether it can be used now. */
export type ReadyChecks = Record<string, () => boolean | Promise<boolean>>;

type RunnableService = {
  settings: HttpSettings;
  log: Log;
  metrics: Metrics;
  app: Express;
  ready: ReadyChecks;
  /** Ends what the service holds: finishes work in hand, flushes, closes connections. */
  close: () => Promise<void>;
};

async function readiness(checks: ReadyChecks): Promise<Record<string, boolean>> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await Promise.resolve(check()).catch(() => false)] as const),
  );
  return Object.fromEntries(results);
}

/** `/healthz/live`, `/healthz/ready` and `/metrics`. Alive means that the event loop turns; ready, that work can be done. */
export function createHealthApp(metrics: Metrics, checks: ReadyChecks): Express {
  const app = express();
  app.disable('x-powered-by');
  app.get('/healthz/live', (_request, response) => {
    response.json({ alive: true });
  });
  app.get('/healthz/ready', async (_request, response) => {
    const results = await readiness(checks);
    response.status(Object.values(results).every(Boolean) ? 200 : 503).json(results);
  });
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return app;
}

function listen(app: Express, port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(app);
    // Longer than the idle time of common load balancers, so that they close first and never meet a closed socket.
    server.keepAliveTimeout = 65_000;
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

/**
 * Listens, and on SIGTERM or SIGINT ends in order: readiness off, serve on for DRAIN_DELAY_MS, finish requests, close,
 * exit 0. Exits 1 where that takes longer than SHUTDOWN_GRACE_MS.
 */
export async function runService(service: RunnableService): Promise<void> {
  const { settings, log, metrics, app } = service;
  let serving = true;
  const health = await listen(createHealthApp(metrics, { serving: () => serving, ...service.ready }), settings.HEALTH_PORT, settings.HOST);
  const server = await listen(app, settings.PORT, settings.HOST);
  log.info({ port: settings.PORT, healthPort: settings.HEALTH_PORT }, 'listening');

  const stop = async (signal: string) => {
    if (!serving) return;
    serving = false;
    log.info({ signal }, 'shutting down');
    setTimeout(() => {
      log.error('shutdown took too long');
      process.exit(1);
    }, settings.SHUTDOWN_GRACE_MS).unref();
    await sleep(settings.DRAIN_DELAY_MS);
    await closed(server);
    await service.close();
    await closed(health);
    log.info('stopped');
    process.exit(0);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}
