// oxlint-disable-next-line import/no-unassigned-import -- Nest's decorators need its global
import 'reflect-metadata';
import { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import { connect as connectManaged } from 'amqp-connection-manager';
import { connect } from 'amqplib';
import rascal from 'rascal';
import type { Message } from './events.ts';

type Closable = { close: () => Promise<unknown> };

/** Another client of the same broker. Each is set up as its own documentation recommends. */
export type Peer = {
  peer: string;
  /** Publishes with confirms to one exchange under one routing key. */
  publisher: (
    url: string,
    exchange: string,
    routingKey: string,
  ) => Promise<Closable & { publish: (message: Message) => Promise<unknown> }>;
  /** Consumes one queue, which exists, and acknowledges each delivery after `handle`. */
  consumer: (url: string, queue: string, prefetch: number, handle: () => void) => Promise<Closable>;
};

const NO_DELAY = { noDelay: true };

/** The yardstick: a bare confirm channel, and a bare consumer that acknowledges one by one. */
export const amqplib: Peer = {
  peer: 'amqplib',
  publisher: async (url, exchange, routingKey) => {
    const model = await connect(url, NO_DELAY);
    const channel = await model.createConfirmChannel();
    return {
      publish: ({ content, options }) =>
        new Promise<void>((resolve, reject) => {
          channel.publish(exchange, routingKey, content, options, (error) => (error ? reject(error) : resolve()));
        }),
      close: () => model.close(),
    };
  },
  consumer: async (url, queue, prefetch, handle) => {
    const model = await connect(url, NO_DELAY);
    const channel = await model.createChannel();
    await channel.prefetch(prefetch);
    await channel.consume(queue, (message) => {
      if (message === null) return;
      handle();
      channel.ack(message);
    });
    return { close: () => model.close() };
  },
};

const amqpConnectionManager: Peer = {
  peer: 'amqp-connection-manager',
  publisher: async (url, exchange, routingKey) => {
    const connection = connectManaged([url], { connectionOptions: NO_DELAY });
    const channel = connection.createChannel();
    await channel.waitForConnect();
    return {
      publish: ({ content, options }) => channel.publish(exchange, routingKey, content, options),
      close: () => connection.close(),
    };
  },
  consumer: async (url, queue, prefetch, handle) => {
    const connection = connectManaged([url], { connectionOptions: NO_DELAY });
    const channel = connection.createChannel();
    const onMessage = (message: Parameters<typeof channel.ack>[0]) => {
      handle();
      channel.ack(message);
    };
    await channel.consume(queue, onMessage, { prefetch });
    await channel.waitForConnect();
    return { close: () => connection.close() };
  },
};

async function connectNest(uri: string, prefetchCount: number): Promise<AmqpConnection> {
  const silent = { log: () => undefined, error: () => undefined, warn: () => undefined };
  const connection = new AmqpConnection({
    uri,
    prefetchCount,
    connectionInitOptions: { wait: true, timeout: 10_000 },
    connectionManagerOptions: { connectionOptions: NO_DELAY },
    logger: silent as never,
  });
  await connection.init();
  return connection;
}

/** The core of @golevelup/nestjs-rabbitmq, without Nest around it. */
const nestjsRabbitmq: Peer = {
  peer: '@golevelup/nestjs-rabbitmq',
  publisher: async (url, exchange, routingKey) => {
    const connection = await connectNest(url, 10);
    return {
      publish: ({ content, options }) => connection.publish(exchange, routingKey, content, options),
      close: () => connection.close(),
    };
  },
  consumer: async (url, queue, prefetch, handle) => {
    const connection = await connectNest(url, prefetch);
    const onMessage = async () => handle();
    await connection.createSubscriber(onMessage as never, { queue, createQueueIfNotExists: false }, 'bench');
    return { close: () => connection.close() };
  },
};

const UNCHECKED = { assert: false, check: false };

async function createRascal(url: string, vhost: object, uses: object) {
  const connection = { url, socketOptions: NO_DELAY };
  const config = rascal.withDefaultConfig({ vhosts: { bench: { connection, ...vhost } }, ...uses });
  const broker = await rascal.BrokerAsPromised.create(config);
  broker.on('error', () => undefined);
  return broker;
}

const rascalPeer: Peer = {
  peer: 'rascal',
  publisher: async (url, exchange, routingKey) => {
    const publications = { out: { vhost: 'bench', exchange, routingKey } };
    const broker = await createRascal(url, { exchanges: { [exchange]: UNCHECKED }, queues: [] }, { publications });
    return {
      publish: async ({ content, options: { messageId, ...options } }) => {
        const publication = await broker.publish('out', content, { options: { ...options, messageId } });
        await new Promise((resolve, reject) => publication.on('success', resolve).on('error', reject));
      },
      close: () => broker.shutdown(),
    };
  },
  consumer: async (url, queue, prefetch, handle) => {
    const subscriptions = { take: { vhost: 'bench', queue, prefetch } };
    const broker = await createRascal(url, { exchanges: [], queues: { [queue]: UNCHECKED } }, { subscriptions });
    const subscription = await broker.subscribe('take');
    subscription.on('message', (_message, _content, ackOrNack: () => void) => {
      handle();
      ackOrNack();
    });
    subscription.on('error', () => undefined);
    return { close: () => broker.shutdown() };
  },
};

export const PEERS: readonly Peer[] = [amqplib, rascalPeer, nestjsRabbitmq, amqpConnectionManager];
