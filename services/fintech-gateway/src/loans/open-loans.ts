import type { Partner } from '@ksbb/contracts';
import type { Database, Relay } from '@ksbb/document-store';
import { type Log, type Loop, type Metrics, type Route, startLoop } from '@ksbb/service-kit';
import { Gauge } from 'prom-client';
import type { NamedPartner, Partners } from '../partners/open-partners.ts';
import type { Settings } from '../settings.ts';
import { callbackRoute } from './callback-route.ts';
import type { KnownLoan } from './core/loan.ts';
import { createFeedReader } from './feed-reader.ts';
import { createForwarder } from './forwarder.ts';
import { createLoanCommands, type LoanCommands } from './loan-commands.ts';
import { loanRoutes } from './loan-routes.ts';
import { operatorRoutes } from './operator-routes.ts';
import { createReportRecorder } from './report-recorder.ts';
import { openJobs } from './stores/jobs.ts';
import { type LoanStore, openLoanStore } from './stores/loans.ts';
import { openCursors, openQuarantine } from './stores/partner-messages.ts';
import { createWatcher } from './watcher.ts';

export { contractOf, type KnownLoan, type Terms } from './core/loan.ts';
export { viewOf } from './core/view.ts';
export { noSuchLoan } from './loan-routes.ts';

/** Loan contracts: sends them to the partners, records what partners report, and asks for those that are quiet. */
export type Loans = Pick<LoanCommands, 'request' | 'cancel'> &
  Pick<LoanStore, 'reachedKecamatan'> & {
    find: (loanId: string) => Promise<KnownLoan | null>;
    /** From now on the partner is asked for the loan where it is quiet for long. */
    watch: (loanId: string, partner: Partner) => Promise<void>;
    routes: Route[];
    close: () => Promise<void>;
  };

type Parts = {
  settings: Settings;
  connection: Database['connection'];
  relay: Relay;
  partners: Partners;
  metrics: Metrics;
  clock: () => Date;
  log: Log;
};

const LONGEST_WATCH_PAUSE_MS = 60_000;

/** A status call and then the contract, each with its wait for a slot, and a second for the database. */
function leaseOf(settings: Settings): number {
  return 2 * (settings.PARTNER_TIMEOUT_MS + settings.BULKHEAD_WAIT_MS) + 1_000;
}

function exposeLoansByStatus(countByStatus: LoanStore['countByStatus'], { registry }: Metrics): void {
  const loans = new Gauge({
    name: 'ksbb_loans',
    help: 'Loans by status.',
    labelNames: ['status'],
    registers: [],
    async collect() {
      // While the database is away the last numbers stay, and the other metrics are still served.
      const counts = await countByStatus().catch(() => null);
      if (counts === null) return;
      this.reset();
      for (const { status, count } of counts) this.set({ status }, count);
    },
  });
  registry.registerMetric(loans);
}

export async function openLoans(parts: Parts): Promise<Loans> {
  const { settings, connection, partners, metrics, clock, log } = parts;
  const loans = await openLoanStore(parts);
  const jobs = await openJobs(connection, 'forwarding');
  const watching = await openJobs(connection, 'watching');
  const cursors = await openCursors(connection);
  const quarantine = await openQuarantine(connection);
  const recorder = createReportRecorder({ loans, quarantine, metrics, clock, log });
  exposeLoansByStatus(loans.countByStatus, metrics);

  const retry = {
    baseMs: settings.FORWARD_RETRY_MS,
    maxMs: settings.FORWARD_RETRY_MAX_MS,
    suspendAfterMs: settings.PARK_AFTER_MS,
  };
  const quietMs = settings.STATUS_CHECK_MS;
  const shared = { loans, recorder, leaseMs: leaseOf(settings), clock, log };

  const forward = (partner: NamedPartner): Loop => {
    const tick = createForwarder({ partner, jobs, retry, callMs: settings.PARTNER_TIMEOUT_MS, ...shared });
    return startLoop({ name: `forward ${partner.name}`, everyMs: settings.FORWARD_RETRY_MS, tick, log });
  };
  const watch = (partner: NamedPartner): Loop => {
    const tick = createWatcher({ partner, watching, quietMs, ...shared });
    const everyMs = Math.min(quietMs / 4, LONGEST_WATCH_PAUSE_MS);
    return startLoop({ name: `watch ${partner.name}`, everyMs, tick, log });
  };
  const readFeed = ({ name, adapter: { feed } }: NamedPartner): Loop[] => {
    if (feed === undefined) return [];
    const tick = createFeedReader({ name, feed, cursors, recorder, log });
    return [startLoop({ name: `feed ${name}`, everyMs: settings.POLL_EVERY_MS, tick, log })];
  };
  const forwarders = new Map(partners.all.map((partner) => [partner.name, forward(partner)]));
  const loops = [...forwarders.values(), ...partners.all.map(watch), ...partners.all.flatMap(readFeed)];
  const notify = (partner: Partner) => forwarders.get(partner)?.notify();
  const commands = createLoanCommands({ loans, jobs, hasPartner: (name) => forwarders.has(name), notify, clock });

  return {
    request: commands.request,
    cancel: commands.cancel,
    reachedKecamatan: loans.reachedKecamatan,
    find: loans.known,
    watch: (loanId, partner) => watching.add(loanId, partner, new Date(clock().getTime() + quietMs)),
    routes: [
      ...loanRoutes({ loans, capabilitySecret: settings.CAPABILITY_SECRET, clock }),
      ...operatorRoutes({ loans, jobs, commands, quarantine, recorder, partners: partners.all }),
      ...partners.all.map((partner) => callbackRoute({ partner, recorder, clock })),
    ],
    close: async () => void (await Promise.all(loops.map((loop) => loop.close()))),
  };
}
