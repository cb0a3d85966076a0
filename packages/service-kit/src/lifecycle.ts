import { createServer, type Server } from 'node:http';
import { setImmediate as readWhatCame, setTimeout as sleep } from 'node:timers/promises';
import express, { type Express } from 'express';
import type { z } from 'zod';
import { createLog, type Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { limitPipelining } from './pipelining.ts';
import { type HttpSettings, settingsOrExit } from './settings.ts';

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
  /** Names the service in its traces. */
  service: string;
  settings: HttpSettings;
  log: Log;
  metrics: Metrics;
  /** Connects and wires the service. It may take as long as its dependencies need to be there. */
  build: () => Promise<BuiltService>;
};

async function readiness(checks: ReadyChecks): Promise<Record<string, boolean>> {
  const results = Object.entries(checks).map(async ([name, check]) => {
    const ready = await (async () => check())().catch(() => false);
    return [name, ready] as const;
  });
  return Object.fromEntries(await Promise.all(results));
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

/** How often connections that became idle are looked for while a server closes. */
const IDLE_LOOK_MS = 50;

/**
 * For how long clients are asked to keep an idle connection. Those that do close first; so a process that serves on for longer
 * than that before it ends meets none that would be taken for a request just when it closes.
 */
const KEPT_SECONDS = 5;

/** More are closed at once: each costs memory, and a client that is turned away can come back. */
const MOST_CONNECTIONS = 2_000;

type Listening = { app: Express; port: number; host: string; log: Log; isStopping?: () => boolean };

/** While the process is stopping, answers ask for connections to be closed, so that none is cut. */
function listen({ app, port, host, log, isStopping = () => false }: Listening): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(
      limitPipelining((request, response) => {
        if (isStopping()) response.setHeader('Connection', 'close');
        else response.setHeader('Keep-Alive', `timeout=${KEPT_SECONDS}`);
        app(request, response);
      }),
    );
    server.maxConnections = MOST_CONNECTIONS;
    // Longer than the idle time of common load balancers, so that they close first and never meet a closed socket.
    server.keepAliveTimeout = 65_000;
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      // Such as too many open files when a connection comes. Without a listener the event would end the process.
      server.on('error', (error) => log.error({ err: error }, 'the server could not take a connection'));
      resolve(server);
    });
  });
}

/**
 * Closes the server when nothing is in hand. A process that waited for the processor may have requests on its sockets that
 * it has not read: a turn of the event loop reads them, so that their connections are not taken for idle and reset.
 */
async function closed(server: Server): Promise<void> {
  await readWhatCame();
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection whose request was in hand when the server closed stays open after its answer, for a keep-alive's length.
  const idle = setInterval(() => void readWhatCame().then(() => server.closeIdleConnections()), IDLE_LOOK_MS);
  await ended;
  clearInterval(idle);
}

/** Loads the SDK only where a collector is named: it costs each process several megabytes. */
async function traced(
  service: string,
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio }: HttpSettings,
): Promise<() => Promise<void>> {
  if (endpoint === undefined) return () => Promise.resolve();
  const { startTracing } = await import('./start-tracing.ts');
  const stop = startTracing(service, endpoint, ratio);
  return () => stop().catch(() => undefined);
}

/**
 * Serves health at once, so that a service that waits for its database is alive and not ready; then builds, listens, and
 * on SIGTERM or SIGINT ends in order: readiness off, serve on for DRAIN_DELAY_MS, finish requests, close, exit 0. Exits 1
 * where that takes longer than SHUTDOWN_GRACE_MS, or where building fails.
 */
export async function runService({ service, settings, log, metrics, build }: RunnableService): Promise<void> {
  const endTracing = await traced(service, settings);
  let phase: 'starting' | 'serving' | 'stopping' = 'starting';
  let built: BuiltService | undefined;
  let server: Server | undefined;
  const checks: ReadyChecks = { serving: () => phase === 'serving' };
  const health = await listen({
    app: createHealthApp(metrics, checks),
    port: settings.HEALTH_PORT,
    host: settings.HOST,
    log,
  });

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
    await endTracing();
    await closed(health);
    log.info('stopped');
    process.exit(0);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));

  try {
    built = await build();
    Object.assign(checks, built.ready);
    server = await listen({
      app: built.app,
      port: settings.PORT,
      host: settings.HOST,
      log,
      isStopping: () => phase === 'stopping',
    });
  } catch (error) {
    log.fatal({ err: error }, 'the service could not start');
    process.exit(1);
  }
  if (phase === 'starting') phase = 'serving';
  log.info({ port: settings.PORT, healthPort: settings.HEALTH_PORT }, 'listening');
}

type StartableService<Settings extends z.ZodType<HttpSettings>> = {
  service: string;
  settings: Settings;
  /** Connects and wires the service. It may take as long as its dependencies need to be there. */
  build: (parts: {
    service: string;
    settings: z.output<Settings>;
    log: Log;
    metrics: Metrics;
    clock: () => Date;
  }) => Promise<BuiltService>;
};

/**
 * The whole of a service's `main.ts`: reads the settings, makes log and metrics, and runs what `build` gives. Exits 78
 * where a setting is missing or malformed, and otherwise as `runService` does.
 */
export async function startService<Settings extends z.ZodType<HttpSettings>>({
  service,
  settings: schema,
  build,
}: StartableService<Settings>): Promise<void> {
  const settings = settingsOrExit(schema);
  const log = createLog(service, settings.LOG_LEVEL);
  const metrics = createMetrics(service);
  const clock = () => new Date();
  await runService({
    service,
    settings,
    log,
    metrics,
    build: () => build({ service, settings, log, metrics, clock }),
  });
}
