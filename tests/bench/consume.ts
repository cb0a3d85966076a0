import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { type EventOf, lineDelivered } from '@ksbb/contracts';
import { createBus, declareExchange, declareSubscriber, on } from '@ksbb/messaging';
import { connect } from 'amqplib';
import { Registry } from 'prom-client';
import { exampleEvent, log, messageOf } from './events.ts';
import { type Peer, PEERS } from './peers.ts';
import { compare, type Row, type Side } from './rounds.ts';

const OPERATIONS = 10_000;
const PREFETCH = 64;
const SERVICE = 'bench';
const QUEUE = `${SERVICE}.in`;

/** Measures from the first delivery to the last, without connecting and subscribing. */
function stopwatch(operations: number) {
  const done = Promise.withResolvers<number>();
  let first = 0;
  let seen = 0;
  const handled = () => {
    seen += 1;
    if (seen === 1) first = performance.now();
    if (seen === operations) done.resolve(performance.now() - first);
  };
  return { done: done.promise, handled };
}

/** What is done with an event: it is only counted, or its version is kept where it is the newest. */
type Handler = (event: EventOf<typeof lineDelivered>, handled: () => void) => Promise<void>;

const doNothing: Handler = async (_event, handled) => handled();

function keepNewest(): Handler {
  const versions = new Map<string, number>();
  return async ({ subject, version }, handled) => {
    if (version > (versions.get(subject) ?? 0)) versions.set(subject, version);
    handled();
  };
}

async function benchConsuming(
  name: string,
  url: string,
  rounds: number,
  { handler, traced }: { handler: Handler; traced: boolean },
): Promise<Row[]> {
  const model = await connect(url, { noDelay: true });
  const channel = await model.createConfirmChannel();
  await declareExchange(channel);
  await declareSubscriber(channel, SERVICE, []);
  const messages = Array.from({ length: OPERATIONS }, (_, at) => messageOf(exampleEvent(at), traced));
  const fill = async () => {
    await channel.purgeQueue(QUEUE);
    for (const { content, options } of messages) channel.sendToQueue(QUEUE, content, options);
    await channel.waitForConfirms();
  };

  const ours: Side = {
    peer: 'ksbb',
    prepare: fill,
    run: async (operations) => {
      const { done, handled } = stopwatch(operations);
      const bus = createBus({
        url,
        service: SERVICE,
        log,
        registry: new Registry(),
        prefetch: PREFETCH,
      });
      const handleDelivery = (event: EventOf<typeof lineDelivered>) => handler(event, handled);
      bus.subscribe([on(lineDelivered, 'newest-wins', handleDelivery)], null);
      const took = await done;
      await bus.close();
      return took;
    },
  };
  const sideOf = ({ peer, consumer }: Peer): Side => ({
    peer,
    prepare: fill,
    run: async (operations) => {
      const { done, handled } = stopwatch(operations);
      const { close } = await consumer(url, QUEUE, PREFETCH, handled);
      const took = await done;
      await close();
      return took;
    },
  });
  const theirs = PEERS.map(sideOf);
  const rows = await compare(name, ours, theirs, { operations: OPERATIONS, rounds });
  await model.close();
  return rows;
}

/** Consuming with a handler that does nothing, all from one and the same queue with the same prefetch. */
export const benchConsume = (url: string, rounds: number) =>
  benchConsuming('consume', url, rounds, { handler: doNothing, traced: false });

/** Drops spans: the cost of a collector is not measured here. */
const exporter: SpanExporter = {
  export: (_spans, done) => done({ code: 0 }),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

/** Records every span of this process from now on. Answers a function that ends it. */
function recordSpans(): () => Promise<void> {
  const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return async () => {
    await provider.shutdown();
    for (const api of [trace, propagation, context]) api.disable();
  };
}

/**
 * The same with every delivery traced (a sampled parent, a recorded span, batches to an exporter) and an idempotent
 * effect:
 * newest wins, in memory, since a write to the database would measure the database. The peers do none of it.
 */
export async function benchConsumeChecked(url: string, rounds: number): Promise<Row[]> {
  const stop = recordSpans();
  const rows = await benchConsuming('consume-checked', url, rounds, { handler: keepNewest(), traced: true });
  await stop();
  return rows;
}
