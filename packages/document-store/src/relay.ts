import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope } from '@ksbb/contracts';
import type { Log } from '@ksbb/service-kit';
import type { Connection } from 'mongoose';

/** What the relay needs of a bus: `publish` resolves once the broker has confirmed the event. */
export type EventPublisher = { publish: (event: Envelope) => Promise<void>; connected: () => boolean };

type Collection = ReturnType<Connection['collection']>;
/** An aggregate's unsent events, in order. It stands in the map of lanes while something runs it. */
type Lane = { events: Envelope[]; known: Set<string> };

export type Outbox = { nudge: (id: string, outbox: Envelope[]) => void };
export type Relay = {
  register: (name: string, collection: Collection) => Outbox;
  /** Begins to look for what a crash or an outage left behind. */
  start: () => void;
  /** Sends all that waits in the database now. Answers how many events left; `onProgress` is told as they do. */
  sendAll: (onProgress?: (sent: number) => void) => Promise<number>;
  /** Resolves when what is being sent now has been sent and removed, or was given up for now. */
  settled: () => Promise<void>;
  /** Stops looking, finishes what is being sent and its removal. */
  close: () => Promise<void>;
};

const LANES = 2_000;
const POLL_LIMIT = 500;
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
export function createRelay({ publisher, log, clock }: { publisher: EventPublisher; log: Log; clock: () => Date }): Relay {
  const collections = new Map<string, Collection>();
  const lanes = new Map<string, Lane>();
  const underWay = new Set<Promise<void>>();
  const removed = new Set<string>();
  const stopped = new AbortController();
  let sent = 0;
  /** Time spent reading in the present poll. Sending is not counted: it may wait long for a broker in trouble. */
  let readingMs = 0;

  function remember(eventId: string): void {
    removed.add(eventId);
    if (removed.size <= REMEMBERED) return;
    for (const oldest of removed) {
      removed.delete(oldest);
      return;
    }
  }

  async function run(key: string, collection: Collection, id: string, lane: Lane): Promise<void> {
    while (lane.events.length > 0) {
      const batch = lane.events.splice(0);
      for (const event of batch) {
        await publisher.publish(event);
        sent += 1;
      }
      const ids = batch.map((event) => event.id);
      await collection.updateOne({ _id: id } as object, { $pull: { outbox: { id: { $in: ids } } } } as object);
      for (const eventId of ids) {
        remember(eventId);
        lane.known.delete(eventId);
      }
    }
    // In the same turn as the last look at the lane, so that no event slips into a lane that nobody runs.
    lanes.delete(key);
  }

  function enqueue(name: string, collection: Collection, id: string, outbox: Envelope[]): Promise<void> | undefined {
    const key = `${name}/${id}`;
    const running = lanes.get(key);
    if (running === undefined && (lanes.size >= LANES || !publisher.connected())) return undefined;
    const lane = running ?? { events: [], known: new Set() };
    for (const event of outbox) {
      if (lane.known.has(event.id) || removed.has(event.id)) continue;
      lane.known.add(event.id);
      lane.events.push(event);
    }
    if (running !== undefined) return undefined;
    lanes.set(key, lane);
    const work = run(key, collection, id, lane)
      .catch((error) => {
        lanes.delete(key);
        log.warn({ err: error, collection: name, id }, 'events stay in the outbox for now');
      })
      .finally(() => underWay.delete(work));
    underWay.add(work);
    return work;
  }

  /** One page of what waits in one collection. Answers whether it is worth asking for the next. */
  async function sweep(name: string, collection: Collection, graceMs: number): Promise<boolean> {
    const before = new Date(clock().getTime() - graceMs).toISOString();
    const sentBefore = sent;
    const started = performance.now();
    const found = await collection
      .find({ 'outbox.time': { $lte: before } } as object, { limit: POLL_LIMIT, projection: { outbox: 1 } })
      .toArray();
    readingMs += performance.now() - started;
    const work = found.map((document) => enqueue(name, collection, String(document._id), document.outbox as Envelope[]));
    await Promise.all(work);
    return found.length === POLL_LIMIT && sent > sentBefore;
  }

  async function sweepAll(graceMs: number, onPage: () => void = () => undefined): Promise<void> {
    for (const [name, collection] of collections) {
      while (!stopped.signal.aborted && publisher.connected() && (await sweep(name, collection, graceMs))) onPage();
      onPage();
    }
  }

  async function poll(): Promise<void> {
    let pause = POLL_EVERY_MS;
    while (!stopped.signal.aborted) {
      await sleep(pause * (0.5 + Math.random()), undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
      if (stopped.signal.aborted || !publisher.connected()) continue;
      readingMs = 0;
      await sweepAll(GRACE_MS).catch((error) => log.warn({ err: error }, 'the outbox could not be read'));
      pause = Math.min(Math.max(POLL_EVERY_MS, readingMs * POLL_SHARE), LONGEST_PAUSE_MS);
    }
  }

  let polling: Promise<void> = Promise.resolve();
  return {
    register: (name, collection) => {
      collections.set(name, collection);
      return { nudge: (id, outbox) => void enqueue(name, collection, id, outbox) };
    },
    start: () => {
      polling = poll();
    },
    sendAll: async (onProgress = () => undefined) => {
      const before = sent;
      await sweepAll(0, () => onProgress(sent - before));
      await Promise.all(underWay);
      return sent - before;
    },
    settled: async () => {
      await Promise.all(underWay);
    },
    close: async () => {
      stopped.abort();
      await polling;
      await Promise.all(underWay);
    },
  };
}
