import type { Log } from '@ksbb/service-kit';
import type { Write } from './batch.ts';

/** A removal waits this long for others, and for the aggregate's next write, which leaves out confirmed events. */
const DELAY_MS = 40;
const BATCH_SIZE = 128;

export type OutboxCleanup = {
  /** The broker has confirmed these events of an aggregate. */
  add: (id: string, eventIds: string[]) => void;
  /** Of all confirmed events the aggregate's outbox now holds these. */
  replace: (id: string, eventIds: string[]) => void;
  /** The number of events that are confirmed and may still be in the database. */
  pending: () => number;
  /** Resolves when all confirmed events are out of the database, or could not be removed. */
  flush: () => Promise<void>;
};

/**
 * Removes confirmed events from their outboxes, many at a time. The relay's poll finds what a crash or the database
 * prevented.
 */
export function createOutboxCleanup(write: Write, onCapacityFreed: () => void, log: Log): OutboxCleanup {
  const waiting = new Map<string, Set<string>>();
  const removing = new Set<Promise<void>>();
  let pending = 0;
  let waitingEvents = 0;
  let timer: NodeJS.Timeout | undefined;

  async function remove(ids: string[], eventIds: string[]): Promise<void> {
    try {
      const failure = await write({
        updateMany: { filter: { _id: { $in: ids } }, update: { $pull: { outbox: { id: { $in: eventIds } } } } },
      });
      if (failure !== undefined) throw new Error(failure.errmsg);
    } catch (error) {
      log.warn({ err: error, events: eventIds.length }, 'confirmed events are still in the outbox');
    }
    pending -= eventIds.length;
    onCapacityFreed();
  }

  function removeAll(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    const eventIds = [...waiting.values()].flatMap((ids) => [...ids]);
    const work: Promise<void> = remove([...waiting.keys()], eventIds).finally(() => removing.delete(work));
    removing.add(work);
    waiting.clear();
    waitingEvents = 0;
  }

  function put(id: string, eventIds: Set<string>): void {
    const added = eventIds.size - (waiting.get(id)?.size ?? 0);
    pending += added;
    waitingEvents += added;
    if (eventIds.size > 0) waiting.set(id, eventIds);
    else waiting.delete(id);
    if (added < 0) onCapacityFreed();
    if (waitingEvents >= BATCH_SIZE) removeAll();
    else if (waitingEvents > 0) timer ??= setTimeout(removeAll, DELAY_MS);
  }

  return {
    add: (id, eventIds) => put(id, new Set([...(waiting.get(id) ?? []), ...eventIds])),
    replace: (id, eventIds) => {
      if (eventIds.length > 0 || waiting.has(id)) put(id, new Set(eventIds));
    },
    pending: () => pending,
    flush: async () => {
      removeAll();
      while (removing.size > 0) await Promise.all(removing);
    },
  };
}
