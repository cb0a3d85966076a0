import { createPlatformClient, freePorts, type PlatformClient, retryUntilAnswered } from '@ksbb/testkit';
import type { Command } from '../../../infra/local/command.ts';
import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';
import { type LocalEnvironment, startEnvironment } from '../../scenario/environment.ts';
import { type Link, startLink } from './amqp-link.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { type BrokerQueues, brokerQueues } from './broker-queues.ts';
import { type Databases, openDatabases } from './databases.ts';
import { type EventRecorder, openEventRecorder } from './event-recorder.ts';
import { type PartnerRecorder, startPartnerRecorder } from './partner-recorder.ts';

const DATABASE_HEAP_MB = 640;
/** The longest pause before a service is started again. It is short, so that hundreds of kills fit into minutes. */
const LONGEST_PAUSE_MS = 300;
/**
 * How the gateway calls its partners: as in production, on a shorter scale of time. The gateway repeats a call whose
 * process was killed after its lease, which is a little more than twice the timeout.
 */
export const PARTNER_CALLS = { timeoutMs: 1_500, breakerWindowMs: 4_500, breakerResetMs: 1_000 };

/**
 * The platform with a proxy between each service and its broker, database and partners, a balancer before each service,
 * and a recorder of every event.
 */
export type ChaosEnvironment = LocalEnvironment & {
  /** Repeats each request until it is answered, as a careful client does. */
  client: PlatformClient;
  links: Record<ServiceName, Link>;
  balancers: Record<ServiceName, Balancer>;
  /** Where the first replica of a service listens, behind its balancer. */
  ports: Record<ServiceName, number>;
  queues: BrokerQueues;
  databases: Databases;
  events: EventRecorder;
  partners: PartnerRecorder;
  /** SIGKILL now. */
  kill: (service: ServiceName) => void;
  /** SIGKILL now; what the service has sent and the proxies still hold is dropped. */
  killAndDrop: (service: ServiceName) => void;
  /** Announces that a service will end once more than it is killed. */
  expectDeath: (service: ServiceName) => void;
  /** How often services ended that were neither killed nor expected to end. */
  unexpectedDeaths: () => number;
  allReady: () => Promise<void>;
};

async function forEach<T>(make: (service: ServiceName) => Promise<T> | T): Promise<Record<ServiceName, T>> {
  const made = await Promise.all(SERVICE_NAMES.map(async (service) => [service, await make(service)] as const));
  return Object.fromEntries(made) as Record<ServiceName, T>;
}

export async function portForEach(): Promise<Record<ServiceName, number>> {
  const ports = await freePorts(SERVICE_NAMES.length);
  return forEach((service) => ports[SERVICE_NAMES.indexOf(service)] as number);
}

const addressOf = (url: string) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) });

/**
 * The same address by way of a proxy. `directConnection`: a replica set would name its members, and these lead around
 * it.
 */
function through(url: string, port: number, path?: string): string {
  const address = new URL(url);
  address.hostname = '127.0.0.1';
  address.port = String(port);
  if (path !== undefined) address.pathname = path;
  if (address.protocol === 'mongodb:') address.searchParams.set('directConnection', 'true');
  return address.href;
}

function gatewaySettings(partnersUrl: string): Record<string, string> {
  return {
    AMANAH_URL: `${partnersUrl}/amanah`,
    LUMBUNG_URL: `${partnersUrl}/lumbung`,
    PARTNER_TIMEOUT_MS: String(PARTNER_CALLS.timeoutMs),
    BREAKER_WINDOW_MS: String(PARTNER_CALLS.breakerWindowMs),
    BREAKER_RESET_MS: String(PARTNER_CALLS.breakerResetMs),
  };
}

export async function startChaosEnvironment(command: Command, log: (text: string) => void): Promise<ChaosEnvironment> {
  const [publicPorts, ports] = [await portForEach(), await portForEach()];
  const partners = await startPartnerRecorder(`http://127.0.0.1:${publicPorts['fintech-sandbox']}`);
  const balancers = await forEach((service) => startBalancer(publicPorts[service], [ports[service]]));
  let links = {} as Record<ServiceName, Link>;
  const local = await startEnvironment(command, log, {
    name: 'chaos',
    databaseHeapMb: DATABASE_HEAP_MB,
    arrange: async ({ rabbit, mongo }) => {
      links = await forEach(() => startLink(addressOf(rabbit.url), addressOf(mongo.url)));
      const settings = await forEach((service) => ({
        PORT: String(ports[service]),
        AMQP_URL: through(rabbit.url, links[service].broker.port),
        MONGODB_URI: through(mongo.url, links[service].database.port, `/ksbb-${service}`),
        ...(service === 'fintech-gateway' ? gatewaySettings(partners.url) : {}),
      }));
      return { ports: publicPorts, settings, longestPauseMs: LONGEST_PAUSE_MS };
    },
  });
  const { platform, servers, rabbitUrl } = local;
  const events = await openEventRecorder(rabbitUrl);
  const databases = await openDatabases(servers.mongo.url);
  command.defer(async () => {
    await Promise.all([events.close(), databases.close()]);
    partners.close();
    for (const service of SERVICE_NAMES) {
      links[service].close();
      balancers[service].close();
    }
  });

  const expected = await forEach(() => 0);
  const expectDeath = (service: ServiceName) => {
    expected[service] += 1;
  };
  const kill = (service: ServiceName) => {
    if (platform.process(service).pid === undefined) return;
    expectDeath(service);
    platform.kill(service, 'SIGKILL');
  };
  return {
    ...local,
    client: createPlatformClient(local, retryUntilAnswered),
    links,
    balancers,
    ports,
    queues: brokerQueues(rabbitUrl, servers.rabbit.managementUrl ?? ''),
    databases,
    events,
    partners,
    kill,
    killAndDrop: (service) => {
      kill(service);
      links[service].broker.cut();
      links[service].database.cut();
      links[service].release();
    },
    expectDeath,
    unexpectedDeaths: () =>
      SERVICE_NAMES.map((service) => platform.process(service).restarts - expected[service])
        .filter((more) => more > 0)
        .reduce((sum, more) => sum + more, 0),
    allReady: async () => {
      await Promise.all(SERVICE_NAMES.map((service) => platform.untilReady(service)));
    },
  };
}
