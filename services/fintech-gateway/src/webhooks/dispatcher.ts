import { randomUUID } from 'node:crypto';
import { createLane, type DispatcherParts, type Lane } from './endpoint-worker.ts';
import type { Offer } from './pending-delivery.ts';

export type Dispatcher = {
  /** Starts a lane for every endpoint that something is due for, or tells its lane to look. */
  turn: (stopping: AbortSignal) => Promise<void>;
  /** To the lane of the endpoint. */
  offer: Offer;
  /** Ends every lane at a good moment, and resolves when they have. */
  close: () => Promise<void>;
};

/** More endpoints than this at once wait for the next turn. */
const MOST_LANES = 200;

/**
 * Delivers what is due, each endpoint in a lane of its own: one that hangs holds up nobody else. A lane leases its endpoint,
 * so that the limits of an endpoint hold over all replicas; where a process dies, another takes over after the lease.
 */
export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { deliveries, clock, log } = parts;
  const holder = randomUUID();
  const lanes = new Map<string, Lane>();
  /** Something came for these when their lane was over and not yet gone. */
  const again = new Set<string>();
  const closing = new AbortController();

  function open(endpointId: string): void {
    const lane = createLane(endpointId, holder, closing.signal, parts);
    lanes.set(endpointId, lane);
    void lane.done
      .catch((error) => log.warn({ err: error, endpointId }, 'a lane of webhooks failed; it is taken up again'))
      .finally(() => {
        lanes.delete(endpointId);
        if (again.delete(endpointId) && !closing.signal.aborted) open(endpointId);
      });
  }

  return {
    turn: async (stopping) => {
      for (const endpointId of await deliveries.endpointsDue(clock())) {
        if (stopping.aborted || closing.signal.aborted || lanes.size >= MOST_LANES) return;
        const lane = lanes.get(endpointId);
        if (lane === undefined) open(endpointId);
        else if (!lane.wake()) again.add(endpointId);
      }
    },
    offer: (endpointId, waiting) => lanes.get(endpointId)?.offer(waiting) ?? false,
    close: async () => {
      closing.abort();
      await Promise.allSettled([...lanes.values()].map(({ done }) => done));
    },
  };
}
