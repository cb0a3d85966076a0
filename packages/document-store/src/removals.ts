import type { Log } from '@ksbb/service-kit';
import type { Write } from './batch.ts';

/** Removals wait so long for others, and for the aggregate's next write, which does without what has left. */
const LINGER_MS = 40;
const ENOUGH = 128;

export type Removals = {
  /** These events of an aggregate have left. */
  add: (id: string, eventIds: string[]) => void;
  /** Of all that has left, an aggregate's outbox holds these now. */
  replace: (id: string, eventIds: string[]) => void;
  /** Events that have left and may still be in the database. */
  pending: () => number;
  /** Resolves when all that has left is out of the database, or could not be removed. */
  flush: () => Promise<void>;
};

/**
 * Takes events that have left out of their outboxes, many at a time. What a crash or the database prevents is found by the
 * relay's poll.
 */
export function createRemovals(write: Write, onRemoved: () => void, log: Log): Removals {
  const waiting = new Map<string, Set<string>>();
  const writing = new Set<Promise<void>>();
  let pending = 0;
  let waitingEvents = 0;
  let timer: NodeJS.Timeout | undefined;

  async function remove(ids: string[], eventIds: string[]): Promise<void> {
    try {
      await write({
        updateMany: { filter: { _id: { $in: ids } }, update: { $pull: { outbox: { id: { $in: eventIds } } } } },
      });
    } catch (error) {
      log.warn({ err: error, events: eventIds.length }, 'events that have left are still in the outbox');
    }
    pending -= eventIds.length;
    onRemoved();
  }

  function removeAll(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    const work: Promise<void> = remove(
      [...waiting.keys()],
      [...waiting.values()].flatMap((eventIds) => [...eventIds]),
    ).finally(() => writing.delete(work));
    writing.add(work);
    waiting.clear();
    waitingEvents = 0;
  }

  function put(id: string, eventIds: Set<string>): void {
    const more = eventIds.size - (waiting.get(id)?.size ?? 0);
    pending += more;
    waitingEvents += more;
    if (eventIds.size > 0) waiting.set(id, eventIds);
    else waiting.delete(id);
    if (more < 0) onRemoved();
    if (waitingEvents >= ENOUGH) removeAll();
    else if (waitingEvents > 0) timer ??= setTimeout(removeAll, LINGER_MS);
  }

  return {
    add: (id, eventIds) => put(id, new Set([...(waiting.get(id) ?? []), ...eventIds])),
    replace: (id, eventIds) => {
      if (eventIds.length > 0 || waiting.has(id)) put(id, new Set(eventIds));
    },
    pending: () => pending,
    flush: async () => {
      removeAll();
      while (writing.size > 0) await Promise.all(writing);
    },
  };
}
