import { join } from 'node:path';
import type { PlatformAddress } from '@ksbb/testkit';
import type { Environment } from '@ksbb/testkit/donation';
import { connect } from 'amqplib';
import { type BackingServers, startBackingServers } from '../../infra/local/backing-servers.ts';
import type { Command } from '../../infra/local/command.ts';
import { loadMsmes } from '../../infra/local/load-msmes.ts';
import { startPlatform, type Platform, type PlatformOptions } from '../../infra/local/platform.ts';
import type { Log } from '../../infra/local/progress.ts';
import { SMALL_DATABASE } from '../../infra/local/memory.ts';
import { ROOT } from '../../infra/local/run-directory.ts';
import { declareTopology } from '../../infra/topology/declare.ts';

/**
 * A breaker that opens and tries again within seconds, so that a person can watch it, and webhooks to where the sandbox
 * runs.
 */
const QUICK_GATEWAY = {
  BREAKER_VOLUME: '3',
  BREAKER_RESET_MS: '2000',
  BREAKER_RAMP_MS: '0',
  FORWARD_RETRY_MS: '300',
  FORWARD_RETRY_MAX_MS: '1000',
  POLL_EVERY_MS: '500',
  RELEND_SWEEP_MS: '1000',
  WEBHOOK_ALLOW_LOCAL: 'true',
};

/** The services that take events, and so have queues. */
export const SUBSCRIBERS = ['msme-registry', 'commitment', 'fintech-gateway', 'training', 'reporting'] as const;

/** The platform as processes on this machine, with a broker and a database of its own. */
export type LocalEnvironment = Environment & { platform: Platform; servers: BackingServers; rabbitUrl: string };

type Arrangement = Pick<PlatformOptions, 'ports' | 'settings' | 'longestPauseMs'>;

type EnvironmentOptions = {
  /** Names its directory and its logs under `.run`. */
  name?: string;
  /** Most heap of the embedded database. */
  databaseHeapMb?: number;
  /** Asked once broker and database run: where services listen and where they find what they need. */
  arrange?: (servers: BackingServers) => Promise<Arrangement>;
};

/** Where this platform is reached from outside. */
export const addressOf = ({ portalUrl, urls, secrets }: Platform): PlatformAddress => ({
  portalUrl,
  sandboxUrl: urls['fintech-sandbox'],
  operatorToken: secrets.OPERATOR_TOKEN,
  sandboxAdminToken: secrets.ADMIN_TOKEN,
});

export async function countDeadLetters(rabbitUrl: string): Promise<number> {
  const connection = await connect(rabbitUrl);
  try {
    const channel = await connection.createChannel();
    const queues = ['ksbb.unrouted', ...SUBSCRIBERS.map((service) => `${service}.dead`)];
    let count = 0;
    for (const queue of queues) count += (await channel.checkQueue(queue)).messageCount;
    return count;
  } finally {
    await connection.close();
  }
}

export async function startEnvironment(
  command: Command,
  log: Log,
  { name = 'demo', databaseHeapMb = 256, arrange = async () => ({}) }: EnvironmentOptions = {},
): Promise<LocalEnvironment> {
  const embedded = () => ({ ...SMALL_DATABASE, heapMb: databaseHeapMb });
  const servers = await startBackingServers(command, name, log, embedded);
  const { dir, rabbit, mongo } = servers;
  await declareTopology(rabbit.url);
  const { settings, ...arranged } = await arrange(servers);
  const platform = await startPlatform({
    dir,
    log,
    logDir: join(ROOT, `.run/${name}-logs`),
    rabbitUrl: rabbit.url,
    mongoUrl: mongo.url,
    settings: { ...settings, 'fintech-gateway': { ...QUICK_GATEWAY, ...settings?.['fintech-gateway'] } },
    ...arranged,
  });
  command.defer(() => platform.stop());
  return {
    platform,
    servers,
    rabbitUrl: rabbit.url,
    ...addressOf(platform),
    sandboxUrlOfGateway: platform.urls['fintech-sandbox'],
    loadMsmes: (msmes) => loadMsmes(platform, msmes, log, command.defer),
    killAndAwaitReturn: async (service) => {
      platform.kill(service, 'SIGKILL');
      await platform.untilReady(service);
    },
    restarts: (service) => platform.process(service).restarts,
    countDeadLetters: () => countDeadLetters(rabbit.url),
  };
}
