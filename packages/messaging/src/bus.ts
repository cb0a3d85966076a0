import type { Envelope } from '@ksbb/contracts';
import type { Log } from '@ksbb/service-kit';
import type { Registry } from 'prom-client';
import { superviseConnection, type SupervisedConnection } from './connection.ts';
import { createConsumer, type RunningConsumer } from './consumer.ts';
import { type DeadLetterDesk, openDeadLetters } from './dead-letters-desk.ts';
import { deadLettersOf, unroutedOf } from './dead-letters-place.ts';
import { createFollower, type Following } from './follow.ts';
import { createBusMetrics } from './metrics.ts';
import { createPublisher, eventMessage } from './publisher.ts';
import { createSettler } from './settle.ts';
import type { Subscription } from './subscription.ts';
import { declareExchange } from './topology.ts';

type BusOptions = {
  /** amqp:// address with the virtual host. */
  url: string;
  /** Names the service's queues: `<service>.in`, `<service>.retry.*`, `<service>.dead`. */
  service: string;
  log: Log;
  registry: Registry;
  /** Deliveries in hand at once. */
  prefetch?: number;
  /** Whether a handler's error means that a dependency is away. Its deliveries are then held until it is back. */
  isDependencyDown?: (error: unknown) => boolean;
};

export type Bus = {
  /** Resolves when the broker has confirmed the event. Used by the outbox relay; services publish by deciding. */
  publish: (event: Envelope) => Promise<void>;
  /** Whether events can be sent now. */
  connected: () => boolean;
  /** Whether the broker is reached in both directions. */
  ready: () => boolean;
  /** Begins to handle the events of a service's table. Once for each bus. */
  subscribe: <Deps>(subscriptions: readonly Subscription<Deps>[], deps: Deps) => void;
  /**
   * Hands every one of these events to this process, whatever its replicas do, as long as it is connected. `onReset` reads
   * anew what may have been missed (see follow.ts).
   */
  follow: <Deps>(table: readonly Following<Deps>[], deps: Deps, onReset: () => Promise<void>) => void;
  /** Resolves when the broker is reached for the first time, and the service's queues stand. */
  started: () => Promise<void>;
  /** What this service could not handle, and what it published and nobody took. For operators. */
  deadLetters: DeadLetterDesk;
  /** Takes no more deliveries and finishes those in hand. Publishing goes on. */
  stopConsuming: () => Promise<void>;
  /** Waits for confirms, then disconnects. */
  close: () => Promise<void>;
};

/** Connects to the broker, and goes on trying for ever; publishing and consuming have a connection each. */
export function createBus({ url, service, log, registry, prefetch = 64, isDependencyDown = () => false }: BusOptions): Bus {
  const metrics = createBusMetrics(registry);
  const stopping = new AbortController();
  const publisher = createPublisher((message) => {
    log.error({ messageId: message.properties.messageId, routingKey: message.fields.routingKey }, 'an event was returned: no queue takes it');
  });
  const publishing = Promise.withResolvers<void>();
  const connections: SupervisedConnection[] = [];
  let consumer: RunningConsumer | undefined;
  let consuming: Promise<void> = Promise.resolve();
  let consumerConnected = false;

  connections.push(
    superviseConnection({
      url,
      name: `${service} publish`,
      log,
      onConnect: async (model) => {
        const channel = await model.createChannel();
        await declareExchange(channel);
        await channel.close();
        await publisher.attach(model);
        metrics.connected.set({ connection: 'publish' }, 1);
        publishing.resolve();
      },
      onDisconnect: () => {
        publisher.detach();
        metrics.connected.set({ connection: 'publish' }, 0);
      },
    }),
  );

  return {
    publish: async (event) => {
      const { target, content, properties } = eventMessage(event);
      try {
        await publisher.send(target, content, properties);
        metrics.published.inc({ event: target.routingKey, result: 'confirmed' });
      } catch (error) {
        metrics.published.inc({ event: target.routingKey, result: 'not-confirmed' });
        throw error;
      }
    },
    connected: publisher.connected,
    ready: () => publisher.connected() && (consumer === undefined || consumerConnected),
    subscribe: (subscriptions, deps) => {
      if (consumer !== undefined) throw new Error('a bus takes one table of subscriptions');
      const settle = createSettler({
        subscriptions,
        deps,
        isDependencyDown,
        stopping: stopping.signal,
        onFailure: (event, error) => log.warn({ err: error, event: event.type, id: event.id }, 'handling an event failed'),
      });
      const routingKeys = [...new Set(subscriptions.map((subscription) => subscription.event.routingKey))];
      const running = createConsumer({ service, routingKeys, prefetch, settle, publisher, metrics, log });
      consumer = running;
      const attached = Promise.withResolvers<void>();
      consuming = attached.promise;
      connections.push(
        superviseConnection({
          url,
          name: `${service} consume`,
          log,
          onConnect: async (model) => {
            await publishing.promise;
            await running.attach(model);
            consumerConnected = true;
            metrics.connected.set({ connection: 'consume' }, 1);
            attached.resolve();
          },
          onDisconnect: () => {
            consumerConnected = false;
            metrics.connected.set({ connection: 'consume' }, 0);
          },
        }),
      );
    },
    follow: (table, deps, onReset) => {
      const onConnect = createFollower({ table, deps, onReset, log });
      connections.push(superviseConnection({ url, name: `${service} follow`, log, onConnect, onDisconnect: () => undefined }));
    },
    started: async () => {
      await Promise.all([publishing.promise, consuming]);
    },
    deadLetters: openDeadLetters(url, [deadLettersOf(service), unroutedOf(service)]),
    stopConsuming: async () => {
      stopping.abort();
      await consumer?.stop();
    },
    close: async () => {
      stopping.abort();
      await consumer?.stop();
      await publisher.flush();
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
}
