import { createLog } from '@ksbb/service-kit';
import { createEndpointWorker, type EndpointWorker, type WorkerParts } from './endpoint-worker.ts';
import type { PendingDelivery } from './outbox.ts';

const endpoint = {
  endpointId: 'ep',
  partner: 'amanah',
  url: 'https://partner.example/',
  secrets: [],
  disabled: null,
  health: { failures: 0, failingSince: null },
};
const attempt = { at: '', durationMs: 0, request: { url: '', headers: {} }, status: 204, answer: null, error: null };
const pending = (id: string): PendingDelivery => ({
  due: { deliveryId: id, messageId: id, tries: 0 },
  message: { messageId: id } as PendingDelivery['message'],
});

/** A worker on stores of which `due` answers, and what it has sent. */
function workerWith(due: (worker: () => EndpointWorker) => Promise<PendingDelivery['due'][]>) {
  const sent: string[] = [];
  const stopping = new AbortController();
  const parts = {
    endpoints: { lease: async () => endpoint, release: async () => undefined },
    messages: { many: async (ids: string[]) => new Map(ids.map((id) => [id, pending(id).message])) },
    deliveries: { due: () => due(() => worker), settle: async () => undefined },
    send: async ({ messageId }: { messageId: string }) => {
      sent.push(messageId);
      return { attempt, is: 'delivered', retryAfterMs: null };
    },
    settings: { atOnce: 2, perSecond: 100_000, leaseMs: 30_000, steps: [] },
    onAttempt: () => undefined,
    clock: () => new Date(),
    log: createLog('test', 'silent'),
  } as unknown as WorkerParts;
  const worker: EndpointWorker = createEndpointWorker('ep', 'holder', stopping.signal, parts);
  return { worker, sent, stop: () => stopping.abort() };
}

test('a worker that is notified while it looks, looks again, and ends where there is nothing', async () => {
  let looks = 0;
  const { worker } = workerWith(async (own) => {
    looks += 1;
    if (looks === 1) own().notify();
    return [];
  });
  await worker.done;
  expect(looks).toBe(2);
  expect([worker.notify(), worker.enqueue(pending('late'))]).toEqual([false, false]);
});

test('what is enqueued while it looks, and is found too, is sent once', async () => {
  let looks = 0;
  const { worker, sent } = workerWith(async (own) => {
    looks += 1;
    if (looks > 1) return [];
    own().enqueue(pending('enqueued'));
    return [pending('found').due, pending('enqueued').due];
  });
  await worker.done;
  expect(sent.toSorted()).toEqual(['enqueued', 'found']);
});

test('what is enqueued behind what waits longer is looked up later', async () => {
  let looks = 0;
  const { worker, sent } = workerWith(async () => {
    looks += 1;
    return looks === 1 ? [pending('older').due, pending('newer').due] : [];
  });
  expect(worker.enqueue(pending('newer'))).toBe(true);
  await worker.done;
  expect(sent).toEqual(['older', 'newer']);
});
