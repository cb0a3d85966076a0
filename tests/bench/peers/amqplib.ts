import { connect } from 'amqplib';
import type { Peer } from './peer.ts';

/** The yardstick: a bare confirm channel, and a bare consumer that acknowledges one by one. */
export const amqplib: Peer = {
  peer: 'amqplib',
  publisher: async (url, exchange, routingKey) => {
    const model = await connect(url, { noDelay: true });
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
    const model = await connect(url, { noDelay: true });
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
