import { randomUUID } from 'node:crypto';
import { createEndpointWorker, type EndpointWorker, type WorkerParts } from './endpoint-worker.ts';
import type { Enqueue } from './outbox.ts';

export type Dispatcher = {
  /** Starts a worker for every endpoint with a delivery that is due, or notifies its worker. */
  tick: (stopping: AbortSignal) => Promise<void>;
  enqueue: Enqueue;
  /** Ends every worker after its present calls. */
  close: () => Promise<void>;
};

/** Workers at once. Further endpoints wait for the next tick. */
const MOST_WORKERS = 200;

/**
 * Delivers what is due with one worker for each endpoint, so that an endpoint that hangs delays no other. A worker
 * leases its endpoint: the limits of an endpoint hold over all replicas, and after a crash another replica takes over.
 */
export function createDispatcher(parts: WorkerParts): Dispatcher {
  const { deliveries, clock, log } = parts;
  const holder = randomUUID();
  const workers = new Map<string, EndpointWorker>();
  /** Endpoints that got a delivery while their worker was ending. */
  const again = new Set<string>();
  const closing = new AbortController();

  function start(endpointId: string): void {
    const worker = createEndpointWorker(endpointId, holder, closing.signal, parts);
    workers.set(endpointId, worker);
    void worker.done
      .catch((error) => log.warn({ err: error, endpointId }, 'a worker of webhooks failed; another one starts'))
      .finally(() => {
        workers.delete(endpointId);
        if (again.delete(endpointId) && !closing.signal.aborted) start(endpointId);
      });
  }

  return {
    tick: async (stopping) => {
      for (const endpointId of await deliveries.endpointsDue(clock())) {
        if (stopping.aborted || closing.signal.aborted || workers.size >= MOST_WORKERS) return;
        const worker = workers.get(endpointId);
        if (worker === undefined) start(endpointId);
        else if (!worker.notify()) again.add(endpointId);
      }
    },
    enqueue: (endpointId, pending) => workers.get(endpointId)?.enqueue(pending) ?? false,
    close: async () => {
      closing.abort();
      await Promise.allSettled([...workers.values()].map(({ done }) => done));
    },
  };
}
