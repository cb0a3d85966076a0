import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseUnavailable, type Relay } from '@ksbb/document-store';
import pRetry from 'p-retry';
import { createGenerator } from '../generate/generator.ts';
import { type NewMsme, readKelurahan, readPlaces } from '../generate/source-data.ts';
import { decide } from '../msme/decide.ts';
import { initialState } from '../msme/msme.ts';
import type { MsmeStores } from '../stores.ts';

const BATCH = 1_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const GIVE_UP_AFTER_MS = 10 * 60_000;
const SEND_ATTEMPTS = 60;
const SEND_PAUSE_MS = 1_000;

type Waiting = {
  /** Called when a step failed because the database is not available, before the pause. */
  onWait: (error: Error, pauseMs: number) => void;
  giveUpAfterMs?: number;
};

type Loading = Waiting & {
  msmes: MsmeStores;
  relay: Pick<Relay, 'sendAll' | 'settled'>;
  connected: () => boolean;
  clock: () => Date;
  /** Called after each batch. */
  onProgress: (progress: { done: number; of: number; created: number }) => void;
};

/**
 * Repeats a step for as long as the database is not available. The step must be idempotent.
 * @throws Error where the database was not available for `giveUpAfterMs`, and every other error of the step at once
 */
export async function untilAvailable<T>(
  step: () => Promise<T>,
  { onWait, giveUpAfterMs = GIVE_UP_AFTER_MS }: Waiting,
): Promise<T> {
  try {
    return await pRetry(step, {
      retries: Infinity,
      minTimeout: FIRST_PAUSE_MS,
      maxTimeout: LONGEST_PAUSE_MS,
      maxRetryTime: giveUpAfterMs,
      shouldRetry: ({ error }) => isDatabaseUnavailable(error),
      onFailedAttempt: ({ error, retryDelay }) => {
        if (isDatabaseUnavailable(error)) onWait(error, retryDelay);
      },
    });
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw error;
    throw new Error(
      `the database was not available for ${Math.round(giveUpAfterMs / 1000)} s: ${(error as Error).message}. ` +
        'Run the job again: it goes on where it stopped.',
      { cause: error },
    );
  }
}

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
  const events = decide(initialState, { type: 'list', msmeId, facts }, now);
  if ('refused' in events) throw new Error(`${msmeId} cannot be listed: ${events.refused}`);
  return { id: msmeId, events };
}

/** Lists the MSMEs of a batch that are not in the database yet. Returns how many there were. */
async function listMissing(batch: readonly NewMsme[], loading: Loading): Promise<number> {
  const { msmes, relay, clock } = loading;
  const ids = batch.map(({ msmeId }) => msmeId);
  const existing = await untilAvailable(() => msmes.existing(ids), loading);
  const missing = batch.filter(({ msmeId }) => !existing.has(msmeId)).map((one) => listing(one, clock()));
  const [first] = missing;
  if (first === undefined) return 0;
  // Where the database wrote a batch and its answer was lost, the repeat finds the MSMEs there and leaves them alone.
  await untilAvailable(() => msmes.of(first.id).createMany(missing), loading);
  await relay.settled();
  return missing.length;
}

/**
 * Sends what is left in the outboxes, such as after an interrupted batch or run.
 * @throws Error where some of it stays
 */
async function sendRest(loading: Loading): Promise<void> {
  const { relay, connected } = loading;
  for (let attempts = 0; attempts < SEND_ATTEMPTS; attempts += 1) {
    const sent = await untilAvailable(() => relay.sendAll(), loading);
    if (sent === 0 && connected()) return;
    await sleep(connected() ? 0 : SEND_PAUSE_MS);
  }
  throw new Error(
    'the broker does not accept the events. They stay in the database, and the service or another run sends them.',
  );
}

/**
 * Lists the real places and `count` generated MSMEs, batch by batch. The events of a batch are sent before the next
 * batch is written, so that neither memory nor the outbox grows. An MSME that is in the database already stays as it
 * is, so a run goes on where the last one stopped. Waits while the database is not available. Returns how many MSMEs
 * are new.
 */
export async function loadMsmes(count: number, loading: Loading): Promise<number> {
  const kelurahan = await readKelurahan();
  const places = await readPlaces(new Map(kelurahan.map(({ area }) => [area.kodeKelurahan, area])));
  const of = places.length + count;
  let done = 0;
  let created = 0;
  // Real places and generated MSMEs have different stores, so no batch holds both.
  for (const part of [places, generated(createGenerator(kelurahan, places), count)]) {
    for (const batch of inBatches(part)) {
      created += await listMissing(batch, loading);
      done += batch.length;
      loading.onProgress({ done, of, created });
    }
  }
  await sendRest(loading);
  return created;
}
