import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { type EventOf, lineDelivered } from '@ksbb/contracts';
import { declareExchange, declareSubscriber, on } from '@ksbb/messaging';
import { connect } from 'amqplib';
import { openBus, SERVICE } from './broker.ts';
import { exampleEvent, messageOf } from './events.ts';
import { PEERS } from './peers.ts';
import { compare, type Row, type Side } from './rounds.ts';

const OPERATIONS = 10_000;
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

type Handler = (event: EventOf<typeof lineDelivered>) => void;

async function benchConsuming(
  name: string,
  url: string,
  rounds: number,
  { handle, traced }: { handle: Handler; traced: boolean },
): Promise<Row[]> {
  const model = await connect(url, { noDelay: true });
  const channel = await model.createConfirmChannel();
  await declareExchange(channel);
  await declareSubscriber(channel, SERVICE, []);
  const messages = Array.from({ length: OPERATIONS }, (_, at) => messageOf(exampleEvent(at), traced));
  const side = (peer: string, start: (handled: () => void) => Promise<{ close: () => Promise<unknown> }>): Side => ({
    peer,
    prepare: async () => {
      await channel.purgeQueue(QUEUE);
      for (const { content, options } of messages) channel.sendToQueue(QUEUE, content, options);
      await channel.waitForConfirms();
    },
    run: async (operations) => {
      const { done, handled } = stopwatch(operations);
      const consumer = await start(handled);
      const took = await done;
      await consumer.close();
      return took;
    },
  });

  const ours = side('ksbb', async (handled) => {
    const bus = openBus(url);
    const handleDelivery = async (event: EventOf<typeof lineDelivered>) => {
      handle(event);
      handled();
    };
    bus.subscribe([on(lineDelivered, 'newest-wins', handleDelivery)], null);
    return bus;
  });
  const theirs = Object.entries(PEERS).map(([peer, connectPeer]) =>
    side(peer, async (handled) => {
      const client = await connectPeer(url, QUEUE);
      await client.consume(handled);
      return client;
    }),
  );
  const rows = await compare(name, ours, theirs, { operations: OPERATIONS, rounds });
  await model.close();
  return rows;
}

/** Consuming with a handler that does nothing, all from one and the same queue with the same prefetch. */
export const benchConsume = (url: string, rounds: number) =>
  benchConsuming('consume', url, rounds, { handle: () => undefined, traced: false });

/** Drops spans: the cost of a collector is not measured here. */
const exporter: SpanExporter = {
  export: (_spans, done) => done({ code: 0 }),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

/** Records every span of this process from now on. */
function recordSpans(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] }));
}

/**
 * The same with every delivery traced (a sampled parent, a recorded span, batches to an exporter) and an idempotent
 * effect: newest wins, in memory, since a write to the database would measure the database. The peers do none of it.
 */
export async function benchConsumeChecked(url: string, rounds: number): Promise<Row[]> {
  recordSpans();
  const versions = new Map<string, number>();
  const keepNewest: Handler = ({ subject, version }) => {
    if (version > (versions.get(subject) ?? 0)) versions.set(subject, version);
  };
  return benchConsuming('consume-checked', url, rounds, { handle: keepNewest, traced: true });
}
