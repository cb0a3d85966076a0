import type { Command } from '../../../infra/local/command.ts';
import { freePorts } from '@ksbb/testkit';
import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';
import { startWorld, type World } from '../../scenario/world.ts';
import { type Link, startLink } from './amqp-link.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { type BrokerQueues, brokerQueues } from './broker-queues.ts';
import { type Databases, openDatabases } from './databases.ts';
import { type PartnerTap, startPartnerTap } from './partner-tap.ts';
import { openTap, type Tap } from './tap.ts';

const DATABASE_HEAP_MB = 640;
/** Services come back within this, so that hundreds of kills fit into minutes. */
const LONGEST_PAUSE_MS = 300;
/**
 * How the gateway calls its partners: as in production but for the scale of time. A call whose process died is taken up again
 * after twice its time limit and some (the gateway's lease).
 */
export const PARTNER_CALLS = { timeoutMs: 1_500, breakerWindowMs: 4_500, breakerResetMs: 1_000 };

/** The platform with a proxy on each way to broker, database and partners, a balancer before each service, and an ear on the broker. */
export type ChaosWorld = World & {
  links: Record<ServiceName, Link>;
  balancers: Record<ServiceName, Balancer>;
  /** Where the first replica of a service listens, behind its balancer. */
  ports: Record<ServiceName, number>;
  queues: BrokerQueues;
  databases: Databases;
  tap: Tap;
  partners: PartnerTap;
  /** SIGKILL now. */
  kill: (service: ServiceName) => void;
  /** SIGKILL now, with whatever was still on its way to broker and database. */
  killWithItsWords: (service: ServiceName) => void;
  /** How often services ended without being told to. */
  unexpectedDeaths: () => number;
  /** Tells that a service is going to end once more than it is killed. */
  expectDeath: (service: ServiceName) => void;
  allReady: () => Promise<void>;
};

async function forEach<T>(make: (service: ServiceName) => Promise<T> | T): Promise<Record<ServiceName, T>> {
  const made = await Promise.all(SERVICE_NAMES.map(async (service) => [service, await make(service)] as const));
  return Object.fromEntries(made) as Record<ServiceName, T>;
}

async function eachAPort(): Promise<Record<ServiceName, number>> {
  const ports = await freePorts(SERVICE_NAMES.length);
  return forEach((service) => ports[SERVICE_NAMES.indexOf(service)] as number);
}

const addressOf = (url: string) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) });

/** The same address at a proxy. A set of replicas is then not asked for its members, which would lead around the proxy. */
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

export async function startChaosWorld(command: Command, log: (text: string) => void): Promise<ChaosWorld> {
  const kills = await forEach(() => 0);
  let arranged: Pick<ChaosWorld, 'links' | 'balancers' | 'ports' | 'partners'> | undefined;

  const world = await startWorld(command, log, {
    name: 'chaos',
    databaseHeapMb: DATABASE_HEAP_MB,
    arrange: async ({ rabbit, mongo }) => {
      const links = await forEach(() => startLink(addressOf(rabbit.url), addressOf(mongo.url)));
      const [publicPorts, ports] = [await eachAPort(), await eachAPort()];
      const balancers = await forEach((service) => startBalancer(publicPorts[service], [ports[service]]));
      const partners = await startPartnerTap(`http://127.0.0.1:${publicPorts['fintech-sandbox']}`);
      arranged = { links, ports, balancers, partners };
      const settings = await forEach((service) => ({
        PORT: String(ports[service]),
        AMQP_URL: through(rabbit.url, links[service].broker.port),
        MONGODB_URI: through(mongo.url, links[service].database.port, `/ksbb-${service}`),
        ...(service === 'fintech-gateway' ? gatewaySettings(partners.url) : {}),
      }));
      return { ports: publicPorts, settings, longestPauseMs: LONGEST_PAUSE_MS };
    },
  });
  if (arranged === undefined) throw new Error('the services were not arranged');
  const { links, balancers, ports, partners } = arranged;

  const tap = await openTap(world.rabbitUrl);
  const databases = await openDatabases(world.servers.mongo.url);
  command.defer(async () => {
    await Promise.all([tap.close(), databases.close()]);
    partners.close();
    for (const service of SERVICE_NAMES) {
      links[service].close();
      balancers[service].close();
    }
  });

  const kill = (service: ServiceName) => {
    if (world.platform.process(service).pid === undefined) return;
    kills[service] += 1;
    world.platform.kill(service, 'SIGKILL');
  };
  return {
    ...world,
    links,
    balancers,
    ports,
    queues: brokerQueues(world.rabbitUrl, world.servers.rabbit.managementUrl ?? ''),
    databases,
    tap,
    partners,
    kill,
    killWithItsWords: (service) => {
      kill(service);
      links[service].broker.cut();
      links[service].database.cut();
      links[service].release();
    },
    unexpectedDeaths: () =>
      SERVICE_NAMES.reduce(
        (sum, service) => sum + Math.max(0, world.platform.process(service).restarts - kills[service]),
        0,
      ),
    expectDeath: (service) => {
      kills[service] += 1;
    },
    allReady: async () => {
      await Promise.all(SERVICE_NAMES.map((service) => world.platform.untilReady(service)));
    },
  };
}
