import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBus, declareExchange } from '@ksbb/messaging';
import { eventually } from '@ksbb/testkit';
import { connect } from 'amqplib';
import { Registry } from 'prom-client';
import type { Rabbit } from '../../infra/local/servers.ts';
import { createEmbeddedIndexes } from '../../infra/local/embedded-indexes.ts';
import { log, openBenchDatabase, openDeliveries } from './events.ts';
import { EXCHANGE } from './publish.ts';
import { median, rounded, type Row } from './rounds.ts';

const MINUTES = 10;
const COMMANDS_PER_SECOND = 200;
const AGGREGATES = 2_000;
const SAMPLE_EVERY_MS = 10_000;
const SAMPLES_A_MINUTE = 60_000 / SAMPLE_EVERY_MS;
const QUEUE = 'bench-outage';
const MB = 1024 * 1024;
const DRAIN_MS = 30 * 60_000;

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

/** Measures the heap every ten seconds until it is ended. */
function sampleHeap(): () => number[] {
  const samples: number[] = [];
  const sampling = setInterval(() => {
    samples.push(heapMb());
    const minute = samples.length / SAMPLES_A_MINUTE;
    if (!Number.isInteger(minute)) return;
    const heap = Math.round(samples.at(-1) ?? 0);
    process.stdout.write(`   outage: ${minute} of ${MINUTES} minutes, heap ${heap} MB\n`);
  }, SAMPLE_EVERY_MS);
  return () => {
    clearInterval(sampling);
    return samples;
  };
}

/**
 * The heap in use, after a garbage collection, of a process that accepts commands for ten minutes while the broker is
 * stopped: the median of the last two minutes against that of the first two. It ends only when the broker, started
 * again,
 * has every event once at least and the outboxes are empty.
 */
export async function benchOutage(rabbit: Rabbit, mongoUrl: string): Promise<Row[]> {
  const database = await openBenchDatabase(mongoUrl, 'ksbb-bench-outage');
  const bus = createBus({ url: rabbit.url, service: 'bench', log, registry: new Registry() });
  await bus.started();
  const model = await connect(rabbit.url);
  const channel = await model.createChannel();
  await declareExchange(channel);
  await channel.assertQueue(QUEUE, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue(QUEUE, EXCHANGE, '#');
  await model.close();

  const { relay, deliver } = await openDeliveries(database, bus);
  await createEmbeddedIndexes(mongoUrl);
  relay.start();
  const command = (at: number) => deliver(`a${at % AGGREGATES}`);
  for (let at = 0; at < 4 * AGGREGATES; at += 1) await command(at);
  await rabbit.halt();
  const ends = performance.now() + MINUTES * 60_000;
  const endSampling = sampleHeap();
  const accepted = (await load(command, () => performance.now() > ends)) + 4 * AGGREGATES;
  const samples = endSampling();
  await rabbit.resume();
  await bus.started();
  const isEmpty = async () =>
    (await database.connection.collection('ours').countDocuments({ 'outbox.0': { $exists: true } })) === 0;
  await eventually('every outbox is empty', isEmpty, DRAIN_MS);
  const after = await connect(rabbit.url);
  const { messageCount } = await (await after.createChannel()).checkQueue(QUEUE);
  await after.close();
  if (messageCount < accepted)
    throw new Error(`${accepted} commands were accepted, and ${messageCount} events arrived`);
  await relay.close();
  await bus.close();
  await database.close();
  const twoMinutes = 2 * SAMPLES_A_MINUTE;
  const [first, last] = [median(samples.slice(0, twoMinutes)), median(samples.slice(-twoMinutes))];
  return [
    {
      bench: 'outage',
      peer: 'first two minutes',
      unit: 'MB',
      ours: rounded(last, 1),
      theirs: rounded(first, 1),
      ratio: rounded(last / first, 2),
      rounds: 1,
    },
  ];
}
