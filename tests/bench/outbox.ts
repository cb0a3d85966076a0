import type { Envelope } from '@ksbb/contracts';
import type { Database } from '@ksbb/document-store';
import { createEmbeddedIndexes } from '../../infra/local/embedded-indexes.ts';
import { declareQueue, deleteQueue, openBus, SHORT } from './broker.ts';
import { exampleEvent, messageOf, openBenchDatabase, openDeliveries } from './events.ts';
import { connectAmqplib } from './peers.ts';
import { alternate, inParallel, median, type Row, rowOf, type Side } from './rounds.ts';

const AGGREGATES = 1_000;
const OPERATIONS = 4_000;
const IN_FLIGHT = 256;
const QUEUE = 'bench-outbox';
const idOf = (at: number) => `a${at % AGGREGATES}`;

/** From a command to its confirmed event, and to the event's removal at the end of a round. */
async function openOurs(amqpUrl: string, database: Database) {
  const bus = openBus(amqpUrl);
  await bus.started();
  const confirmed = new Map<string, () => void>();
  const publish = async (event: Envelope) => {
    await bus.publish(event);
    confirmed.get(event.id)?.();
    confirmed.delete(event.id);
  };
  const { relay, deliver } = await openDeliveries(database, { connected: bus.connected, publish });
  const command = async (at: number) => {
    const decided = await deliver(idOf(at));
    // The relay was notified within `decide`; the confirm comes at a later turn.
    await new Promise<void>((resolve) => confirmed.set(`commitment:${decided.id}@${decided.version}`, resolve));
  };
  const side: Side = {
    peer: 'ksbb',
    run: async (operations) => {
      await inParallel(operations, IN_FLIGHT, command);
      await relay.settled();
    },
  };
  const close = async () => {
    await relay.close();
    await bus.close();
  };
  return { side, close };
}

/** A bare guarded updateOne that writes the same state and the same event. */
async function openBareUpdates({ connection }: Database, event: Envelope): Promise<(at: number) => Promise<void>> {
  const bare = connection.collection('theirs');
  await bare.createIndex({ _id: 1, version: 1 }, { unique: true });
  const versions = Array.from({ length: AGGREGATES }, () => 0);
  for (let at = 0; at < AGGREGATES; at += 1)
    await bare.insertOne({ _id: idOf(at), version: 0, state: { delivered: 0 }, outbox: [] } as never);
  return async (at) => {
    const version = versions[at % AGGREGATES] ?? 0;
    versions[at % AGGREGATES] = version + 1;
    const set = { version: version + 1, state: { delivered: version + 1 }, outbox: [event] };
    const { matchedCount } = await bare.updateOne({ _id: idOf(at), version } as object, { $set: set } as object);
    if (matchedCount !== 1) throw new Error('the yardstick wrote nothing');
  };
}

/**
 * The yardstick is the slower of the two steps that cannot be left out: a bare guarded updateOne, and a bare confirmed
 * publish of the same event; each with the same number in flight.
 */
export async function benchOutbox(amqpUrl: string, mongoUrl: string, rounds: number): Promise<Row[]> {
  const database = await openBenchDatabase(mongoUrl, 'ksbb-bench');
  const event = exampleEvent(0);
  const message = messageOf(event);
  const ours = await openOurs(amqpUrl, database);
  await createEmbeddedIndexes(mongoUrl);
  await declareQueue(amqpUrl, QUEUE, SHORT);
  const update = await openBareUpdates(database, event);
  const client = await connectAmqplib(amqpUrl, QUEUE);
  const sides: Side[] = [
    ours.side,
    { peer: 'mongoose', run: (operations) => inParallel(operations, IN_FLIGHT, update) },
    { peer: 'amqplib', run: (operations) => inParallel(operations, IN_FLIGHT, () => client.publish(message)) },
  ];
  const [own = [], writes = [], confirms = []] = await alternate('outbox', sides, { operations: OPERATIONS, rounds });
  await ours.close();
  await client.close();
  await database.close();
  await deleteQueue(amqpUrl, QUEUE);
  return median(writes) <= median(confirms)
    ? [rowOf('outbox', 'mongoose', { ours: own, theirs: writes })]
    : [rowOf('outbox', 'amqplib', { ours: own, theirs: confirms })];
}
