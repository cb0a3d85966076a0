import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@ksbb/service-kit';
import type { Connection } from 'mongoose';
import type { Registry } from 'prom-client';
import type { Write } from './batch.ts';
import { createOutboxMetrics, measureOutbox } from './outbox-metrics.ts';
import { createRemovals, type Removals } from './removals.ts';
import type { UnsentEvent } from './unsent.ts';

/** What the relay needs of a bus: `publish` resolves once the broker has confirmed the event. */
export type EventPublisher = { publish: (event: UnsentEvent) => Promise<void>; connected: () => boolean };

type Collection = ReturnType<Connection['collection']>;
type Source = { name: string; collection: Collection; removals: Removals };
/** An aggregate's events that wait to be sent, in order, and the ids of those and of those in flight. */
type Lane = { source: Source; id: string; events: UnsentEvent[]; known: Set<string> };

export type Outbox = {
  /** Says what an aggregate's outbox holds now, in order. What has not left yet is sent, unless the broker is away. */
  nudge: (id: string, outbox: UnsentEvent[]) => void;
  /** Those of an outbox that the broker has not confirmed to this process. */
  unsent: (outbox: UnsentEvent[]) => UnsentEvent[];
};

export type Relay = {
  register: (name: string, collection: Collection, write: Write) => Outbox;
  /** Begins to look for what a crash or an outage left behind. */
  start: () => void;
  /** Sends all that waits in the database now. Answers how many events left; `onProgress` is told as they do. */
  sendAll: (onProgress?: (sent: number) => void) => Promise<number>;
  /** Resolves when what is being sent now has been sent and removed, or was given up for now. */
  settled: () => Promise<void>;
  /** Stops looking, finishes what is being sent and its removal. */
  close: () => Promise<void>;
};

type RelayParts = { publisher: EventPublisher; log: Log; clock: () => Date; registry: Registry };

const LANES = 2_000;
/** So many events at most are being sent or have left and are not removed yet: a crash repeats as many. */
const WINDOW = 512;
const POLL_LIMIT = 100;
const POLL_EVERY_MS = 3_000;
/** So many events that have left are remembered: a writer that read the outbox before their removal names them again. */
const REMEMBERED = 10_000;
/** Younger events are on their way by the nudge of the process that wrote them. */
const GRACE_MS = 2_000;
/** A poll is a scan on databases without sparse indexes: it may take a twentieth of the time, and yet is made once a minute. */
const POLL_SHARE = 20;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Sends the events that stores have written, each at least once, those of one aggregate in order, and removes each after
 * its confirm. A crash between confirm and removal repeats it with the same id. Several relays may run on one database;
 * they then repeat events, which handlers bear. While the broker is away nothing is kept in memory: the poll finds it later.
 */
