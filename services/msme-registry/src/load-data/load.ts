import { setTimeout as sleep } from 'node:timers/promises';
import type { Relay } from '@ksbb/document-store';
import { createGenerator } from '../generate/generator.ts';
import { readKelurahan } from '../generate/kelurahan.ts';
import { type NewMsme, readPlaces } from '../generate/places.ts';
import { decide } from '../msme/decide.ts';
import { absent } from '../msme/msme.ts';
import type { MsmeStores } from '../stores/msme-stores.ts';

const BATCH = 1_000;
const DRAIN_TRIES = 60;
const DRAIN_PAUSE_MS = 1_000;

type Loading = {
  msmes: MsmeStores;
  relay: Relay;
  connected: () => boolean;
  clock: () => Date;
  /** Told after each batch. */
  onProgress: (progress: { done: number; of: number; created: number }) => void;
};

function* inBatches(items: Iterable<NewMsme>): Generator<NewMsme[]> {
  let batch: NewMsme[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function* generated(generate: (k: number) => NewMsme, count: number): Generator<NewMsme> {
  for (let k = 1; k <= count; k += 1) yield generate(k);
}

function listing({ msmeId, facts }: NewMsme, now: Date) {
  const events = decide(absent, { type: 'list', msmeId, facts }, now);
  if ('refused' in events) throw new Error(`${msmeId} cannot be listed: ${events.refused}`);
  return { id: msmeId, events };
}

/** Sends what is still in an outbox, such as after an earlier run that was killed. @throws Error where some stays */
async function drain({ relay, connected }: Loading): Promise<void> {
  for (let tries = 0; tries < DRAIN_TRIES; tries += 1) {
    if ((await relay.sendAll()) === 0 && connected()) return;
    await sleep(connected() ? 0 : DRAIN_PAUSE_MS);
  }
  throw new Error(
    'the broker does not take the events; they wait in the database, and the service or another run sends them',
  );
}

/**
 * Lists the real places and `count` made-up MSMEs, batch by batch, each batch's events sent before the next is written, so
 * that neither memory nor the outbox grows. What is there already stays as it is. Answers how many are new.
 */
export async function load(count: number, loading: Loading): Promise<number> {
  const kelurahan = await readKelurahan();
  const places = await readPlaces(new Map(kelurahan.map(({ area }) => [area.kodeKelurahan, area])));
  const of = places.length + count;
  let done = 0;
  let created = 0;
  // Real places and made-up ones go to different stores, so no batch holds both.
  for (const part of [places, generated(createGenerator(kelurahan, places), count)]) {
    for (const batch of inBatches(part)) {
      const items = batch.map((one) => listing(one, loading.clock()));
      created += await loading.msmes.of(items[0]?.id ?? '').createMany(items);
      await loading.relay.settled();
      done += batch.length;
      loading.onProgress({ done, of, created });
    }
  }
  await drain(loading);
  return created;
}
