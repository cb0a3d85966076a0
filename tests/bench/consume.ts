import { type EventOf, lineDelivered } from '@ksbb/contracts';
import { createBus, declareExchange, declareSubscriber, on } from '@ksbb/messaging';
import { createLog } from '@ksbb/service-kit';
import { connect } from 'amqplib';
import { Registry } from 'prom-client';
import { exampleEvent, messageOf } from './events.ts';
import { amqpConnectionManager } from './peers/amqp-connection-manager.ts';
import { amqplib } from './peers/amqplib.ts';
import { nestjsRabbitmq } from './peers/nestjs-rabbitmq.ts';
import type { Peer } from './peers/peer.ts';
import { rascalPeer } from './peers/rascal.ts';
import { compare, type Row, type Side } from './rounds.ts';

const OPERATIONS = 10_000;
const PREFETCH = 64;
const SERVICE = 'bench';
const QUEUE = `${SERVICE}.in`;

/** Times from the first delivery to the last: connecting and subscribing are nobody's matter here. */
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

/** What an event does in the bench: nothing but being counted, or being kept where it is newer than what is there. */
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
        log: createLog('bench', 'silent'),
        registry: new Registry(),
        prefetch: PREFETCH,
      });
      const keepDelivery = (event: EventOf<typeof lineDelivered>) => handler(event, handled);
      bus.subscribe([on(lineDelivered, 'newest-wins', keepDelivery)], null);
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
  const theirs = [amqplib, rascalPeer, nestjsRabbitmq, amqpConnectionManager].map(sideOf);
  const rows = await compare(name, ours, theirs, { operations: OPERATIONS, rounds });
  await model.close();
  return rows;
}

/** Consuming with a handler that does nothing, all from one and the same queue with the same prefetch. */
export const benchConsume = (url: string, rounds: number) =>
  benchConsuming('consume', url, rounds, { handler: doNothing, traced: false });

/**
 * The same with every delivery traced (a sampled parent, a recorded span, batches to an exporter) and an idempotent effect:
 * newest wins, in memory, since a write to the database would measure the database. The peers do none of it.
 */
export async function benchConsumeChecked(url: string, rounds: number): Promise<Row[]> {
  const { recordSpans } = await import('./record-spans.ts');
  const stop = recordSpans();
  const rows = await benchConsuming('consume-checked', url, rounds, { handler: keepNewest(), traced: true });
  await stop();
  return rows;
}
