import { lineDelivered } from '@ksbb/contracts';
import { createBus } from '@ksbb/messaging';
import { type Channel, connect } from 'amqplib';
import { Registry } from 'prom-client';
import { log } from './events.ts';

/** Where every side publishes its events. */
export const EXCHANGE = 'ksbb.events';
export const { routingKey: ROUTING_KEY } = lineDelivered;
/** The most deliveries in flight to one consumer, on every side. */
export const PREFETCH = 64;
export const SERVICE = 'bench';

export const openBus = (url: string) =>
  createBus({ url, service: SERVICE, log, registry: new Registry(), prefetch: PREFETCH });

/** Does work on a channel of its own connection. */
export async function onChannel<T>(url: string, work: (channel: Channel) => Promise<T>): Promise<T> {
  const model = await connect(url);
  try {
    return await work(await model.createChannel());
  } finally {
    await model.close();
  }
}

/** Declares a quorum queue that gets every event, with these arguments besides. The exchange has to be there. */
export const declareQueue = (url: string, queue: string, more: object = {}) =>
  onChannel(url, async (channel) => {
    await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum', ...more } });
    await channel.bindQueue(queue, EXCHANGE, '#');
  });

/** Keeps a queue so short that the broker's work stays the same from round to round. */
export const SHORT = { 'x-max-length': 1_000, 'x-overflow': 'drop-head' };

export const deleteQueue = (url: string, queue: string) => onChannel(url, (channel) => channel.deleteQueue(queue));
