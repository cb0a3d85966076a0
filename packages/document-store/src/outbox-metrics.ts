import type { Model } from 'mongoose';
import { Gauge, type Registry } from 'prom-client';
import type { AggregateDocument } from './batch.ts';

/** How many events are in the outboxes of a collection, and since when the oldest is. */
type OutboxDepth = { events: number; oldest: string | null };

export async function measureOutbox(model: Model<AggregateDocument>): Promise<OutboxDepth> {
  const [found] = await model.aggregate<OutboxDepth>([
    { $match: { 'outbox.time': { $gt: '' } } },
    {
      $group: {
        _id: null,
        events: { $sum: { $size: '$outbox' } },
        oldest: { $min: { $arrayElemAt: ['$outbox.time', 0] } },
      },
    },
  ]);
  return found ?? { events: 0, oldest: null };
}

export type OutboxMetrics = { set: (collection: string, depth: OutboxDepth, now: Date) => void };

/** Depth and age of the outboxes, as the relay's poll last saw them. */
export function createOutboxMetrics(registry: Registry): OutboxMetrics {
  const registers = [registry];
  const labelNames = ['collection'] as const;
  const depth = new Gauge({
    name: 'ksbb_outbox_events',
    help: 'Outbox events: events that wait to be sent.',
    labelNames,
    registers,
  });
  const age = new Gauge({
    name: 'ksbb_outbox_oldest_seconds',
    help: 'How long the oldest outbox event has waited.',
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
