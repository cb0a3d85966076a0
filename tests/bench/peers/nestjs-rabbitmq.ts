// oxlint-disable-next-line import/no-unassigned-import -- Nest's decorators need its global
import 'reflect-metadata';
import { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { Peer } from './peer.ts';

const QUIET = { log: () => undefined, error: () => undefined, warn: () => undefined };

async function connected(url: string, prefetchCount: number): Promise<AmqpConnection> {
  const connection = new AmqpConnection({
    uri: url,
    prefetchCount,
    connectionInitOptions: { wait: true, timeout: 10_000 },
    connectionManagerOptions: { connectionOptions: { noDelay: true } },
    logger: QUIET as never,
  });
  await connection.init();
  return connection;
}

/** The core of @golevelup/nestjs-rabbitmq, without Nest around it. */
export const nestjsRabbitmq: Peer = {
  peer: '@golevelup/nestjs-rabbitmq',
  publisher: async (url, exchange, routingKey) => {
    const connection = await connected(url, 10);
    return {
      publish: ({ content, options }) => connection.publish(exchange, routingKey, content, options),
      close: () => connection.close(),
    };
  },
  consumer: async (url, queue, prefetch, handle) => {
    const connection = await connected(url, prefetch);
    const onMessage = async () => handle();
    await connection.createSubscriber(onMessage as never, { queue, createQueueIfNotExists: false }, 'bench');
    return { close: () => connection.close() };
  },
};
