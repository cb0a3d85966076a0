import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Express } from 'express';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { HttpSettings } from './settings.ts';

/** Names a dependency and says whether it can be used now. */
export type ReadyChecks = Record<string, () => boolean | Promise<boolean>>;

/** A built service, ready to be served. */
export type BuiltService = {
  app: Express;
  ready: ReadyChecks;
  /** Ends what the service holds: finishes work in hand, flushes, closes connections. */
  close: () => Promise<void>;
};

type RunnableService = {
  settings: HttpSettings;
  log: Log;
  metrics: Metrics;
  /** Connects and wires the service. It may take as long as its dependencies need to be there. */
  build: () => Promise<BuiltService>;
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
 * Serves health at once, so that a service that waits for its database is alive and not ready; then builds, listens, and
 * on SIGTERM or SIGINT ends in order: readiness off, serve on for DRAIN_DELAY_MS, finish requests, close, exit 0. Exits 1
 * where that takes longer than SHUTDOWN_GRACE_MS, or where building fails.
 */
export async function runService({ settings, log, metrics, build }: RunnableService): Promise<void> {
  let phase: 'starting' | 'serving' | 'stopping' = 'starting';
  let built: BuiltService | undefined;
  let server: Server | undefined;
  const checks: ReadyChecks = { serving: () => phase === 'serving' };
  const health = await listen(createHealthApp(metrics, checks), settings.HEALTH_PORT, settings.HOST);

  const stop = async (signal: string) => {
    if (phase === 'stopping') return;
    phase = 'stopping';
    log.info({ signal }, 'shutting down');
    setTimeout(() => {
      log.error('shutdown took too long');
      process.exit(1);
    }, settings.SHUTDOWN_GRACE_MS).unref();
    if (server !== undefined) {
      await sleep(settings.DRAIN_DELAY_MS);
      await closed(server);
    }
    await built?.close();
    await closed(health);
    log.info('stopped');
    process.exit(0);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));

  try {
    built = await build();
    Object.assign(checks, built.ready);
    server = await listen(built.app, settings.PORT, settings.HOST);
  } catch (error) {
    log.fatal({ err: error }, 'the service could not start');
    process.exit(1);
  }
  if (phase === 'starting') phase = 'serving';
  log.info({ port: settings.PORT, healthPort: settings.HEALTH_PORT }, 'listening');
}
