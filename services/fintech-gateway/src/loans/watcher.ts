import type { Partner as PartnerName } from '@ksbb/contracts';
import type { Log } from '@ksbb/service-kit';
import { deliveryIdOf } from './forwarder.ts';
import type { Loan } from './core/loan.ts';
import { CallFailed, type Partner } from '../partners/partner.ts';
import type { FactBook } from './report-recorder.ts';
import type { Job, Jobs } from './stores/jobs.ts';
import type { Loans } from './stores/loans.ts';

type Parts = {
  name: PartnerName;
  partner: Pick<Partner, 'status'>;
  loans: Pick<Loans, 'load'>;
  watching: Jobs;
  facts: FactBook;
  /** So long nothing is heard of a loan before its partner is asked, and between two questions. */
  quietMs: number;
  leaseMs: number;
  clock: () => Date;
  log: Log;
};

/** A question that failed is asked again after this share of the quiet time. */
const RETRY_SHARE = 0.1;

/** Whether a partner has nothing more to tell of it. */
function hasEnded({ status }: Loan): boolean {
  return status === 'repaid' || status === 'written-off' || status === 'declined' || status === 'cancelled';
}

/**
 * Gives the function that asks a partner for the loans of which nothing was heard for long, and books what it missed: a
 * callback that the partner gave up, or sent while nobody could hear it.
 */
export function createWatcher({ name, partner, loans, watching, facts, quietMs, leaseMs, clock, log }: Parts) {
  async function lookAgainIn(job: Job, delayMs: number): Promise<void> {
    await watching.postpone(job, {
      dueAt: new Date(clock().getTime() + delayMs),
      attempts: job.attempts + 1,
      inDoubt: false,
    });
  }

  async function ask({ loanId }: Job): Promise<void> {
    const status = await partner.status(loanId);
    if (status === null) {
      log.error({ partner: name, loanId }, 'the partner knows nothing of a contract that it has taken');
      return;
    }
    for (const fact of status.facts)
      await facts.receive(name, { deliveryId: deliveryIdOf(loanId, fact), reference: loanId, fact });
  }

  async function look(job: Job): Promise<void> {
    const loan = (await loans.load(job.loanId))?.state;
    if (loan === undefined || loan.status === 'unknown' || hasEnded(loan)) return watching.remove(job, clock());
    const silentMs = clock().getTime() - Date.parse(loan.updatedAt);
    if (silentMs < quietMs) return lookAgainIn(job, quietMs - silentMs);
    try {
      await ask(job);
      await lookAgainIn(job, quietMs);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      log[error.kind === 'deferred' ? 'debug' : 'warn'](
        { partner: name, loanId: job.loanId, reason: error.message },
        'the loan could not be asked for',
      );
      await lookAgainIn(job, quietMs * RETRY_SHARE);
    }
  }

  return async (stopping: AbortSignal): Promise<void> => {
    for (
      let job = await watching.claim(name, clock(), leaseMs);
      job !== null;
      job = stopping.aborted ? null : await watching.claim(name, clock(), leaseMs)
    ) {
      await look(job);
    }
  };
}
