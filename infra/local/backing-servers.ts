import { rmSync } from 'node:fs';
import type { Command } from './command.ts';
import { SMALL_DATABASE } from './memory.ts';
import { startMongo } from './mongodb.ts';
import { type Log, withProgress } from './progress.ts';
import { startRabbit } from './rabbitmq.ts';
import { makeRunDirectory } from './run-directory.ts';
import type { MongoServer, Rabbit } from './servers.ts';

export type BackingServers = {
  /** A directory that is removed when the command ends. */
  dir: string;
  rabbit: Rabbit;
  mongo: MongoServer;
};

/** Starts broker and database side by side in a new run directory. Both are stopped when the command ends. */
export async function startBackingServers(
  command: Pick<Command, 'defer'>,
  purpose: string,
  log: Log,
  embedded = () => SMALL_DATABASE,
): Promise<BackingServers> {
  const dir = makeRunDirectory(purpose);
  command.defer(() => rmSync(dir, { recursive: true, force: true }));
  const untilEnd = async <T extends { stop(): Promise<unknown> }>(starting: Promise<T>) => {
    const server = await starting;
    command.defer(() => server.stop());
    return server;
  };
  return withProgress(log, 'starting broker and database', async () => {
    const starting = [untilEnd(startRabbit(dir, log)), untilEnd(startMongo({ dir, log, embedded }))] as const;
    const [rabbit, mongo] = await Promise.all(starting);
    log(`RabbitMQ ${rabbit.version}`);
    return { dir, rabbit, mongo };
  });
}

/** What tests need to find them (packages/testkit/src/servers.ts). */
export function testEnvironment({ rabbit, mongo }: BackingServers): Record<string, string> {
  return {
    KSBB_TEST_AMQP_URL: rabbit.url,
    KSBB_TEST_MANAGEMENT_URL: rabbit.managementUrl,
    KSBB_TEST_MONGODB_URI: mongo.url,
  };
}
