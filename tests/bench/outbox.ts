import { type Envelope, lineDelivered } from '@ksbb/contracts';
import { createRelay, openDatabase, openStore } from '@ksbb/document-store';
import { createBus } from '@ksbb/messaging';
import { createLog } from '@ksbb/service-kit';
import { connect } from 'amqplib';
import { Registry } from 'prom-client';
import { createEmbeddedIndexes } from '../../infra/local/embedded-indexes.ts';
import { exampleEvent, inParallel, messageOf } from './events.ts';
import { amqplib } from './peers/amqplib.ts';
import { alternate, median, type Row, rowOf, type Side } from './rounds.ts';

type Delivered = { type: 'line-delivered'; data: typeof lineDelivered.example & { note: string } };
type State = { delivered: number };

const AGGREGATES = 1_000;
const OPERATIONS = 4_000;
const IN_FLIGHT = 256;
const QUEUE = 'bench-outbox';
const idOf = (at: number) => `a${at % AGGREGATES}`;

/** From a command to its confirmed event, and to the event's removal at the end of a round. */
async function openOurs(
  amqpUrl: string,
  connection: Parameters<typeof openStore>[1]['connection'],
  data: Delivered['data'],
) {
  const log = createLog('bench', 'silent');
  const clock = () => new Date();
  const bus = createBus({ url: amqpUrl, service: 'bench', log, registry: new Registry() });
  await bus.started();
  const confirmed = new Map<string, () => void>();
  const publish = async (event: Envelope) => {
    await bus.publish(event);
    confirmed.get(event.id)?.();
    confirmed.delete(event.id);
  };
  const relay = createRelay({ publisher: { connected: bus.connected, publish }, log, clock, registry: new Registry() });
  const definition = {
    collection: 'ours',
    initial: { delivered: 0 },
    evolve: (state: State, event: Delivered) => ({ delivered: state.delivered + event.data.quantity }),
    publishes: [lineDelivered],
  };
  const store = await openStore<State, Delivered>(definition, { connection, relay, clock });
  const command = async (at: number) => {
    const decided = await store.decide<never>(idOf(at), () => [{ type: 'line-delivered', data }]);
    // Sending has started within decide; the confirm comes at a later turn.
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

/**
 * The yardstick is the smaller of the two that cannot be left out: a bare guarded updateOne that writes the same state and
 * the same event, and a bare confirmed publish of that event; each with the same number in flight.
 */
export async function benchOutbox(amqpUrl: string, mongoUrl: string, rounds: number): Promise<Row[]> {
  const model = await connect(amqpUrl);
  const channel = await model.createChannel();
  const address = new URL(mongoUrl);
  address.pathname = '/ksbb-bench';
  const database = await openDatabase(address.href, createLog('bench', 'silent'));
  const event = exampleEvent(0);
  const message = messageOf(event);
  const { side: ours, close } = await openOurs(amqpUrl, database.connection, event.data as Delivered['data']);
  await createEmbeddedIndexes(mongoUrl);
  await channel.assertQueue(QUEUE, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-max-length': 1_000, 'x-overflow': 'drop-head' },
  });
  await channel.bindQueue(QUEUE, 'ksbb.events', '#');

  const bare = database.connection.collection('theirs');
  await bare.createIndex({ _id: 1, version: 1 }, { unique: true });
  const versions = Array.from({ length: AGGREGATES }, () => 0);
  for (let at = 0; at < AGGREGATES; at += 1)
    await bare.insertOne({ _id: idOf(at), version: 0, state: { delivered: 0 }, outbox: [] } as never);
  const update = async (at: number) => {
    const version = versions[at % AGGREGATES] ?? 0;
    versions[at % AGGREGATES] = version + 1;
    const set = { version: version + 1, state: { delivered: version + 1 }, outbox: [event] };
    const { matchedCount } = await bare.updateOne({ _id: idOf(at), version } as object, { $set: set } as object);
    if (matchedCount !== 1) throw new Error('the yardstick wrote nothing');
  };
  const { publish, close: hangUp } = await amqplib.publisher(amqpUrl, 'ksbb.events', 'commitment.line-delivered.v1');
  const sides: Side[] = [
    ours,
    { peer: 'mongoose', run: (operations) => inParallel(operations, IN_FLIGHT, update) },
    { peer: 'amqplib', run: (operations) => inParallel(operations, IN_FLIGHT, () => publish(message)) },
  ];
  const [own = [], writes = [], confirms = []] = await alternate('outbox', sides, { operations: OPERATIONS, rounds });
  await close();
  await hangUp();
  await database.close();
  await channel.deleteQueue(QUEUE);
  await model.close();
  return [
    median(writes) <= median(confirms)
      ? rowOf('outbox', 'mongoose', own, writes)
      : rowOf('outbox', 'amqplib', own, confirms),
  ];
}
