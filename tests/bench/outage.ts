import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually } from '@ksbb/testkit';
import type { Rabbit } from '../../infra/local/servers.ts';
import { createEmbeddedIndexes } from '../../infra/local/embedded-indexes.ts';
import { declareQueue, onChannel, openBus } from './broker.ts';
import { openBenchDatabase, openDeliveries } from './events.ts';
import { median, paced, type Row, rowOf, say } from './rounds.ts';

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

/** Measures the heap every ten seconds until it is ended. */
function sampleHeap(): () => number[] {
  const samples: number[] = [];
  const sampling = setInterval(() => {
    samples.push(heapMb());
    const minute = samples.length / SAMPLES_A_MINUTE;
    if (!Number.isInteger(minute)) return;
    say(`outage: ${minute} of ${MINUTES} minutes, heap ${Math.round(samples.at(-1) ?? 0)} MB`);
  }, SAMPLE_EVERY_MS);
  return () => {
    clearInterval(sampling);
    return samples;
  };
}

/**
 * The heap in use, after a garbage collection, of a process that accepts commands for ten minutes while the broker is
 * stopped: the median of the last two minutes against that of the first two. It ends only when the broker, started
 * again, has every event once at least and the outboxes are empty.
 */
export async function benchOutage(rabbit: Rabbit, mongoUrl: string): Promise<Row[]> {
  const database = await openBenchDatabase(mongoUrl, 'ksbb-bench-outage');
  const bus = openBus(rabbit.url);
  await bus.started();
  await declareQueue(rabbit.url, QUEUE);
  const { relay, deliver } = await openDeliveries(database, bus);
  await createEmbeddedIndexes(mongoUrl);
  relay.start();
  const command = (at: number) => deliver(`a${at % AGGREGATES}`);
  let accepted = 0;
  for (; accepted < 4 * AGGREGATES; accepted += 1) await command(accepted);
  await rabbit.halt();
  const endSampling = sampleHeap();
  for await (const at of paced(COMMANDS_PER_SECOND, MINUTES * 60)) {
    await command(at);
    accepted += 1;
  }
  const samples = endSampling();
  await rabbit.resume();
  await bus.started();
  const isEmpty = async () =>
    (await database.connection.collection('ours').countDocuments({ 'outbox.0': { $exists: true } })) === 0;
  await eventually('every outbox is empty', isEmpty, DRAIN_MS);
  const { messageCount } = await onChannel(rabbit.url, (channel) => channel.checkQueue(QUEUE));
  if (messageCount < accepted)
    throw new Error(`${accepted} commands were accepted, and ${messageCount} events arrived`);
  await relay.close();
  await bus.close();
  await database.close();
  const twoMinutes = 2 * SAMPLES_A_MINUTE;
  const [first, last] = [median(samples.slice(0, twoMinutes)), median(samples.slice(-twoMinutes))];
  const figures = { ours: [last], theirs: [first] };
  return [rowOf('outage', 'first two minutes', figures, { unit: 'MB', decimals: 1 })];
}
