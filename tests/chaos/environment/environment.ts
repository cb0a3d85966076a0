import { createPlatformClient, freePort, retryUntilAnswered } from '@ksbb/testkit';
import type { Command } from '../../../infra/local/command.ts';
import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';
import { startEnvironment } from '../../scenario/environment.ts';
import { type Link, startLink } from './amqp-link.ts';
import { startBalancer } from './balancer.ts';
import { openBroker } from './broker.ts';
import { openDatabases } from './databases.ts';
import { COLLECTING } from './health.ts';
import { startPartnerRecorder } from './partner-recorder.ts';

const DATABASE_HEAP_MB = 640;
/** The longest pause before a service is started again. It is short, so that hundreds of kills fit into minutes. */
export const LONGEST_PAUSE_MS = 300;
/**
 * How the gateway calls its partners: as in production, on a shorter scale of time. The gateway repeats a call whose
 * process was killed after its lease, which is a little more than twice the timeout.
 */
export const PARTNER_CALLS = { timeoutMs: 1_500, breakerWindowMs: 4_500, breakerResetMs: 1_000 };

/**
 * The platform with a proxy between each service and its broker, database and partners, a balancer before each service,
 * and a recorder of every event.
 */
export type ChaosEnvironment = Awaited<ReturnType<typeof startChaosEnvironment>>;

async function forEach<T>(make: (service: ServiceName) => Promise<T> | T): Promise<Record<ServiceName, T>> {
  const made = await Promise.all(SERVICE_NAMES.map(async (service) => [service, await make(service)] as const));
  return Object.fromEntries(made) as Record<ServiceName, T>;
}

export const portForEach = () => forEach(() => freePort());

/**
 * The same address by way of a proxy. `directConnection`: a replica set would name its members, and these lead around
 * it.
 */
function through({ port }: Link['broker'], url: string, path?: string): string {
  const address = new URL(url);
  address.hostname = '127.0.0.1';
  address.port = String(port);
  if (path !== undefined) address.pathname = path;
  if (address.protocol === 'mongodb:') address.searchParams.set('directConnection', 'true');
  return address.href;
}

const gatewaySettings = (partnersUrl: string) => ({
  AMANAH_URL: `${partnersUrl}/amanah`,
  LUMBUNG_URL: `${partnersUrl}/lumbung`,
  PARTNER_TIMEOUT_MS: String(PARTNER_CALLS.timeoutMs),
  BREAKER_WINDOW_MS: String(PARTNER_CALLS.breakerWindowMs),
  BREAKER_RESET_MS: String(PARTNER_CALLS.breakerResetMs),
});

export async function startChaosEnvironment(command: Command, log: (text: string) => void) {
  const [publicPorts, ports] = [await portForEach(), await portForEach()];
  const partners = await startPartnerRecorder(`http://127.0.0.1:${publicPorts['fintech-sandbox']}`);
  const balancers = await forEach((service) => startBalancer(publicPorts[service], ports[service]));
  let links = {} as Record<ServiceName, Link>;
  const local = await startEnvironment(command, log, {
    name: 'chaos',
    databaseHeapMb: DATABASE_HEAP_MB,
    arrange: async ({ rabbit, mongo }) => {
      links = await forEach(() => startLink(rabbit.url, mongo.url));
      const settings = await forEach((service) => ({
        ...COLLECTING,
        PORT: String(ports[service]),
        AMQP_URL: through(links[service].broker, rabbit.url),
        MONGODB_URI: through(links[service].database, mongo.url, `/ksbb-${service}`),
        ...(service === 'fintech-gateway' ? gatewaySettings(partners.url) : {}),
      }));
      return { ports: publicPorts, settings, longestPauseMs: LONGEST_PAUSE_MS };
    },
  });
  const { platform, servers, rabbitUrl } = local;
  const databases = await openDatabases(servers.mongo.url);
  command.defer(async () => {
    await databases.close();
    partners.close();
    for (const one of [...Object.values(links), ...Object.values(balancers)]) one.close();
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
    /** Repeats each request until it is answered, as a careful client does. */
    client: createPlatformClient(local, retryUntilAnswered),
    links,
    balancers,
    /** Where the first replica of a service listens, behind its balancer. */
    ports,
    broker: await openBroker(rabbitUrl),
    databases,
    partners,
    /** SIGKILL now. */
    kill,
    /** SIGKILL now; what the service has sent and the proxies still hold is dropped. */
    killAndDrop: (service: ServiceName) => {
      kill(service);
      links[service].broker.cut();
      links[service].database.cut();
      links[service].release();
    },
    /** Announces that a service will end once more than it is killed. */
    expectDeath,
    /** How often services ended that were neither killed nor expected to end. */
    unexpectedDeaths: () =>
      SERVICE_NAMES.map((service) => platform.process(service).restarts - expected[service])
        .filter((more) => more > 0)
        .reduce((sum, more) => sum + more, 0),
    allReady: () => Promise.all(SERVICE_NAMES.map((service) => platform.untilReady(service))),
  };
}
