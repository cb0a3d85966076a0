import type { Partner } from '@ksbb/contracts';
import { createRelay, type Database, isDatabaseUnavailable } from '@ksbb/document-store';
import type { Bus } from '@ksbb/messaging';
import { type BuiltService, createHttpApp, deadLetterRoutes, type Log, type Metrics } from '@ksbb/service-kit';
import { createIsDonor } from './loans/donor.ts';
import { approvalRoutes } from './fund/approval-routes.ts';
import { createForwarder } from './loans/forwarder.ts';
import { createLendOn } from './fund/relender.ts';
import { type Loop, startLoop } from './loop/loop.ts';
import { createGatewayMetrics } from './metrics.ts';
import type { OpenPartner } from './partners/define-partner.ts';
import { openPartners, PARTNERS } from './partners/open-partners.ts';
import { receiveCallback } from './loans/callback-route.ts';
import { createFeedReader } from './loans/feed-reader.ts';
import { createFactBook } from './loans/report-recorder.ts';
import { createDayComparison } from './fund/day-comparison.ts';
import { reconciliationRoutes } from './fund/reconciliation-routes.ts';
import type { Settings } from './settings.ts';
import { postingRoutes } from './fund/posting-routes.ts';
import { showChain, showTrialBalance } from './fund/fund-routes.ts';
import { listLoans, showLoan } from './loans/loan-routes.ts';
import { showPartners } from './partners/routes.ts';
import { setAsideRoutes } from './loans/quarantine-routes.ts';
import { parkedRoutes } from './loans/suspended-routes.ts';
import { openStores } from './stores/stores.ts';
import { subscriptions } from './subscriptions.ts';
import { createWatcher } from './loans/watcher.ts';
import { openWebhooks } from './webhooks/open-webhooks.ts';

type NamedPartner = OpenPartner & { name: Partner };
type Parts = { settings: Settings; database: Database; bus: Bus; log: Log; metrics: Metrics; clock: () => Date };

/** Asking and sending one after the other, each with its wait for a slot, and a second for what is ours. */
function leaseOf(settings: Settings): number {
  return 2 * (settings.PARTNER_TIMEOUT_MS + settings.BULKHEAD_WAIT_MS) + 1_000;
}

const LONGEST_WATCH_PAUSE_MS = 60_000;

