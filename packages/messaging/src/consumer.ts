import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@ksbb/service-kit';
import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { type Acknowledger, createAcknowledger } from './acknowledge.ts';
import { hangUp } from './connection.ts';
import { attemptHeader } from './delivery.ts';
import type { BusMetrics } from './metrics.ts';
import type { Publisher } from './publisher.ts';
import type { Verdict } from './settle.ts';
import { aloneQueue, deadQueue, declareExchange, declareSubscriber, inQueue, retryQueue } from './topology.ts';

const ERROR_LENGTH = 500;
const MOVE_AGAIN_MS = 1_000;

type From = { queue: string; alone: boolean };

type Consumer = {
  service: string;
  routingKeys: readonly string[];
  prefetch: number;
  settle: (message: ConsumeMessage, from: From) => Promise<Verdict>;
  publisher: Publisher;
  metrics: BusMetrics;
  log: Log;
  stopping: AbortSignal;
};

export type RunningConsumer = {
  attach: (model: ChannelModel) => Promise<void>;
  /** Takes no more deliveries, and resolves when those in hand are settled. */
  stop: () => Promise<void>;
};

/** Where a delivery goes that is not done, and with which headers; undefined for one that stays where it is. */
function destinationOf(
  verdict: Verdict,
  service: string,
): { queue: string; headers: Record<string, unknown> } | undefined {
  switch (verdict.is) {
    case 'retry':
      return { queue: retryQueue(service, verdict.tier.name), headers: attemptHeader(verdict.attempt) };
    case 'alone':
      return { queue: aloneQueue(service), headers: attemptHeader(verdict.attempt) };
    case 'dead':
      return {
        queue: deadQueue(service),
        headers: {
          ...attemptHeader(verdict.attempt),
          'x-ksbb-reason': verdict.reason,
          'x-ksbb-error': verdict.error.message.slice(0, ERROR_LENGTH),
          'x-ksbb-dead-at': new Date().toISOString(),
        },
      };
    case 'done':
    case 'unfinished':
      return undefined;
    default:
      return verdict satisfies never;
  }
}

/** Consumes a service's queues. Each delivery is settled on the channel that brought it, or not at all. */
export function createConsumer(consumer: Consumer): RunningConsumer {
  const { service, routingKeys, prefetch, settle, publisher, metrics, log, stopping } = consumer;
  const known = new Set(routingKeys);
  const inHand = new Set<ConsumeMessage>();
  let idle = Promise.withResolvers<void>();
  let end: () => Promise<unknown> = () => Promise.resolve();
  let leave: () => Promise<unknown> = () => Promise.resolve();

  /** Moves a delivery to another queue. It can be acknowledged here once it is confirmed there. */
  async function moveTo(
    queue: string,
    { content, properties }: ConsumeMessage,
    headers: Record<string, unknown>,
  ): Promise<void> {
    const { messageId, type, contentType, headers: old } = properties;
    const { traceparent, tracestate } = old ?? {};
    const kept = Object.entries({ type, contentType }).filter(([, value]) => value !== undefined);
    const trace = Object.entries({ traceparent, tracestate }).filter(([, value]) => typeof value === 'string');
    await publisher.send({ exchange: '', routingKey: queue }, content, {
      messageId: String(messageId ?? 'none'),
      ...Object.fromEntries(kept),
      headers: { ...Object.fromEntries(trace), ...headers },
    });
  }

  /** Tries for as long as it takes: a requeued delivery would come back at once, and each time count as a redelivery. */
  async function moveAway(
    message: ConsumeMessage,
    queue: string,
    headers: Record<string, unknown>,
    isOpen: () => boolean,
  ): Promise<boolean> {
    while (isOpen()) {
      try {
        await moveTo(queue, message, headers);
        return true;
      } catch (error) {
        log.warn(
          { err: error, messageId: message.properties.messageId, queue },
          'a delivery could not be moved; it is held',
        );
        if (stopping.aborted) return false;
        await sleep(MOVE_AGAIN_MS * (0.5 + Math.random()), undefined, { signal: stopping }).catch(() => undefined);
      }
    }
    return false;
  }

  async function conclude(
    verdict: Verdict,
    message: ConsumeMessage,
    event: string,
    on: Acknowledger,
    isOpen: () => boolean,
  ): Promise<void> {
    const destination = destinationOf(verdict, service);
    if (destination !== undefined && !(await moveAway(message, destination.queue, destination.headers, isOpen)))
      return on.giveBack(message);
    if (verdict.is === 'unfinished') return on.giveBack(message);
    if (verdict.is === 'dead') {
      log.error(
        { reason: verdict.reason, err: verdict.error, messageId: message.properties.messageId },
        'event dead-lettered',
      );
      metrics.deadLettered.inc({ event, reason: verdict.reason });
    }
    on.finished(message);
  }

  function take(message: ConsumeMessage, from: From, on: Acknowledger, isOpen: () => boolean): void {
    const started = performance.now();
    const event = known.has(message.fields.routingKey) ? message.fields.routingKey : from.queue;
    if (message.fields.redelivered) metrics.redelivered.inc({ event });
    inHand.add(message);
    const concluded = () => {
      inHand.delete(message);
      if (inHand.size === 0) idle.resolve();
    };
    void settle(message, from).then((verdict) => {
      metrics.handled.observe({ event, result: verdict.is }, (performance.now() - started) / 1000);
      if (verdict.is !== 'done') return conclude(verdict, message, event, on, isOpen).finally(concluded);
      on.finished(message);
      concluded();
      return undefined;
    });
  }

  return {
    attach: async (model) => {
      const channel = await model.createChannel();
      const on = createAcknowledger(channel);
      let open = true;
      channel.on('error', (error) => log.warn({ err: error }, 'consumer channel failed'));
      channel.on('close', () => {
        open = false;
        on.close();
        if (!stopping.aborted) void model.close().catch(() => undefined);
      });
      await declareExchange(channel);
      await declareSubscriber(channel, service, routingKeys);
      const consume = async (queue: string, alone: boolean) => {
        await channel.prefetch(alone ? 1 : prefetch);
        const { consumerTag } = await channel.consume(queue, (message) => {
          // Null: the broker cancelled this consumer, such as when its queue moved. A new connection subscribes again.
          if (message === null) return void channel.close().catch(() => undefined);
          take(message, { queue, alone }, on, () => open);
        });
        return consumerTag;
      };
      const tags = [await consume(inQueue(service), false), await consume(aloneQueue(service), true)];
      end = () => (open ? Promise.all(tags.map((tag) => channel.cancel(tag))) : Promise.resolve());
      leave = async () => {
        on.flush();
        // Before its connection, whose end the broker may look at before what the channel still brings.
        if (open) await hangUp(channel);
      };
    },
    stop: async () => {
      await end().catch(() => undefined);
      if (inHand.size > 0) {
        idle = Promise.withResolvers();
        await idle.promise;
      }
      await leave().catch(() => undefined);
    },
  };
}
