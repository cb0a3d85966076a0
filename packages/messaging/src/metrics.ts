import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Label values are events and queues of the service's own table, or fixed words: a forged message adds none. */
export type BusMetrics = {
  published: Histogram<'event' | 'result'>;
  handled: Histogram<'event' | 'result'>;
  redelivered: Counter<'event'>;
  deadLettered: Counter<'event' | 'reason'>;
  connected: Gauge<'connection'>;
};

const buckets = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

/** The metrics of one bus, in the given registry. */
export function createBusMetrics(registry: Registry): BusMetrics {
  const registers = [registry];
  return {
    published: new Histogram({
      name: 'ksbb_event_publish_seconds',
      help: 'Time until the broker confirmed an event, returned it (no queue takes it) or did not confirm.',
      labelNames: ['event', 'result'],
      buckets,
      registers,
    }),
    handled: new Histogram({
      name: 'ksbb_event_handling_seconds',
      help: 'Time from delivery to outcome, by event and outcome (`alone`: moved to the quarantine queue).',
      labelNames: ['event', 'result'],
      buckets,
      registers,
    }),
    redelivered: new Counter({
      name: 'ksbb_event_redeliveries_total',
      help: 'Redeliveries: deliveries that were made before.',
      labelNames: ['event'],
      registers,
    }),
    deadLettered: new Counter({
      name: 'ksbb_dead_letters_total',
      help: 'Dead-lettered events, by reason.',
      labelNames: ['event', 'reason'],
      registers,
    }),
    connected: new Gauge({
      name: 'ksbb_broker_connected',
      help: '1 while connected to the broker.',
      labelNames: ['connection'],
      registers,
    }),
  };
}