/** Wires the service: stores, partners, routes, reactions, and the loops that forward, poll and lend on. It does not listen. */
export async function createApp({ settings, database, bus, log, metrics, clock }: Parts): Promise<BuiltService> {
  const relay = createRelay({ publisher: bus, log, clock, registry: metrics.registry });
  const stores = await openStores({ connection: database.connection, relay, clock });
  const { loans, relendings, jobs, watching, cursors, setAside, postings, reconciliations } = stores;
  const operatorToken = settings.OPERATOR_TOKEN;
  const isDonor = createIsDonor(settings.CAPABILITY_SECRET, clock);
  const own = createGatewayMetrics(metrics);
  const partners = openPartners({
    kinds: PARTNERS,
    settings,
    clock,
    observe:
      (partner) =>
      ({ operation, result, seconds }) =>
        own.callDuration.observe({ partner, operation, result }, seconds),
  });
  own.watch({
    breakers: () =>
      partners.flatMap(({ name, caller }) => caller.state().breakers.map((breaker) => ({ partner: name, ...breaker }))),
    bulkheads: () => partners.map(({ name, caller }) => ({ partner: name, ...caller.state() })),
    loansByStatus: loans.countByStatus,
  });
  const facts = createFactBook({
    loans,
    setAside,
    clock,
    log,
    onSetAside: (partner, reason) => own.setAside.inc({ partner, reason }),
  });
  const lendOn = createLendOn({ ...stores, needsApproval: (name) => settings.LEND_ON_APPROVAL.includes(name) });

  const retry = {
    baseMs: settings.FORWARD_RETRY_MS,
    maxMs: settings.FORWARD_RETRY_MAX_MS,
    parkAfterMs: settings.PARK_AFTER_MS,
  };
  const quietMs = settings.STATUS_CHECK_MS;
  const leaseMs = leaseOf(settings);
  const forwarders = new Map(
    partners.map(({ name, partner }) => {
      const work = createForwarder({
        name,
        partner,
        loans,
        jobs,
        facts,
        retry,
        leaseMs,
        callMs: settings.PARTNER_TIMEOUT_MS,
        clock,
        log,
      });
      return [name, startLoop({ name: `forward ${name}`, everyMs: settings.FORWARD_RETRY_MS, work, log })] as const;
    }),
  );
  const readFeed = ({ name, partner: { feed } }: NamedPartner): Loop[] => {
    if (feed === undefined) return [];
    const work = createFeedReader({ name, feed, cursors, facts, log });
    return [startLoop({ name: `feed ${name}`, everyMs: settings.POLL_EVERY_MS, work, log })];
  };
  const watch = ({ name, partner }: NamedPartner): Loop => {
    const work = createWatcher({ name, partner, loans, watching, facts, quietMs, leaseMs, clock, log });
    return startLoop({ name: `watch ${name}`, everyMs: Math.min(quietMs / 4, LONGEST_WATCH_PAUSE_MS), work, log });
  };
  const webhooks = openWebhooks({
    settings,
    stores,
    onAttempt: (result) => own.webhookAttempts.inc({ result }),
    clock,
    log,
  });
  const comparisons = new Map(
    partners.map(
      ({ name, partner }) =>
        [name, createDayComparison({ name, partner, postings, reconciliations, clock, log })] as const,
    ),
  );
  const reconcileDays = async (stopping: AbortSignal) => {
    for (const comparison of comparisons.values()) await comparison.compareDue(stopping);
  };
  const reconciler = startLoop({ name: 'reconcile', everyMs: settings.RECONCILE_EVERY_MS, work: reconcileDays, log });
  const nudge = (partner: Partner) => forwarders.get(partner)?.nudge();
  const sweeper = startLoop({ name: 'lend on', everyMs: settings.RELEND_SWEEP_MS, work: lendOn.sweep, log });
  const loops = [...forwarders.values(), ...partners.flatMap(readFeed), ...partners.map(watch), sweeper, reconciler];

  const app = createHttpApp({
    service: 'fintech-gateway',
    routes: [
      listLoans({ loans, isDonor, clock }),
      showLoan({ loans, isDonor, clock }),
      showTrialBalance({ postings }),
      showChain({ loans, relendings, clock }),
      showPartners({ partners, jobs, operatorToken }),
      ...parkedRoutes({ loans, jobs, nudge, clock, operatorToken }),
      ...setAsideRoutes({ setAside, facts, operatorToken }),
      ...postingRoutes({ postings, operatorToken, clock }),
      ...reconciliationRoutes({ comparisons, reconciliations, operatorToken, clock }),
      ...approvalRoutes({ relendings, lendOn, operatorToken }),
      ...webhooks.routes,
      ...deadLetterRoutes({ deadLetters: bus.deadLetters, operatorToken: settings.OPERATOR_TOKEN }),
      ...partners.map(({ name, partner }) => receiveCallback({ name, partner, facts, clock })),
    ],
    log,
    metrics,
    isUnavailable: isDatabaseUnavailable,
  });
  bus.subscribe(subscriptions, { ...stores, lendOn, webhooks: webhooks.outbox, quietMs, clock, nudge });
  relay.start();
  return {
    app,
    ready: { database: database.ready, broker: bus.ready },
    close: async () => {
      await Promise.all([bus.stopConsuming(), webhooks.close(), ...loops.map((loop) => loop.close())]);
      for (const { caller } of partners) caller.close();
      await relay.close();
      await bus.close();
      await database.close();
    },
  };
}
