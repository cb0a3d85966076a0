import { EVENT_BYTES_LIMIT } from '@ksbb/contracts';
import type { Log } from '@ksbb/service-kit';
import type { ChannelModel } from 'amqplib';
import type { Registry } from 'prom-client';
import { superviseConnection, type SupervisedConnection } from './connection.ts';
import { createConsumer, type Consumer } from './consumer.ts';
import { type DeadLetterInspector, openDeadLetterInspector } from './dead-letters/inspector.ts';
import { deadLetterQueueOf, unroutedQueueOf } from './dead-letters/queues.ts';
import { CONTENT_TYPE } from './delivery.ts';
import { createBroadcastConsumer, type BroadcastSubscription } from './broadcast.ts';
import { createBusMetrics } from './metrics.ts';
import { createPublisher, ReturnedError, WINDOW } from './publisher.ts';
import { createSettler } from './settle.ts';
import type { Subscription } from './subscription.ts';
import { declareExchange, EXCHANGE } from './topology.ts';
import { endSpan, startSend, type TracedEnvelope } from './tracing.ts';

type BusOptions = {
  /** amqp:// address with the virtual host. */
  url: string;
  /** Its queues are `<service>.in`, `<service>.alone`, `<service>.retry.*` and `<service>.dead`. */
  service: string;
  log: Log;
  registry: Registry;
  /** The most deliveries in flight: 1 to `WINDOW.messages`, so that all can be moved together. 64 by default. */
  prefetch?: number;
  /** Whether a handler's error means that a dependency is away. Its deliveries are then held until it is back. */
  isDependencyDown?: (error: unknown) => boolean;
};

export type Bus = {
  /** Resolves when the broker has confirmed the event. Used by the outbox relay; services publish by deciding. */
  publish: (event: TracedEnvelope) => Promise<void>;
  /** Whether events can be sent now. */
  connected: () => boolean;
  /**
   * Whether the broker has been reached and the service's queues are as they should be. A broker that goes away later
   * changes nothing: commands are still accepted, and their events wait in the outbox.
   */
  ready: () => boolean;
  /** Begins to handle the events of a service's table. Once for each bus. */
  subscribe: <Deps>(subscriptions: readonly Subscription<Deps>[], deps: Deps) => void;
  /**
   * Gives each of these events to every replica that is connected. `onReset` reads again what may have been missed
   * (see broadcast.ts).
   */
  subscribeToBroadcast: <Deps>(
    table: readonly BroadcastSubscription<Deps>[],
    deps: Deps,
    onReset: () => Promise<void>,
  ) => void;
  /** What this service could not handle, and what it published and no queue took. For operators. */
  deadLetters: DeadLetterInspector;
  /** Resolves when the broker is reached for the first time and the service's queues exist. */
  started: () => Promise<void>;
  /** Takes no more deliveries and finishes those in flight. Publishing goes on. */
  stopConsuming: () => Promise<void>;
  /** Waits for confirms, then disconnects. */
  close: () => Promise<void>;
};

/**
 * Connects to the broker, and goes on trying for ever; publishing and consuming have a connection each.
 * @throws RangeError where `prefetch` is out of its range
 */
export function createBus(options: BusOptions): Bus {
  const { url, service, log, registry, prefetch = 64, isDependencyDown = () => false } = options;
  if (!Number.isInteger(prefetch) || prefetch < 1 || prefetch > WINDOW.messages)
    throw new RangeError(`prefetch is ${prefetch}: a whole number from 1 to ${WINDOW.messages} is needed`);
  const metrics = createBusMetrics(registry);
  const stopping = new AbortController();
  const publisher = createPublisher((message) => {
    log.error(
      { messageId: message.properties.messageId, routingKey: message.fields.routingKey },
      'an event was returned: no queue takes it',
    );
  });
  const connections: SupervisedConnection[] = [];
  const waitingFor = new Set<string>();
  let consumer: Consumer | undefined;

  /** Keeps a connection for one purpose. Resolves when it works for the first time. */
  function connect(
    purpose: string,
    onConnect: (model: ChannelModel) => Promise<void>,
    onDisconnect: () => void = () => undefined,
  ): Promise<void> {
    const connected = Promise.withResolvers<void>();
    waitingFor.add(purpose);
    metrics.connected.set({ connection: purpose }, 0);
    const supervised = superviseConnection({
      url,
      name: `${service} ${purpose}`,
      log,
      onConnect: async (model) => {
        await onConnect(model);
        metrics.connected.set({ connection: purpose }, 1);
        waitingFor.delete(purpose);
        connected.resolve();
      },
      onDisconnect: () => {
        onDisconnect();
        metrics.connected.set({ connection: purpose }, 0);
      },
    });
    connections.push(supervised);
    return connected.promise;
  }

  const attachPublisher = async (model: ChannelModel) => {
    const channel = await model.createChannel();
    channel.on('error', () => undefined);
    await declareExchange(channel);
    await channel.close();
    await publisher.attach(model);
  };
  const publishing = connect('publish', attachPublisher, publisher.detach);
  let consuming: Promise<void> = Promise.resolve();

  return {
    publish: async (event) => {
      const content = Buffer.from(JSON.stringify(event));
      if (content.length >= EVENT_BYTES_LIMIT)
        throw new RangeError(`${event.id} has ${content.length} bytes; an event has less than ${EVENT_BYTES_LIMIT}`);
      const routingKey = event.type.slice('ksbb.'.length);
      const started = performance.now();
      const done = (result: string) =>
        metrics.published.observe({ event: routingKey, result }, (performance.now() - started) / 1000);
      const { span, headers } = startSend(event, routingKey);
      try {
        await publisher.send({ exchange: EXCHANGE, routingKey }, content, {
          messageId: event.id,
          type: event.type,
          contentType: CONTENT_TYPE,
          ...(headers === undefined ? {} : { headers }),
        });
        done('confirmed');
        endSpan(span);
      } catch (error) {
        done(error instanceof ReturnedError ? 'returned' : 'not-confirmed');
        endSpan(span, error as Error);
        throw error;
      }
    },
    connected: publisher.connected,
    ready: () => waitingFor.size === 0,
    subscribe: (subscriptions, deps) => {
      if (consumer !== undefined) throw new Error('a bus takes one table of subscriptions');
      const settle = createSettler({
        subscriptions,
        deps,
        isDependencyDown,
        stopping: stopping.signal,
        onFailure: (event, error) =>
          log.warn({ err: error, event: event.type, id: event.id }, 'handling an event failed'),
      });
      const routingKeys = [...new Set(subscriptions.map((subscription) => subscription.event.routingKey))];
      const running = createConsumer({
        service,
        routingKeys,
        prefetch,
        settle,
        publisher,
        metrics,
        log,
        stopping: stopping.signal,
      });
      consumer = running;
      consuming = connect('consume', async (model) => {
        await publishing;
        await running.attach(model);
      });
    },
    subscribeToBroadcast: (table, deps, onReset) => {
      void connect('broadcast', createBroadcastConsumer({ table, deps, onReset, log }));
    },
    deadLetters: openDeadLetterInspector(url, [deadLetterQueueOf(service), unroutedQueueOf(service)]),
    started: async () => {
      await Promise.all([publishing, consuming]);
    },
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