export function createRelay({ publisher, log, clock, registry }: RelayParts): Relay {
  const sources: Source[] = [];
  const lanes = new Map<string, Lane>();
  const running = new Set<Promise<void>>();
  const left = new Set<string>();
  const stopped = new AbortController();
  const metrics = createOutboxMetrics(registry);
  let inFlight = 0;
  let roomier = Promise.withResolvers<void>();
  let sent = 0;
  /** Time spent reading in the present poll. Sending is not counted: it may wait long for a broker in trouble. */
  let readingMs = 0;

  function remember(eventId: string): void {
    left.add(eventId);
    if (left.size > REMEMBERED) for (const oldest of left) return void left.delete(oldest);
  }

  const room = () => sources.reduce((sum, { removals }) => sum - removals.pending(), WINDOW - inFlight);

  function makeRoom(): void {
    roomier.resolve();
    roomier = Promise.withResolvers();
  }

  /**
   * Sends the next events of a lane, all at once, in order. Where one fails, those after it may have arrived: they are not
   * taken for sent, so that they are sent again after it, and whatever arrives last is last in order.
   */
  async function sendSome({ source, id, events, known }: Lane): Promise<void> {
    const batch = events.splice(0, room());
    inFlight += batch.length;
    const results = await Promise.allSettled(batch.map((event) => publisher.publish(event)));
    const failed = results.findIndex(({ status }) => status === 'rejected');
    const confirmed = failed === -1 ? batch : batch.slice(0, failed);
    for (const event of confirmed) {
      remember(event.id);
      known.delete(event.id);
    }
    sent += confirmed.length;
    inFlight -= batch.length;
    source.removals.add(
      id,
      confirmed.map((event) => event.id),
    );
    makeRoom();
    if (failed !== -1) throw (results[failed] as PromiseRejectedResult).reason;
  }

  async function run(key: string, lane: Lane): Promise<void> {
    try {
      while (lane.events.length > 0) {
        while (room() <= 0) await roomier.promise;
        await sendSome(lane);
      }
    } catch (error) {
      log.warn({ err: error, collection: lane.source.name, id: lane.id }, 'events stay in the outbox for now');
    }
    // In the same turn as the last look at the lane, so that no event slips into a lane that nobody runs.
    lanes.delete(key);
  }

  function enqueue(source: Source, id: string, outbox: UnsentEvent[]): void {
    // Named again after it has left: by a writer that had read it before, or put it back. It is removed, not sent, again.
    source.removals.replace(
      id,
      outbox.filter((event) => left.has(event.id)).map((event) => event.id),
    );
    const key = `${source.name}/${id}`;
    const lane = lanes.get(key) ?? { source, id, events: [], known: new Set() };
    for (const event of outbox) {
      if (lane.known.has(event.id) || left.has(event.id)) continue;
      lane.known.add(event.id);
      lane.events.push(event);
    }
    if (lanes.has(key) || lane.events.length === 0 || lanes.size >= LANES || !publisher.connected()) return;
    lanes.set(key, lane);
    const work: Promise<void> = run(key, lane).finally(() => running.delete(work));
    running.add(work);
  }

  async function settled(): Promise<void> {
    while (running.size > 0) await Promise.all(running);
    await Promise.all(sources.map(({ removals }) => removals.flush()));
  }

  /** One page of what waits in one collection. Answers whether it is worth asking for the next. */
  async function sweep(source: Source, before: string): Promise<boolean> {
    const sentBefore = sent;
    const started = performance.now();
    const found = await source.collection
      .find({ 'outbox.time': { $lte: before } } as object, { limit: POLL_LIMIT, projection: { outbox: 1 } })
      .toArray();
    readingMs += performance.now() - started;
    for (const { _id, outbox } of found) enqueue(source, String(_id), outbox as UnsentEvent[]);
    await settled();
    return found.length === POLL_LIMIT && sent > sentBefore;
  }

  async function sweepAll(source: Source, graceMs: number, onPage: () => void = () => undefined): Promise<void> {
    const before = new Date(clock().getTime() - graceMs).toISOString();
    while (!stopped.signal.aborted && publisher.connected() && (await sweep(source, before))) onPage();
    onPage();
  }

  async function poll(): Promise<void> {
    let pause = POLL_EVERY_MS;
    let readingBeforeMs = 0;
    while (!stopped.signal.aborted) {
      await sleep(pause * (0.5 + Math.random()), undefined, { signal: stopped.signal, ref: false }).catch(
        () => undefined,
      );
      readingMs = 0;
      for (const source of sources) {
        if (stopped.signal.aborted) return;
        const started = performance.now();
        try {
          const waiting = await measureOutbox(source.collection);
          readingMs += performance.now() - started;
          metrics.set(source.name, waiting, clock());
          if (waiting.events > 0) await sweepAll(source, GRACE_MS);
        } catch (error) {
          log.warn({ err: error }, 'the outbox could not be read');
        }
      }
      // One slow poll is a database that stood still for a while, and has left events behind; what it costs shows twice.
      pause = Math.min(Math.max(POLL_EVERY_MS, Math.min(readingMs, readingBeforeMs) * POLL_SHARE), LONGEST_PAUSE_MS);
      readingBeforeMs = readingMs;
    }
  }

  let polling: Promise<void> = Promise.resolve();
  return {
    register: (name, collection, write) => {
      const source = { name, collection, removals: createRemovals(write, makeRoom, log) };
      sources.push(source);
      return {
        nudge: (id, outbox) => enqueue(source, id, outbox),
        unsent: (outbox) => outbox.filter((event) => !left.has(event.id)),
      };
    },
    start: () => {
      polling = poll();
    },
    sendAll: async (onProgress = () => undefined) => {
      const before = sent;
      for (const source of sources) await sweepAll(source, 0, () => onProgress(sent - before));
      await settled();
      return sent - before;
    },
    settled,
    close: async () => {
      stopped.abort();
      await polling;
      await settled();
    },
  };
}
