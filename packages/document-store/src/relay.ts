import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@ksbb/service-kit';
import type { Model } from 'mongoose';
import type { Registry } from 'prom-client';
import type { AggregateDocument, Write } from './batch.ts';
import { createOutboxMetrics, measureOutbox } from './outbox-metrics.ts';
import { createOutboxSender, type EventPublisher, type Outbox } from './outbox-sender.ts';
import { retryRolledBack } from './transient.ts';

export type Relay = {
  /** Takes over the outboxes of a store's collection. */
  register: (name: string, model: Model<AggregateDocument>, write: Write) => Outbox;
  /** Begins to look for what a crash or an outage left behind. */
  start: () => void;
  /** Sends all outbox events that are in the database now. Answers how many; `onProgress` gets the number so far. */
  sendAll: (onProgress?: (sent: number) => void) => Promise<number>;
  /** Resolves when the events that are being sent are confirmed and removed, or were given up for now. */
  settled: () => Promise<void>;
  /** Stops looking, and finishes what is being sent and its removal. */
  close: () => Promise<void>;
};

type RelayParts = { publisher: EventPublisher; log: Log; clock: () => Date; registry: Registry };
type Source = { name: string; model: Model<AggregateDocument>; outbox: Outbox };

const PAGE_SIZE = 100;
const POLL_EVERY_MS = 3_000;
/** The process that wrote younger events is sending them. */
const GRACE_MS = 2_000;
/**
 * A poll is a scan on databases without sparse indexes: it may take a twentieth of the time, but is made once a minute.
 */
const POLL_SHARE = 20;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Sends the events that stores have written, each at least once, those of one aggregate in order, and removes each
 * after its confirm. A crash between confirm and removal repeats the event with the same id. Several relays may run on
 * one database: they then repeat events, and handlers are safe against that. While the broker is away nothing is kept
 * in memory: the poll finds the events later.
 */
export function createRelay({ publisher, log, clock, registry }: RelayParts): Relay {
  const sender = createOutboxSender({ publisher, log });
  const metrics = createOutboxMetrics(registry);
  const sources: Source[] = [];
  const stopped = new AbortController();
  /** Time spent reading in the present poll. Sending does not count: it may wait long for a broker in trouble. */
  let readingMs = 0;

  async function read<T>(query: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const found = await retryRolledBack(query);
    readingMs += performance.now() - started;
    return found;
  }

  /** Sends one page of a collection's outboxes. Answers whether the next page is worth asking for. */
  async function sendPage({ model, outbox }: Source, before: string): Promise<boolean> {
    const confirmedBefore = sender.confirmed();
    const found = await read(() =>
      model
        .find({ 'outbox.time': { $lte: before } }, { outbox: 1 })
        .limit(PAGE_SIZE)
        .lean()
        .exec(),
    );
    for (const aggregate of found) outbox.enqueue(aggregate._id, aggregate.outbox);
    await sender.settled();
    return found.length === PAGE_SIZE && sender.confirmed() > confirmedBefore;
  }

  async function sendPages(source: Source, graceMs: number, onPage: () => void = () => undefined): Promise<void> {
    const before = new Date(clock().getTime() - graceMs).toISOString();
    while (!stopped.signal.aborted && publisher.connected() && (await sendPage(source, before))) onPage();
    onPage();
  }

  async function pollSource(source: Source): Promise<void> {
    try {
      const depth = await read(() => measureOutbox(source.model));
      metrics.set(source.name, depth, clock());
      if (depth.events > 0) await sendPages(source, GRACE_MS);
    } catch (error) {
      log.warn({ err: error }, 'the outbox could not be read');
    }
  }

  async function poll(): Promise<void> {
    let pauseMs = POLL_EVERY_MS;
    let previousReadingMs = 0;
    while (!stopped.signal.aborted) {
      const jittered = pauseMs * (0.5 + Math.random());
      await sleep(jittered, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
      readingMs = 0;
      for (const source of sources) {
        if (stopped.signal.aborted) return;
        await pollSource(source);
      }
      // A single slow poll is a database that stood still and left events behind. Two slow ones show what a poll costs.
      const costMs = Math.min(readingMs, previousReadingMs) * POLL_SHARE;
      pauseMs = Math.min(Math.max(POLL_EVERY_MS, costMs), LONGEST_PAUSE_MS);
      previousReadingMs = readingMs;
    }
  }

  let polling: Promise<void> = Promise.resolve();
  return {
    register: (name, model, write) => {
      const outbox = sender.open(name, write);
      sources.push({ name, model, outbox });
      return outbox;
    },
    start: () => {
      polling = poll();
    },
    sendAll: async (onProgress = () => undefined) => {
      const before = sender.confirmed();
      for (const source of sources) await sendPages(source, 0, () => onProgress(sender.confirmed() - before));
      await sender.settled();
      return sender.confirmed() - before;
    },
    settled: sender.settled,
    close: async () => {
      stopped.abort();
      await polling;
      await sender.settled();
    },
  };
}
