import type { Metrics } from '@ksbb/service-kit';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { BreakerState } from './partners/breaker.ts';

const STATE_NUMBER: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };

type Sources = {
  breakers: () => { partner: string; operation: string; state: BreakerState }[];
  bulkheads: () => { partner: string; inFlight: number; waiting: number }[];
  loansByStatus: () => Promise<{ status: string; count: number }[]>;
};

export type GatewayMetrics = {
  callDuration: Histogram<'partner' | 'operation' | 'result'>;
  setAside: Counter<'partner' | 'reason'>;
  webhookAttempts: Counter<'result'>;
  /** Begins to show what is read from elsewhere at each scrape. */
  watch: (sources: Sources) => void;
};

/** The gateway's own metrics, in the service's registry. */
export function createGatewayMetrics({ registry }: Pick<Metrics, 'registry'>): GatewayMetrics {
  const registers = [registry];
  return {
    callDuration: new Histogram({
      name: 'ksbb_partner_call_seconds',
      help: 'Time of a call to a partner, waiting for a slot included, by operation and result.',
      labelNames: ['partner', 'operation', 'result'],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    setAside: new Counter({
      name: 'ksbb_partner_messages_set_aside_total',
      help: 'Genuine messages of partners that could not be booked, by reason.',
      labelNames: ['partner', 'reason'],
      registers,
    }),
    webhookAttempts: new Counter({
      name: 'ksbb_webhook_attempts_total',
      help: 'Attempts to send a webhook, by result; exhausted besides where it was the last one.',
      labelNames: ['result'],
      registers,
    }),
    watch: ({ breakers, bulkheads, loansByStatus }) => {
      const calls = new Gauge({
        name: 'ksbb_partner_calls',
        help: 'Calls to a partner now, by whether they are in flight or wait for their turn.',
        labelNames: ['partner', 'state'],
        registers: [],
        collect() {
          for (const { partner, inFlight, waiting } of bulkheads()) {
            this.set({ partner, state: 'in-flight' }, inFlight);
            this.set({ partner, state: 'waiting' }, waiting);
          }
        },
      });
      const breakerState = new Gauge({
        name: 'ksbb_partner_breaker_state',
        help: '0 closed, 1 half-open, 2 open.',
        labelNames: ['partner', 'operation'],
        registers: [],
        collect() {
          for (const { partner, operation, state } of breakers()) this.set({ partner, operation }, STATE_NUMBER[state]);
        },
      });
      const loans = new Gauge({
        name: 'ksbb_loans',
        help: 'Loans by status.',
        labelNames: ['status'],
        registers: [],
        async collect() {
          // While the database is away the last numbers stand; the other metrics are needed then most of all.
          const counts = await loansByStatus().catch(() => null);
          if (counts === null) return;
          this.reset();
          for (const { status, count } of counts) this.set({ status }, count);
        },
      });
      registry.registerMetric(calls);
      registry.registerMetric(breakerState);
      registry.registerMetric(loans);
    },
  };
}
