import { type Envelope, lineDelivered } from '@ksbb/contracts';
import { createRelay, openDatabase, openStore } from '@ksbb/document-store';
import { createBus } from '@ksbb/messaging';
import { createLog } from '@ksbb/service-kit';
import { connect } from 'amqplib';
import { Registry } from 'prom-client';
import { compare, type Row } from './rounds.ts';

type Delivered = { type: 'line-delivered'; data: typeof lineDelivered.example };

const AGGREGATES = 200;
const OPERATIONS = 2_000;
const IN_FLIGHT = 50;

async function inParallel(operations: number, work: (at: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < operations; at = next++) await work(at);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

/**
 * From a command to its confirmed event, end to end: one decided event an operation. The yardstick is what cannot be left
 * out: a bare guarded updateOne an operation, on the same database, without any event.
 */
export async function benchOutbox(amqpUrl: string, mongoUrl: string, rounds: number): Promise<Row> {
  const log = createLog('bench', 'silent');
  const raw = await connect(amqpUrl);
  const channel = await raw.createChannel();
  const bus = createBus({ url: amqpUrl, service: 'bench', log, registry: new Registry() });
  await bus.started();
  await channel.assertQueue('bench-outbox', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue('bench-outbox', 'ksbb.events', '#');

  const address = new URL(mongoUrl);
  address.pathname = '/ksbb-bench';
  const database = await openDatabase(address.href, log);
  const confirmed = new Map<string, () => void>();
  const publisher = {
    connected: bus.connected,
    publish: async (event: Envelope) => {
      await bus.publish(event);
      confirmed.get(event.id)?.();
    },
  };
  const clock = () => new Date();
  const relay = createRelay({ publisher, log, clock });
  const definition = {
    collection: 'ours',
    initial: { delivered: 0 },
    evolve: (state: { delivered: number }, event: Delivered) => ({ delivered: state.delivered + event.data.quantity }),
    publishes: [lineDelivered],
  };
  const store = await openStore(definition, { connection: database.connection, relay, clock });
  const bare = database.connection.collection('theirs');
  for (let at = 0; at < AGGREGATES; at += 1) await bare.insertOne({ _id: `a${at}`, version: 0, delivered: 0 } as never);

  const ours = {
    peer: 'ksbb',
    run: (operations: number) =>
      inParallel(operations, async (at) => {
        const id = `a${at % AGGREGATES}`;
        const decided = await store.decide<never>(id, () => [{ type: 'line-delivered', data: lineDelivered.example }]);
        // The nudge has started within decide; the confirm comes at a later turn.
        await new Promise<void>((resolve) => confirmed.set(`commitment:${id}@${decided.version}`, resolve));
      }),
  };
  const theirs = {
    peer: 'mongoose',
    run: (operations: number) => inParallel(operations, (at) => bare.updateOne({ _id: `a${at % AGGREGATES}` } as object, { $inc: { version: 1, delivered: 1 } })),
  };
  const row = await compare('outbox', ours, theirs, { operations: OPERATIONS, rounds });
  await relay.close();
  await bus.close();
  await database.close();
  await raw.close();
  return row;
}
