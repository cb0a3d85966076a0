import type { Log } from '@ksbb/service-kit';
import { CallFailed, type NamedPartner } from '../partners/open-partners.ts';
import type { KnownLoan } from './core/loan.ts';
import type { ReportRecorder } from './report-recorder.ts';
import type { Job, Jobs } from './stores/jobs.ts';
import type { LoanStore } from './stores/loans.ts';

type Parts = {
  partner: NamedPartner;
  loans: Pick<LoanStore, 'known'>;
  watching: Jobs;
  recorder: Pick<ReportRecorder, 'recordAll'>;
  /** The partner is asked about a loan that it has not reported on for this time, and again after the same time. */
  quietMs: number;
  leaseMs: number;
  clock: () => Date;
  log: Log;
};

/** After a failed call the partner is asked again after this share of the quiet time. */
const RETRY_SHARE = 0.1;

/** Whether a partner can report nothing more about the loan. */
function hasEnded({ status }: KnownLoan): boolean {
  return status === 'repaid' || status === 'written-off' || status === 'declined' || status === 'cancelled';
}

/**
 * Returns the tick, which asks a partner for the status of each loan without a report for `quietMs`, and records what
 * was missed: a callback that the partner gave up, or one that it sent while the gateway was away.
 */
export function createWatcher({ partner, loans, watching, recorder, quietMs, leaseMs, clock, log }: Parts) {
  const { name, adapter } = partner;

  async function checkAgainIn(job: Job, delayMs: number): Promise<void> {
    const dueAt = new Date(clock().getTime() + delayMs);
    await watching.postpone(job, { dueAt, attempts: job.attempts + 1, inDoubt: false });
  }

  async function askStatus(loanId: string): Promise<void> {
    const status = await adapter.status(loanId);
    if (status === null) log.error({ partner: name, loanId }, 'the partner does not know a contract that it has taken');
    else await recorder.recordAll(name, loanId, status.reports);
  }

  async function check(job: Job): Promise<void> {
    const { loanId } = job;
    const loan = await loans.known(loanId);
    if (loan === null || hasEnded(loan)) return watching.remove(job, clock());
    const silentMs = clock().getTime() - Date.parse(loan.updatedAt);
    if (silentMs < quietMs) return checkAgainIn(job, quietMs - silentMs);
    try {
      await askStatus(loanId);
      await checkAgainIn(job, quietMs);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      const level = error.kind === 'deferred' ? 'debug' : 'warn';
      log[level]({ partner: name, loanId, reason: error.message }, 'the partner could not be asked for the loan');
      await checkAgainIn(job, quietMs * RETRY_SHARE);
    }
  }

  const claim = () => watching.claim(name, clock(), leaseMs);
  return async (stopping: AbortSignal): Promise<void> => {
    for (let job = await claim(); job !== null; job = stopping.aborted ? null : await claim()) await check(job);
  };
}
