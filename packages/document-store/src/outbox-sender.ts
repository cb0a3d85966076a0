import type { Log } from '@ksbb/service-kit';
import { LRUCache } from 'lru-cache';
import type { Write } from './batch.ts';
import { createOutboxCleanup, type OutboxCleanup } from './outbox-cleanup.ts';
import type { OutboxEvent } from './outbox-events.ts';

/** What the relay needs of a bus: `publish` resolves once the broker has confirmed the event. */
export type EventPublisher = { publish: (event: OutboxEvent) => Promise<void>; connected: () => boolean };

/** One collection's outboxes. */
export type Outbox = {
  /** Takes what an aggregate's outbox holds now, in order. Unconfirmed events are sent, unless the broker is away. */
  enqueue: (id: string, events: OutboxEvent[]) => void;
  /** The events that the broker has not confirmed to this process. */
  unconfirmed: (events: OutboxEvent[]) => OutboxEvent[];
};

type Source = { name: string; cleanup: OutboxCleanup };
/** An aggregate's unconfirmed events in order: those that are not in flight yet, and the ids of all. */
type SendQueue = { source: Source; id: string; events: OutboxEvent[]; ids: Set<string> };

export type OutboxSender = {
  open: (name: string, write: Write) => Outbox;
  /** The number of events confirmed so far. */
  confirmed: () => number;
  /** Resolves when every enqueued event is confirmed and removed, or was given up for now. */
  settled: () => Promise<void>;
};

const SEND_QUEUES_LIMIT = 2_000;
/** The most events that are in flight, or confirmed and not yet removed. A crash repeats at most this many. */
const WINDOW = 512;
/** How many confirmed ids are remembered: a writer that read an outbox before their removal enqueues them again. */
const REMEMBERED_IDS = 10_000;

/**
 * Sends outbox events: those of one aggregate in order, each until the broker confirms it. It then has them removed.
 */
export function createOutboxSender({ publisher, log }: { publisher: EventPublisher; log: Log }): OutboxSender {
  const sources: Source[] = [];
  const queues = new Map<string, SendQueue>();
  const running = new Set<Promise<void>>();
  const confirmedIds = new LRUCache<string, true>({ max: REMEMBERED_IDS });
  let confirmedCount = 0;
  let inFlight = 0;
  let capacityFreed = Promise.withResolvers<void>();

  const capacity = () => sources.reduce((sum, { cleanup }) => sum - cleanup.pending(), WINDOW - inFlight);

  function tellCapacityFreed(): void {
    capacityFreed.resolve();
    capacityFreed = Promise.withResolvers();
  }

  /**
   * Sends the next events of a queue at once, in order. Where one fails, later ones may have arrived. They are sent
   * again after it all the same, so that the last to arrive is the last in order.
   */
  async function sendNext({ source, id, events, ids }: SendQueue): Promise<void> {
    const batch = events.splice(0, capacity());
    inFlight += batch.length;
    const results = await Promise.allSettled(batch.map((event) => publisher.publish(event)));
    const failed = results.findIndex(({ status }) => status === 'rejected');
    const confirmed = (failed === -1 ? batch : batch.slice(0, failed)).map((event) => event.id);
    for (const eventId of confirmed) {
      confirmedIds.set(eventId, true);
      ids.delete(eventId);
    }
    confirmedCount += confirmed.length;
    inFlight -= batch.length;
    source.cleanup.add(id, confirmed);
    tellCapacityFreed();
    const failure = results[failed];
    if (failure?.status === 'rejected') throw failure.reason;
  }

  async function run(key: string, queue: SendQueue): Promise<void> {
    try {
      while (queue.events.length > 0) {
        while (capacity() <= 0) await capacityFreed.promise;
        await sendNext(queue);
      }
    } catch (error) {
      log.warn({ err: error, collection: queue.source.name, id: queue.id }, 'events stay in the outbox for now');
    }
    // In the same turn as the last look at the queue, so that no event is added to a queue that nothing runs.
    queues.delete(key);
  }

  function enqueue(source: Source, id: string, outbox: OutboxEvent[]): void {
    // A writer that had read confirmed events before their removal has put them back: they are removed, not sent,
    // again.
    const putBack = outbox.filter((event) => confirmedIds.has(event.id)).map((event) => event.id);
    source.cleanup.replace(id, putBack);
    const key = `${source.name}/${id}`;
    const queue = queues.get(key) ?? { source, id, events: [], ids: new Set() };
    for (const event of outbox) {
      if (queue.ids.has(event.id) || confirmedIds.has(event.id)) continue;
      queue.ids.add(event.id);
      queue.events.push(event);
    }
    const isRunning = queues.has(key);
    if (isRunning || queue.events.length === 0 || queues.size >= SEND_QUEUES_LIMIT || !publisher.connected()) return;
    queues.set(key, queue);
    const work: Promise<void> = run(key, queue).finally(() => running.delete(work));
    running.add(work);
  }

  return {
    open: (name, write) => {
      const source = { name, cleanup: createOutboxCleanup(write, tellCapacityFreed, log) };
      sources.push(source);
      return {
        enqueue: (id, events) => enqueue(source, id, events),
        unconfirmed: (events) => events.filter((event) => !confirmedIds.has(event.id)),
      };
    },
    confirmed: () => confirmedCount,
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
      await Promise.all(sources.map(({ cleanup }) => cleanup.flush()));
    },
  };
}
