import { createLog } from '@ksbb/service-kit';
import { createLane, type DispatcherParts, type Lane } from './endpoint-worker.ts';
import type { Waiting } from './pending-delivery.ts';

const endpoint = {
  endpointId: 'ep',
  partner: 'amanah',
  url: 'https://partner.example/',
  secrets: [],
  disabled: null,
  health: { failures: 0, failingSince: null },
};
const attempt = { at: '', durationMs: 0, request: { url: '', headers: {} }, status: 204, answer: null, error: null };
const waiting = (id: string): Waiting => ({
  due: { deliveryId: id, messageId: id, tries: 0 },
  message: { messageId: id } as Waiting['message'],
});

/** A lane on stores of which `due` answers, and what it has sent. */
function laneWith(due: (lane: () => Lane) => Promise<Waiting['due'][]>) {
  const sent: string[] = [];
  const stopping = new AbortController();
  const parts = {
    endpoints: { lease: async () => endpoint, release: async () => undefined },
    messages: { many: async (ids: string[]) => new Map(ids.map((id) => [id, waiting(id).message])) },
    deliveries: { due: () => due(() => lane), settle: async () => undefined },
    send: async ({ messageId }: { messageId: string }) => {
      sent.push(messageId);
      return { attempt, is: 'delivered', retryAfterMs: null };
    },
    settings: { atOnce: 2, perSecond: 100_000, leaseMs: 30_000, steps: [] },
    onAttempt: () => undefined,
    clock: () => new Date(),
    log: createLog('test', 'silent'),
  } as unknown as DispatcherParts;
  const lane: Lane = createLane('ep', 'holder', stopping.signal, parts);
  return { lane, sent, stop: () => stopping.abort() };
}

test('one that is woken while it looks, looks again, and ends where there is nothing', async () => {
  let looks = 0;
  const { lane } = laneWith(async (own) => {
    looks += 1;
    if (looks === 1) own().wake();
    return [];
  });
  await lane.done;
  expect(looks).toBe(2);
  expect([lane.wake(), lane.offer(waiting('late'))]).toEqual([false, false]);
});

test('what is handed over while it looks, and is found too, is sent once', async () => {
  let looks = 0;
  const { lane, sent } = laneWith(async (own) => {
    looks += 1;
    if (looks > 1) return [];
    own().offer(waiting('handed-over'));
    return [waiting('found').due, waiting('handed-over').due];
  });
  await lane.done;
  expect(sent.toSorted()).toEqual(['found', 'handed-over']);
});

test('what is handed over behind what waits longer is looked up in its turn', async () => {
  let looks = 0;
  const { lane, sent } = laneWith(async () => {
    looks += 1;
    return looks === 1 ? [waiting('older').due, waiting('newer').due] : [];
  });
  expect(lane.offer(waiting('newer'))).toBe(true);
  await lane.done;
  expect(sent).toEqual(['older', 'newer']);
});
