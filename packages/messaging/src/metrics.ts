import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type BusMetrics = {
  published: Counter<'event' | 'result'>;
  consumeDuration: Histogram<'event' | 'result'>;
  connected: Gauge<'connection'>;
};

/** The metrics of one bus, in the given registry. */
export function createBusMetrics(registry: Registry): BusMetrics {
  const registers = [registry];
  return {
    published: new Counter({ name: 'ksbb_events_published_total', help: 'Events handed to the broker, by result.', labelNames: ['event', 'result'], registers }),
    consumeDuration: new Histogram({
      name: 'ksbb_event_handling_seconds',
      help: 'Time from delivery to verdict, by event and verdict.',
      labelNames: ['event', 'result'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    connected: new Gauge({ name: 'ksbb_broker_connected', help: '1 while connected to the broker.', labelNames: ['connection'], registers }),
  };
}
