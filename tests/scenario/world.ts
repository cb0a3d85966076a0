import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BackingServers, startBackingServers } from '../../infra/local/backing-servers.ts';
import type { Command } from '../../infra/local/command.ts';
import { loadMsmes } from '../../infra/local/load-msmes.ts';
import { startPlatform, type Platform, type PlatformOptions } from '../../infra/local/platform.ts';
import type { Log } from '../../infra/local/progress.ts';
import { makeRunDirectory, ROOT } from '../../infra/local/run-directory.ts';
import type { ServiceName } from '../../infra/local/services.ts';
import { declareTopology } from '../../infra/topology/declare.ts';

/** A breaker that opens and tries again within seconds, so that a person can watch it, and webhooks to where the sandbox runs. */
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

/** Everything that runs, as the story needs it. */
export type World = {
  platform: Platform;
  servers: BackingServers;
  /** A service behind the portal's edge, as anyone outside reaches it. */
  api: (service: Exclude<ServiceName, 'portal'>) => string;
  sandboxUrl: string;
  /** The same, as the gateway reaches it. */
  sandboxUrlOfGateway: string;
  rabbitUrl: string;
  operatorToken: string;
  sandboxAdminToken: string;
  /** Loads the real places and `msmes` generated MSMEs by the registry's own job. */
  loadMsmes: (msmes: number) => Promise<void>;
  /** Kills a service with SIGKILL now; resolves when its successor is ready. */
  killAndAwaitReturn: (service: ServiceName) => Promise<void>;
};

type Arrangement = Pick<PlatformOptions, 'ports' | 'settings' | 'longestPauseMs'>;

type WorldOptions = {
  /** Names its directory and its logs under `.run`. */
  name?: string;
  /** Most heap of the embedded database. */
  databaseHeapMb?: number;
  /** Asked once broker and database run: where services listen and where they find what they need. */
  arrange?: (servers: BackingServers) => Promise<Arrangement>;
};

export async function startWorld(command: Command, log: Log, options: WorldOptions = {}): Promise<World> {
  const { name = 'demo', databaseHeapMb = 256, arrange = async (): Promise<Arrangement> => ({}) } = options;
  const dir = makeRunDirectory(name);
  command.defer(() => rmSync(dir, { recursive: true, force: true }));
  const servers = await startBackingServers(command, { dir, log, backend: 'memory', heapMb: databaseHeapMb });
  const { rabbit, mongo } = servers;
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
    api: (service) => `${platform.portalUrl}/api/${service}`,
    sandboxUrl: platform.urls['fintech-sandbox'],
    sandboxUrlOfGateway: platform.urls['fintech-sandbox'],
    rabbitUrl: rabbit.url,
    operatorToken: platform.secrets.operatorToken,
    sandboxAdminToken: platform.secrets.sandboxAdminToken,
    loadMsmes: (msmes) => loadMsmes(platform, msmes, { defer: command.defer }),
    killAndAwaitReturn: async (service) => {
      platform.kill(service, 'SIGKILL');
      await platform.untilReady(service);
    },
  };
}
