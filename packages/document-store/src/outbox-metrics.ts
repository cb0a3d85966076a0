import type { Connection } from 'mongoose';
import { Gauge, type Registry } from 'prom-client';

type Waiting = { events: number; oldest: string | null };

/** What waits in a collection's outboxes. */
export async function measureOutbox(collection: ReturnType<Connection['collection']>): Promise<Waiting> {
  const [found] = await collection
    .aggregate<Waiting>([
      { $match: { 'outbox.time': { $gt: '' } } },
      {
        $group: {
          _id: null,
          events: { $sum: { $size: '$outbox' } },
          oldest: { $min: { $arrayElemAt: ['$outbox.time', 0] } },
        },
      },
    ])
    .toArray();
  return found ?? { events: 0, oldest: null };
}

/** Depth and age of the outboxes, as the relay's poll last saw them. */
export function createOutboxMetrics(registry: Registry): {
  set: (collection: string, waiting: Waiting, now: Date) => void;
} {
  const registers = [registry];
  const labelNames = ['collection'] as const;
  const depth = new Gauge({ name: 'ksbb_outbox_events', help: 'Events that wait to be sent.', labelNames, registers });
  const age = new Gauge({
    name: 'ksbb_outbox_oldest_seconds',
    help: 'How long the oldest of them has waited.',
    labelNames,
    registers,
  });
  return {
    set: (collection, { events, oldest }, now) => {
      depth.set({ collection }, events);
      age.set({ collection }, oldest === null ? 0 : Math.max(0, (now.getTime() - Date.parse(oldest)) / 1000));
    },
  };
}
