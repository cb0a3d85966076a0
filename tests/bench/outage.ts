import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lineDelivered } from '@ksbb/contracts';
import { createRelay, openDatabase, openStore } from '@ksbb/document-store';
import { createBus, declareExchange } from '@ksbb/messaging';
import { createLog } from '@ksbb/service-kit';
import { connect } from 'amqplib';
import { Registry } from 'prom-client';
import type { Rabbit } from '../../infra/local/servers.ts';
import { createEmbeddedIndexes } from '../../infra/local/embedded-indexes.ts';
import { exampleEvent } from './events.ts';
import { median, type Row } from './rounds.ts';

type Delivered = { type: 'line-delivered'; data: typeof lineDelivered.example };

const MINUTES = 10;
const COMMANDS_PER_SECOND = 200;
const AGGREGATES = 2_000;
const SAMPLE_EVERY_MS = 10_000;
const QUEUE = 'bench-outage';
const MB = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapMb(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / MB;
}

/** Commands at an even pace. Answers how many were accepted. */
async function load(command: (at: number) => Promise<unknown>, until: () => boolean): Promise<number> {
  const started = performance.now();
  let accepted = 0;
  for (let at = 0; !until(); at += 1) {
    const early = started + (at * 1000) / COMMANDS_PER_SECOND - performance.now();
    if (early > 0) await sleep(early);
    await command(at);
    accepted += 1;
  }
  return accepted;
}

/**
 * The heap in use, after a garbage collection, of a process that accepts commands for ten minutes while the broker is
 * stopped: the median of the last two minutes against that of the first two. It ends only when the broker, started again,
 * has every event once at least and the outboxes are empty.
 */
export async function benchOutage(rabbit: Rabbit, mongoUrl: string): Promise<Row[]> {
  const log = createLog('bench', 'silent');
  const clock = () => new Date();
  const address = new URL(mongoUrl);
  address.pathname = '/ksbb-bench-outage';
  const database = await openDatabase(address.href, log);
  const bus = createBus({ url: rabbit.url, service: 'bench', log, registry: new Registry() });
  await bus.started();
  const model = await connect(rabbit.url);
  const channel = await model.createChannel();
  await declareExchange(channel);
  await channel.assertQueue(QUEUE, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue(QUEUE, 'ksbb.events', '#');
  await model.close();

  const relay = createRelay({ publisher: bus, log, clock, registry: new Registry() });
  const definition = {
    collection: 'ours',
    initial: { delivered: 0 },
    evolve: ({ delivered }: { delivered: number }) => ({ delivered: delivered + 1 }),
    publishes: [lineDelivered],
  };
  const store = await openStore<{ delivered: number }, Delivered>(definition, {
    connection: database.connection,
    relay,
    clock,
  });
  await createEmbeddedIndexes(mongoUrl);
  relay.start();
  const data = exampleEvent(0).data as Delivered['data'];
  const command = (at: number) => store.decide(`a${at % AGGREGATES}`, () => [{ type: 'line-delivered', data }]);

  for (let at = 0; at < 4 * AGGREGATES; at += 1) await command(at);
  await rabbit.halt();
  const ends = performance.now() + MINUTES * 60_000;
  const samples: number[] = [];
  const sampling = setInterval(() => {
    samples.push(heapMb());
    if (samples.length % 6 === 0)
      process.stdout.write(
        `   outage: ${samples.length / 6} of ${MINUTES} minutes, heap ${Math.round(samples.at(-1) ?? 0)} MB\n`,
      );
  }, SAMPLE_EVERY_MS);
  const accepted = (await load(command, () => performance.now() > ends)) + 4 * AGGREGATES;
  clearInterval(sampling);
  await rabbit.resume();
  await bus.started();
  const waiting = () => database.connection.collection('ours').countDocuments({ 'outbox.0': { $exists: true } });
  while ((await waiting()) > 0) await sleep(1_000);
  const after = await connect(rabbit.url);
  const { messageCount } = await (await after.createChannel()).checkQueue(QUEUE);
  await after.close();
  if (messageCount < accepted)
    throw new Error(`${accepted} commands were accepted, and ${messageCount} events arrived`);
  await relay.close();
  await bus.close();
  await database.close();
  const [first, last] = [median(samples.slice(0, 12)), median(samples.slice(-12))] as [number, number];
  const tenths = (value: number) => Math.round(value * 10) / 10;
  return [
    {
      bench: 'outage',
      peer: 'first two minutes',
      unit: 'MB',
      ours: tenths(last),
      theirs: tenths(first),
      ratio: Math.round((last / first) * 100) / 100,
      rounds: 1,
    },
  ];
}
