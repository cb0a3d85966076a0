import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@ksbb/service-kit';
import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { type Acknowledger, createAcknowledger } from './acknowledge.ts';
import { hangUp } from './connection.ts';
import { attemptHeader } from './delivery.ts';
import type { BusMetrics } from './metrics.ts';
import type { Publisher } from './publisher.ts';
import type { Origin, Outcome } from './settle.ts';
import { deadQueue, declareExchange, declareSubscriber, inQueue, quarantineQueue, retryQueue } from './topology.ts';

const ERROR_LENGTH = 500;
const MOVE_AGAIN_MS = 1_000;

type ConsumerParts = {
  service: string;
  routingKeys: readonly string[];
  prefetch: number;
  settle: (message: ConsumeMessage, origin: Origin) => Promise<Outcome>;
  publisher: Publisher;
  metrics: BusMetrics;
  log: Log;
  stopping: AbortSignal;
};

export type Consumer = {
  attach: (model: ChannelModel) => Promise<void>;
  /** Takes no more deliveries, and resolves when those in flight are settled. */
  stop: () => Promise<void>;
};

/** Where a delivery was received, and is settled. */
type Receiver = { origin: Origin; acknowledger: Acknowledger; isOpen: () => boolean };
type Destination = { queue: string; headers: Record<string, unknown> };

/** Where a delivery is moved to; undefined where it is not moved. */
function destinationOf(outcome: Outcome, service: string): Destination | undefined {
  switch (outcome.is) {
    case 'retry':
      return { queue: retryQueue(service, outcome.tier.name), headers: attemptHeader(outcome.attempt) };
    case 'quarantine':
      return { queue: quarantineQueue(service), headers: attemptHeader(outcome.attempt) };
    case 'dead':
      return {
        queue: deadQueue(service),
        headers: {
          ...attemptHeader(outcome.attempt),
          'x-ksbb-reason': outcome.reason,
          'x-ksbb-error': outcome.error.message.slice(0, ERROR_LENGTH),
          'x-ksbb-dead-at': new Date().toISOString(),
        },
      };
    case 'done':
    case 'unfinished':
      return undefined;
    default:
      return outcome satisfies never;
  }
}

/** The metrics' word for the quarantine is older than ours, and dashboards know it. */
const resultLabel = ({ is }: Outcome) => (is === 'quarantine' ? 'alone' : is);

/** Consumes a service's queues. A delivery is settled on the channel that brought it, or not at all. */
export function createConsumer(parts: ConsumerParts): Consumer {
  const { service, routingKeys, prefetch, settle, publisher, metrics, log, stopping } = parts;
  const knownKeys = new Set(routingKeys);
  const inFlight = new Set<ConsumeMessage>();
  let idle = Promise.withResolvers<void>();
  let cancel: () => Promise<unknown> = () => Promise.resolve();
  let closeChannel: () => Promise<unknown> = () => Promise.resolve();

  /** Sends a copy to another queue. Resolves when the broker has confirmed it. */
  async function copyTo({ queue, headers }: Destination, { content, properties }: ConsumeMessage): Promise<void> {
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

  /**
   * Copies a delivery until it succeeds. It is not requeued meanwhile: it would come back at once, and each time count
   * as a redelivery. Answers false where the channel closed or the service stops first.
   */
  async function copyInTheEnd(
    destination: Destination,
    message: ConsumeMessage,
    isOpen: () => boolean,
  ): Promise<boolean> {
    while (isOpen()) {
      try {
        await copyTo(destination, message);
        return true;
      } catch (error) {
        const { messageId } = message.properties;
        const { queue } = destination;
        log.warn({ err: error, messageId, queue }, 'a delivery could not be moved; it is held');
        if (stopping.aborted) return false;
        await sleep(MOVE_AGAIN_MS * (0.5 + Math.random()), undefined, { signal: stopping }).catch(() => undefined);
      }
    }
    return false;
  }

  /** Carries out every outcome but `done`. */
  async function carryOut(outcome: Outcome, message: ConsumeMessage, event: string, receiver: Receiver) {
    const { acknowledger, isOpen } = receiver;
    const destination = destinationOf(outcome, service);
    if (destination === undefined || !(await copyInTheEnd(destination, message, isOpen)))
      return acknowledger.requeue(message);
    if (outcome.is === 'dead') {
      const { reason, error } = outcome;
      log.error({ reason, err: error, messageId: message.properties.messageId }, 'event dead-lettered');
      metrics.deadLettered.inc({ event, reason });
    }
    acknowledger.ack(message);
  }

  /** On the hot path: a delivery that is done takes no promise but the settler's and the one of its `then`. */
  function receive(message: ConsumeMessage, receiver: Receiver): void {
    const { origin, acknowledger } = receiver;
    const started = performance.now();
    const event = knownKeys.has(message.fields.routingKey) ? message.fields.routingKey : origin.queue;
    const end = () => {
      inFlight.delete(message);
      if (inFlight.size === 0) idle.resolve();
    };
    // A fault of ours, not of a handler. It must not end the process: the delivery counts as redelivered.
    const fail = (error: unknown) => {
      log.error({ err: error, messageId: message.properties.messageId }, 'settling a delivery failed');
      acknowledger.requeue(message);
      end();
    };
    const finish = (outcome: Outcome) => {
      try {
        metrics.handled.observe({ event, result: resultLabel(outcome) }, (performance.now() - started) / 1000);
        if (outcome.is !== 'done') return void carryOut(outcome, message, event, receiver).then(end, fail);
        acknowledger.ack(message);
        end();
      } catch (error) {
        fail(error);
      }
    };
    inFlight.add(message);
    if (message.fields.redelivered) metrics.redelivered.inc({ event });
    settle(message, origin).then(finish, fail);
  }

  return {
    attach: async (model) => {
      const channel = await model.createChannel();
      const acknowledger = createAcknowledger(channel);
      let open = true;
      channel.on('error', (error) => log.warn({ err: error }, 'consumer channel failed'));
      channel.on('close', () => {
        open = false;
        acknowledger.close();
        if (!stopping.aborted) void model.close().catch(() => undefined);
      });
      await declareExchange(channel);
      await declareSubscriber(channel, service, routingKeys);
      const consume = async (queue: string, isQuarantine: boolean) => {
        const receiver = { origin: { queue, isQuarantine }, acknowledger, isOpen: () => open };
        await channel.prefetch(isQuarantine ? 1 : prefetch);
        const { consumerTag } = await channel.consume(queue, (message) => {
          // Null: the broker cancelled this consumer, such as when its queue moved. A new connection subscribes again.
          if (message === null) void channel.close().catch(() => undefined);
          else receive(message, receiver);
        });
        return consumerTag;
      };
      const tags = [await consume(inQueue(service), false), await consume(quarantineQueue(service), true)];
      cancel = () => (open ? Promise.all(tags.map((tag) => channel.cancel(tag))) : Promise.resolve());
      closeChannel = async () => {
        acknowledger.flush();
        // Before its connection: the broker may look at the connection's end before what the channel still brings.
        if (open) await hangUp(channel);
      };
    },
    stop: async () => {
      await cancel().catch(() => undefined);
      if (inFlight.size > 0) {
        idle = Promise.withResolvers();
        await idle.promise;
      }
      await closeChannel().catch(() => undefined);
    },
  };
}
