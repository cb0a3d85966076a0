import { join } from 'node:path';
import { freePort, untilServiceReady } from '@ksbb/testkit';
import { createEmbeddedIndexes } from './embedded-indexes.ts';
import { withProgress } from './progress.ts';
import { type ProcessOptions, startServiceProcesses } from './service-processes.ts';
import {
  makeSecrets,
  SERVICE_NAMES,
  type Secrets,
  type ServiceName,
  type ServiceUrls,
  settingsOf,
} from './services.ts';

const READY_MS = 90_000;
const MOST_DEATHS_BEFORE_READY = 5;
const STOP_GRACE_MS = 15_000;

export type PlatformOptions = Omit<ProcessOptions, 'logDir'> & {
  /** A directory of the caller's. */
  dir: string;
  rabbitUrl: string;
  /** Without a database. */
  mongoUrl: string;
  /** Public ports; a free one for each that is not named. */
  ports?: Partial<Record<ServiceName, number>>;
  /** All services unless named. */
  services?: readonly ServiceName[];
  /** `logs` in `dir` by default. */
  logDir?: string;
  /** Settings that replace or complete those of services.ts. */
  settings?: Partial<Record<ServiceName, Record<string, string>>>;
};

export type Platform = {
  urls: ServiceUrls;
  healthUrls: ServiceUrls;
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
  const { dir, mongoUrl, log, services = SERVICE_NAMES } = options;
  const urls = await addresses(options.ports);
  const healthUrls = await addresses();
  const secrets = makeSecrets();
  const environment = (name: ServiceName) => ({
    ...inheritedEnvironment(),
    HOST: '127.0.0.1',
    PORT: new URL(urls[name]).port,
    HEALTH_PORT: new URL(healthUrls[name]).port,
    ...settingsOf(name, { amqpUrl: options.rabbitUrl, mongodbUri: databaseUri(mongoUrl, name) }, urls, secrets),
    ...options.settings?.[name],
  });
  const processes = startServiceProcesses(services, environment, { logDir: join(dir, 'logs'), ...options });
  const find = (name: ServiceName) => {
    const found = processes.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  };
  const untilReady = async (name: ServiceName) => {
    const process = find(name);
    const mostRestarts = process.restarts + MOST_DEATHS_BEFORE_READY;
    const hasEnded = () => process.givenUp !== undefined || process.restarts >= mostRestarts;
    await untilServiceReady(name, { hasEnded, lastLines: process.lastLines }, healthUrls[name], READY_MS);
  };
  const stop = async () => {
    await Promise.all([...processes.values()].map((process) => process.stop(STOP_GRACE_MS)));
  };
  try {
    await withProgress(log, `starting ${services.join(', ')}`, () => Promise.all(services.map(untilReady)));
    await createEmbeddedIndexes(mongoUrl);
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
    process: find,
    kill: (name, signal) => find(name).kill(signal),
    untilReady,
    stop,
  };
}

/** An address on loopback for each service, with a free port where none is named. */
async function addresses(ports: Partial<Record<ServiceName, number>> = {}): Promise<ServiceUrls> {
  const entries: [ServiceName, string][] = [];
  for (const name of SERVICE_NAMES) entries.push([name, `http://127.0.0.1:${ports[name] ?? (await freePort())}`]);
  return Object.fromEntries(entries) as ServiceUrls;
}

/** What services get of our own environment. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TZ, NODE_EXTRA_CA_CERTS, LOG_LEVEL = 'info' } = process.env;
  return { PATH, HOME, TZ, NODE_EXTRA_CA_CERTS, LOG_LEVEL };
}

function databaseUri(serverUrl: string, service: ServiceName): string {
  const url = new URL(serverUrl);
  url.pathname = `/ksbb-${service}`;
  return url.href;
}
