import type { Partner } from '@ksbb/contracts';
import type { Database, Relay } from '@ksbb/document-store';
import { type Log, type Route, startLoop } from '@ksbb/service-kit';
import type { Loans } from '../loans/open-loans.ts';
import type { Partners } from '../partners/open-partners.ts';
import type { Settings } from '../settings.ts';
import { createDayComparison } from './day-comparison.ts';
import { reconciliationRoutes } from './reconciliation-routes.ts';
import { createRelender, type Relender } from './relender.ts';
import { fundRoutes } from './routes.ts';
import { type Candidates, openCandidates } from './stores/candidates.ts';
import { openPostings, type Postings } from './stores/postings.ts';
import { openReconciliations } from './stores/reconciliations.ts';
import { openRelendings } from './stores/relendings.ts';

export { postDisbursement, postRepayment, postWriteOff } from './ledger.ts';
export type { CapitalNeed } from './stores/candidates.ts';

/** The revolving fund: its books, their comparison with the partners' statements, and the relending of repaid money. */
export type Fund = {
  relender: Pick<Relender, 'open' | 'confirm' | 'refuse' | 'takeBack' | 'proposeRestOf'>;
  postings: Pick<Postings, 'add'>;
  candidates: Pick<Candidates, 'putNeed' | 'putOpen'>;
  routes: Route[];
  close: () => Promise<void>;
};

type Parts = {
  settings: Settings;
  connection: Database['connection'];
  relay: Relay;
  partners: Partners;
  loans: Loans;
  clock: () => Date;
  log: Log;
};

export async function openFund(parts: Parts): Promise<Fund> {
  const { settings, connection, partners, loans, clock, log } = parts;
  const relendings = await openRelendings(parts);
  const candidates = await openCandidates(connection);
  const postings = await openPostings(connection);
  const reconciliations = await openReconciliations(connection);
  const needsApproval = (partner: Partner) => settings.LEND_ON_APPROVAL.includes(partner);
  const relender = createRelender({ loans, relendings, candidates, needsApproval });
  const comparisons = new Map(
    partners.all.map((partner) => [
      partner.name,
      createDayComparison({ partner, postings, reconciliations, clock, log }),
    ]),
  );
  const reconcileDays = async (stopping: AbortSignal) => {
    for (const comparison of comparisons.values()) await comparison.compareDue(stopping);
  };
  const loops = [
    startLoop({ name: 'relend', everyMs: settings.RELEND_SWEEP_MS, tick: relender.sweep, log }),
    startLoop({ name: 'reconcile', everyMs: settings.RECONCILE_EVERY_MS, tick: reconcileDays, log }),
  ];
  return {
    relender,
    postings,
    candidates,
    routes: [
      ...fundRoutes({ loans, postings, relendings, relender, clock }),
      ...reconciliationRoutes({ comparisons, reconciliations, clock }),
    ],
    close: async () => void (await Promise.all(loops.map((loop) => loop.close()))),
  };
}
