import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Express } from 'express';
import type { z } from 'zod';
import { createLog, type Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { closed, listen } from './server.ts';
import { type HttpSettings, settingsOrExit } from './settings.ts';

/** Names a dependency and says whether it can be used now. */
export type ReadyChecks = Record<string, () => boolean | Promise<boolean>>;

/** A built service, ready to be served. */
export type BuiltService = {
  app: Express;
  ready: ReadyChecks;
  /** Finishes the work in progress, flushes and closes connections. */
  close: () => Promise<void>;
};

/** What every service is built from. */
export type ServiceParts<Settings> = { settings: Settings; log: Log; metrics: Metrics; clock: () => Date };

type StartableService<Settings extends z.ZodType<HttpSettings>> = {
  /** Names the service in its log, metrics and traces. */
  service: string;
  settings: Settings;
  /** Connects and wires the service. It may take as long as its dependencies need to be there. */
  build: (parts: ServiceParts<z.output<Settings>> & { service: string }) => Promise<BuiltService>;
};

async function readiness(checks: ReadyChecks): Promise<Record<string, boolean>> {
  const results = Object.entries(checks).map(async ([name, check]) => {
    const ready = await (async () => check())().catch(() => false);
    return [name, ready] as const;
  });
  return Object.fromEntries(await Promise.all(results));
}

/**
 * `/healthz/live`, `/healthz/ready` and `/metrics`. Live means that the event loop turns, ready that work can be done.
 */
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

/** Loads the SDK only where a collector is named, because it costs each process several megabytes. */
async function traced(
  service: string,
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio }: HttpSettings,
): Promise<() => Promise<void>> {
  if (endpoint === undefined) return () => Promise.resolve();
  const { startTracing } = await import('./start-tracing.ts');
  const stop = startTracing(service, endpoint, ratio);
  return () => stop().catch(() => undefined);
}

type Runnable = Omit<ServiceParts<HttpSettings>, 'clock'> & { service: string; build: () => Promise<BuiltService> };

/**
 * Serves health at once, so that a service that waits for its database is live and not ready. Then it builds and
 * listens. On SIGTERM or SIGINT it stops in order: it reports that it is not ready, goes on serving for DRAIN_DELAY_MS,
 * finishes requests and closes.
 */
async function run({ service, settings, log, metrics, build }: Runnable): Promise<void> {
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
  const onSignal = (signal: string) => {
    stop(signal).catch((error: unknown) => {
      log.error({ err: error }, 'shutdown failed');
      process.exit(1);
    });
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);

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

/**
 * The whole `main.ts` of a service: reads the settings, makes log and metrics, builds the service, and serves it until
 * a signal. Exits 0 after an orderly stop, 78 where a setting is missing or malformed, and 1 where building or stopping
 * fails or stopping takes longer than SHUTDOWN_GRACE_MS.
 */
export async function startService<Settings extends z.ZodType<HttpSettings>>({
  service,
  settings: schema,
  build,
}: StartableService<Settings>): Promise<void> {
  const settings = settingsOrExit(schema);
  const log = createLog(service, settings.LOG_LEVEL);
  const metrics = createMetrics(service);
  const parts = { service, settings, log, metrics };
  await run({ ...parts, build: () => build({ ...parts, clock: () => new Date() }) });
}
