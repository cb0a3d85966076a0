// oxlint-disable-next-line import/no-unassigned-import -- Nest's decorators need its global
import 'reflect-metadata';
import { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import { connect as connectManaged } from 'amqp-connection-manager';
import { connect } from 'amqplib';
import rascal from 'rascal';
import { EXCHANGE, PREFETCH, ROUTING_KEY } from './broker.ts';
import type { Message } from './events.ts';

/** Another client of the same broker, set up as its own documentation recommends. */
type Client = {
  /** Resolves when the broker has confirmed the message. */
  publish: (message: Message) => Promise<unknown>;
  /** Takes the messages of the queue, and acknowledges each after `handle`. */
  consume: (handle: () => void) => Promise<unknown>;
  close: () => Promise<unknown>;
};

const NO_DELAY = { noDelay: true };

/** The yardstick: a bare confirm channel, and a bare consumer that acknowledges one by one. */
export async function connectAmqplib(url: string, queue: string): Promise<Client> {
  const model = await connect(url, NO_DELAY);
  const channel = await model.createConfirmChannel();
  await channel.prefetch(PREFETCH);
  return {
    publish: ({ content, options }) =>
      new Promise<void>((resolve, reject) => {
        channel.publish(EXCHANGE, ROUTING_KEY, content, options, (error) => (error ? reject(error) : resolve()));
      }),
    consume: (handle) =>
      channel.consume(queue, (message) => {
        if (message === null) return;
        handle();
        channel.ack(message);
      }),
    close: () => model.close(),
  };
}

async function connectManager(url: string, queue: string): Promise<Client> {
  const connection = connectManaged([url], { connectionOptions: NO_DELAY });
  const channel = connection.createChannel();
  await channel.waitForConnect();
  const consume = (handle: () => void) => {
    const onMessage = (message: Parameters<typeof channel.ack>[0]) => {
      handle();
      channel.ack(message);
    };
    return channel.consume(queue, onMessage, { prefetch: PREFETCH });
  };
  return {
    publish: ({ content, options }) => channel.publish(EXCHANGE, ROUTING_KEY, content, options),
    consume,
    close: () => connection.close(),
  };
}

/** The core of @golevelup/nestjs-rabbitmq, without Nest around it. */
async function connectNest(uri: string, queue: string): Promise<Client> {
  const silent = { log: () => undefined, error: () => undefined, warn: () => undefined };
  const connection = new AmqpConnection({
    uri,
    prefetchCount: PREFETCH,
    connectionInitOptions: { wait: true, timeout: 10_000 },
    connectionManagerOptions: { connectionOptions: NO_DELAY },
    logger: silent as never,
  });
  await connection.init();
  return {
    publish: ({ content, options }) => connection.publish(EXCHANGE, ROUTING_KEY, content, options),
    consume: (handle) => {
      const onMessage = async () => handle();
      return connection.createSubscriber(onMessage as never, { queue, createQueueIfNotExists: false }, 'bench');
    },
    close: () => connection.close(),
  };
}

const UNCHECKED = { assert: false, check: false };

async function connectRascal(url: string, queue: string): Promise<Client> {
  const vhost = {
    connection: { url, socketOptions: NO_DELAY },
    exchanges: { [EXCHANGE]: UNCHECKED },
    queues: { [queue]: UNCHECKED },
  };
  const config = rascal.withDefaultConfig({
    vhosts: { bench: vhost },
    publications: { out: { vhost: 'bench', exchange: EXCHANGE, routingKey: ROUTING_KEY } },
    subscriptions: { take: { vhost: 'bench', queue, prefetch: PREFETCH } },
  });
  const broker = await rascal.BrokerAsPromised.create(config);
  broker.on('error', () => undefined);
  return {
    publish: async ({ content, options }) => {
      const publication = await broker.publish('out', content, { options });
      await new Promise((resolve, reject) => publication.on('success', resolve).on('error', reject));
    },
    consume: async (handle) => {
      const subscription = await broker.subscribe('take');
      subscription.on('message', (_message, _content, ackOrNack: () => void) => {
        handle();
        ackOrNack();
      });
      subscription.on('error', () => undefined);
    },
    close: () => broker.shutdown(),
  };
}

/** The peers by their names in a row. */
export const PEERS: Record<string, (url: string, queue: string) => Promise<Client>> = {
  amqplib: connectAmqplib,
  rascal: connectRascal,
  '@golevelup/nestjs-rabbitmq': connectNest,
  'amqp-connection-manager': connectManager,
};
