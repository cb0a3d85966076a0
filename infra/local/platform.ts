import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, type Supervised } from '@ksbb/testkit';
import { createEmbeddedIndexes } from './embedded-indexes.ts';
import type { Log } from './progress.ts';
import { withProgress } from './progress.ts';
import { startServiceProcesses } from './service-processes.ts';
import {
  makeSecrets,
  SERVICE_NAMES,
  SERVICES,
  type Secrets,
  type ServiceContext,
  type ServiceName,
} from './services.ts';

const READY_DEADLINE_MS = 90_000;
const MOST_DEATHS_BEFORE_READY = 5;
const STOP_GRACE_MS = 15_000;

export type PlatformOptions = {
  /** A directory of the caller's. */
  dir: string;
  rabbitUrl: string;
  /** Without a database. */
  mongoUrl: string;
  log: Log;
  /** Public ports; a free one for each that is not named. */
  ports?: Partial<Record<ServiceName, number>>;
  /** All services unless named. */
  services?: readonly ServiceName[];
  /** Where `<service>.log` and `merged.log` go; `logs` in `dir` by default. */
  logDir?: string;
  /** Gets each line of the services' merged log. */
  show?: (line: string) => void;
  /** Settings that replace or complete those of services.ts. */
  settings?: Partial<Record<ServiceName, Record<string, string>>>;
  /** Longest wait before a service that died is started again; the supervisor's own unless said. */
  longestPauseMs?: number;
};

export type Platform = {
  urls: Record<ServiceName, string>;
  healthUrls: Record<ServiceName, string>;
  portalUrl: string;
  secrets: Secrets;
  /** The environment a service runs with, for a command of the same service. */
  environment(service: ServiceName): NodeJS.ProcessEnv;
  process(service: ServiceName): { pid: number | undefined; restarts: number };
  kill(service: ServiceName, signal: NodeJS.Signals): void;
  /** Resolves once the service says that it is ready; rejects after 90 s or when it cannot start. */
  untilReady(service: ServiceName): Promise<void>;
  stop(): Promise<void>;
};

/** Starts every service as a process of its own with its own database, and waits until all are ready. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const names = options.services ?? SERVICE_NAMES;
  const urls = await addresses(options.ports ?? {});
  const healthUrls = await addresses({});
  const secrets = makeSecrets();
  const environment = (name: ServiceName) => environmentOf(name, options, healthUrls, { urls, secrets });
  const processes = startServiceProcesses(
    names.map((name) => ({
      name,
      heapMb: SERVICES[name].heapMb,
      main: mainFile(name),
      env: environment(name),
      longestPauseMs: options.longestPauseMs,
    })),
    { dir: options.logDir ?? join(options.dir, 'logs'), show: options.show, log: options.log },
  );
  const find = (name: ServiceName) => {
    const found = processes.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  };
  const stop = async () => {
    await Promise.all([...processes.values()].map((process) => process.stop(STOP_GRACE_MS)));
  };
  const untilReady = (name: ServiceName) => waitUntilReady(name, healthUrls[name], find(name));
  try {
    await withProgress(options.log, `starting ${names.join(', ')}`, () => Promise.all(names.map(untilReady)));
    await createEmbeddedIndexes(options.mongoUrl);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    urls,
    healthUrls,
    portalUrl: urls.portal,
    secrets,
    environment,
    process: (name) => ({ pid: find(name).pid, restarts: find(name).restarts }),
    kill: (name, signal) => find(name).kill(signal),
    untilReady,
    stop,
  };
}

function mainFile(name: ServiceName): string {
  return `services/${name}/src/main.ts`;
}

async function addresses(ports: Partial<Record<ServiceName, number>>): Promise<Record<ServiceName, string>> {
  const entries: [ServiceName, string][] = [];
  for (const name of SERVICE_NAMES) entries.push([name, `http://127.0.0.1:${ports[name] ?? (await freePort())}`]);
  return Object.fromEntries(entries) as Record<ServiceName, string>;
}

/** What every service has, then what services.ts says, then what the caller says. */
function environmentOf(
  name: ServiceName,
  options: PlatformOptions,
  healthUrls: Record<ServiceName, string>,
  context: ServiceContext,
): NodeJS.ProcessEnv {
  const { usesBroker, usesDatabase, settings } = SERVICES[name];
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    TZ: process.env['TZ'],
    NODE_EXTRA_CA_CERTS: process.env['NODE_EXTRA_CA_CERTS'],
    HOST: '127.0.0.1',
    PORT: new URL(context.urls[name]).port,
    HEALTH_PORT: new URL(healthUrls[name]).port,
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'info',
    ...(usesBroker ? { AMQP_URL: options.rabbitUrl } : {}),
    ...(usesDatabase ? { MONGODB_URI: databaseUri(options.mongoUrl, `ksbb-${name}`) } : {}),
    ...settings(context),
    ...options.settings?.[name],
  };
}

function databaseUri(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function waitUntilReady(name: ServiceName, healthUrl: string, process: Supervised): Promise<void> {
  const deadline = Date.now() + READY_DEADLINE_MS;
  const restartsBefore = process.restarts;
  while (!(await isReady(healthUrl))) {
    if (process.givenUp !== undefined) throw new Error(process.givenUp);
    const deaths = process.restarts - restartsBefore;
    if (deaths >= MOST_DEATHS_BEFORE_READY || Date.now() > deadline) {
      const why =
        deaths > 0 ? `died ${deaths} times while starting` : `is not ready after ${READY_DEADLINE_MS / 1000} s`;
      throw new Error(`${name} ${why}; its last lines:\n${process.lastLines()}`);
    }
    await sleep(100);
  }
}

async function isReady(healthUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${healthUrl}/healthz/ready`, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
