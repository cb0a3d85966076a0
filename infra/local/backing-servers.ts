import type { Command } from './command.ts';
import { startMongo, type MongoOptions } from './mongodb.ts';
import type { Log } from './progress.ts';
import { withProgress } from './progress.ts';
import { startRabbit } from './rabbitmq.ts';
import type { MongoServer, Rabbit } from './servers.ts';

export type BackingServers = {
  rabbit: Rabbit;
  mongo: MongoServer;
};

/** Starts broker and database side by side; each is stopped when the command ends. */
export async function startBackingServers(
  command: Pick<Command, 'defer'>,
  options: { dir: string; log: Log } & Pick<MongoOptions, 'embedded'>,
): Promise<BackingServers> {
  const start = async <T extends { stop(): Promise<void> }>(starting: Promise<T>) => {
    const server = await starting;
    command.defer(() => server.stop());
    return server;
  };
  return withProgress(options.log, 'starting broker and database', async () => {
    const [rabbit, mongo] = await Promise.all([start(startRabbit(options)), start(startMongo(options))]);
    options.log(`RabbitMQ ${rabbit.version}`);
    return { rabbit, mongo };
  });
}

/** What tests need to find them (packages/testkit/src/servers.ts). */
export function testEnvironment({ rabbit, mongo }: BackingServers): Record<string, string> {
  return {
    KSBB_TEST_AMQP_URL: rabbit.url,
    KSBB_TEST_MANAGEMENT_URL: rabbit.managementUrl ?? '',
    KSBB_TEST_MONGODB_URI: mongo.url,
  };
}
