import { connect } from 'amqp-connection-manager';
import type { Peer } from './peer.ts';

const SOCKET = { connectionOptions: { noDelay: true } };

export const amqpConnectionManager: Peer = {
  peer: 'amqp-connection-manager',
  publisher: async (url, exchange, routingKey) => {
    const connection = connect([url], SOCKET);
    const channel = connection.createChannel();
    await channel.waitForConnect();
    return {
      publish: ({ content, options }) => channel.publish(exchange, routingKey, content, options),
      close: () => connection.close(),
    };
  },
  consumer: async (url, queue, prefetch, handle) => {
    const connection = connect([url], SOCKET);
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
