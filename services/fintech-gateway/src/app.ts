import { createRelay, type Database, isDatabaseUnavailable } from '@ksbb/document-store';
import type { Bus } from '@ksbb/messaging';
import { type BuiltService, createHttpApp, deadLetterRoutes, type Log, type Metrics } from '@ksbb/service-kit';
import { createForwarder } from './forward-contracts/forward.ts';
import { createLendOn } from './lend-on/lend-on.ts';
import { type Loop, startLoop } from './loop/loop.ts';
import { createGatewayMetrics } from './metrics.ts';
import { openPartners, type OpenPartner } from './partners/partners.ts';
import { receiveCallback } from './receive-facts/callback-route.ts';
import { createFeedReader } from './receive-facts/poll-feed.ts';
import { createFactBook } from './receive-facts/receive-fact.ts';
import type { Settings } from './settings.ts';
import { showChain, showTrialBalance } from './show-fund/routes.ts';
import { listLoans, showLoan } from './show-loans/routes.ts';
import { showPartners } from './show-partners/route.ts';
import { showSetAside } from './show-set-aside/route.ts';
import { openStores } from './stores/stores.ts';
import { subscriptions } from './subscriptions.ts';

type Parts = { settings: Settings; database: Database; bus: Bus; log: Log; metrics: Metrics; clock: () => Date };

/** Asking and sending one after the other, each with its wait for a slot, and a second for what is ours. */
function leaseOf(settings: Settings): number {
  return 2 * (settings.PARTNER_TIMEOUT_MS + settings.BULKHEAD_WAIT_MS) + 1_000;
}

/** Wires the service: stores, partners, routes, reactions, and the loops that forward, poll and lend on. It does not listen. */
export async function createApp({ settings, database, bus, log, metrics, clock }: Parts): Promise<BuiltService> {
  const relay = createRelay({ publisher: bus, log, clock });
  const stores = await openStores({ connection: database.connection, relay, clock });
  const { loans, relendings, jobs, cursors, setAside, postings } = stores;
  const own = createGatewayMetrics(metrics);
  const partners = openPartners({
    settings,
    clock,
    observe: (partner) => ({ operation, result, seconds }) => own.callDuration.observe({ partner, operation, result }, seconds),
  });
  own.watch({
    breakers: () => partners.flatMap(({ name, caller }) => caller.state().breakers.map((breaker) => ({ partner: name, ...breaker }))),
    loansByStatus: loans.countByStatus,
  });
  const facts = createFactBook({ loans, setAside, clock, log, onSetAside: (partner, reason) => own.setAside.inc({ partner, reason }) });
  const lendOn = createLendOn(stores);

  const retry = { baseMs: settings.FORWARD_RETRY_MS, maxMs: settings.FORWARD_RETRY_MAX_MS };
  const forwarders = new Map(
    partners.map(({ name, partner }) => {
      const work = createForwarder({ name, partner, loans, jobs, facts, retry, leaseMs: leaseOf(settings), clock, log });
      return [name, startLoop({ name: `forward ${name}`, everyMs: settings.FORWARD_RETRY_MS, work, log })] as const;
    }),
  );
  const readFeed = ({ name, partner: { feed } }: OpenPartner): Loop[] => {
    if (feed === undefined) return [];
    const work = createFeedReader({ name, feed, cursors, facts, log });
    return [startLoop({ name: `feed ${name}`, everyMs: settings.POLL_EVERY_MS, work, log })];
  };
  const sweeper = startLoop({ name: 'lend on', everyMs: settings.RELEND_SWEEP_MS, work: lendOn.sweep, log });
  const loops = [...forwarders.values(), ...partners.flatMap(readFeed), sweeper];

  const app = createHttpApp({
    service: 'fintech-gateway',
    routes: [
      listLoans({ loans }),
      showLoan({ loans }),
      showTrialBalance({ postings }),
      showChain({ loans, relendings }),
      showPartners({ partners, jobs }),
      showSetAside({ setAside, operatorToken: settings.OPERATOR_TOKEN }),
      ...deadLetterRoutes({ deadLetters: bus.deadLetters, operatorToken: settings.OPERATOR_TOKEN }),
      ...partners.map(({ name, partner }) => receiveCallback({ name, partner, facts, clock })),
    ],
    log,
    metrics,
    isUnavailable: isDatabaseUnavailable,
  });
  bus.subscribe(subscriptions, { ...stores, lendOn, clock, nudge: (partner) => forwarders.get(partner)?.nudge() });
  relay.start();
  return {
    app,
    ready: { database: database.ready, broker: bus.ready },
    close: async () => {
      await Promise.all([bus.stopConsuming(), ...loops.map((loop) => loop.close())]);
      for (const { caller } of partners) caller.close();
      await relay.close();
      await bus.close();
      await database.close();
    },
  };
}
