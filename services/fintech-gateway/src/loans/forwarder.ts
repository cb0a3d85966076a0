import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@ksbb/service-kit';
import { CallFailed, ContractRefused, type ContractToForward, type NamedPartner } from '../partners/open-partners.ts';
import { decide, type LoanRefusal } from './core/decide.ts';
import { initialState, type KnownLoan, type Terms } from './core/loan.ts';
import type { Report } from './core/partner-reports.ts';
import type { ReportRecorder } from './report-recorder.ts';
import { nextRound, pauseInRound, type RetrySettings, ROUND_MS } from './retry-policy.ts';
import type { Job, Jobs } from './stores/jobs.ts';
import type { LoanStore } from './stores/loans.ts';

type Parts = {
  partner: NamedPartner;
  loans: LoanStore;
  jobs: Jobs;
  recorder: ReportRecorder;
  retry: RetrySettings;
  /** Longer than one attempt can take: a status call, and then the contract. */
  leaseMs: number;
  /** The timeout of one call. */
  callMs: number;
  clock: () => Date;
  log: Log;
};

/** Contracts of one partner that are sent at once. */
const WORKERS = 4;

function toForward({
  loanId,
  msmeId,
  msmeName,
  kelurahan,
  amountRupiah,
  instalments,
  relentFrom,
}: Terms): ContractToForward {
  return {
    reference: loanId,
    borrower: { msmeId, name: msmeName, kelurahan },
    amountRupiah,
    instalments,
    parentContractId: relentFrom?.partnerContractId ?? null,
  };
}

type Task = 'forward' | 'cancel';

/** What has to be done for a loan at its partner now. */
function taskOf(loan: KnownLoan): Task | 'nothing' {
  switch (loan.status) {
    case 'requested':
    case 'forwarding':
      return loan.cancelling === null ? 'forward' : 'cancel';
    case 'parked':
    case 'awaiting-signature':
    case 'signed':
      return loan.cancelling === null ? 'nothing' : 'cancel';
    case 'disbursed':
    case 'repaying':
    case 'repaid':
    case 'written-off':
    case 'declined':
    case 'cancelled':
      return 'nothing';
    default:
      return loan satisfies never;
  }
}

/**
 * Returns the tick, which sends to the partner, or takes back, every contract that is due. Each contract is claimed by
 * itself, so any number of replicas may run. If the partner may have a contract already, it is asked for its status
 * before the contract is sent again. Sending is also safe to repeat: it has the same key and reference each time.
 */
export function createForwarder({ partner, loans, jobs, recorder, retry, leaseMs, callMs, clock, log }: Parts) {
  const { name, adapter } = partner;
  const decideOn = (loanId: string, command: { type: 'forward' } | { type: 'suspend'; reason: string }) =>
    loans.decide<LoanRefusal>(loanId, (loan) => decide(loan, command, clock()));

  async function send(terms: Terms): Promise<Report[]> {
    try {
      return [{ kind: 'taken', ...(await adapter.forward(toForward(terms))) }];
    } catch (error) {
      if (error instanceof ContractRefused) return [{ kind: 'refused', reason: error.message }];
      throw error;
    }
  }

  async function askStatus(loanId: string): Promise<Report[] | null> {
    const status = await adapter.status(loanId);
    if (status === null) return null;
    const { reports, ...contract } = status;
    return [{ kind: 'taken', ...contract }, ...reports];
  }

  async function takeBack(loanId: string): Promise<Report[]> {
    const outcome = await adapter.cancel(loanId);
    if (outcome !== 'too-late') return [{ kind: 'cancelled', at: clock().toISOString() }];
    log.warn({ partner: name, loanId }, 'it is too late to take the contract back; the loan goes on');
    return (await askStatus(loanId)) ?? [];
  }

  /** One attempt. @throws CallFailed */
  async function attempt(job: Job, loan: KnownLoan, task: Task): Promise<void> {
    if (task === 'cancel') return recorder.recordAll(name, job.loanId, await takeBack(job.loanId));
    const known = job.inDoubt ? await askStatus(job.loanId) : null;
    job.inDoubt = false;
    await recorder.recordAll(name, job.loanId, known ?? (await send(loan.terms)));
  }

  /** Up to three attempts. The last failure; null where the task is done. */
  async function round(job: Job, loan: KnownLoan, task: Task, stopping: AbortSignal): Promise<CallFailed | null> {
    const startedAt = performance.now();
    for (let made = 1; ; made += 1) {
      try {
        await attempt(job, loan, task);
        return null;
      } catch (error) {
        // Another error is ours, such as a database that is away. The lease runs out, and the next worker asks the
        // partner.
        if (!(error instanceof CallFailed)) throw error;
        job.inDoubt ||= error.kind === 'in-doubt';
        const leftMs = ROUND_MS - callMs - (performance.now() - startedAt);
        const pause = stopping.aborted ? null : pauseInRound(error, made, retry, leftMs, Math.random());
        if (pause === null) return error;
        await sleep(pause, undefined, { signal: stopping }).catch(() => undefined);
        if (stopping.aborted || !(await jobs.renew(job, clock(), leaseMs))) return error;
      }
    }
  }

  async function postpone(job: Job, failure: CallFailed, task: Task): Promise<void> {
    const now = clock();
    const triedMs = now.getTime() - job.since.getTime();
    const isOver = failure.kind === 'misconfigured' || triedMs >= retry.suspendAfterMs;
    const about = { partner: name, loanId: job.loanId, kind: failure.kind, reason: failure.message, task };
    if (task === 'forward' && isOver) {
      log.error(about, 'the contract is suspended until an operator resumes it');
      await decideOn(job.loanId, { type: 'suspend', reason: `${failure.kind}: ${failure.message}` });
      return jobs.remove(job, now);
    }
    const { delayMs, attempts } = nextRound(failure, job.attempts, retry, Math.random());
    const level = failure.kind === 'deferred' ? 'debug' : isOver ? 'error' : 'warn';
    log[level]({ ...about, attempts }, 'the contract waits for its partner');
    await jobs.postpone(job, { dueAt: new Date(now.getTime() + delayMs), attempts, inDoubt: job.inDoubt });
  }

  async function work(job: Job, stopping: AbortSignal): Promise<void> {
    const begun = await decideOn(job.loanId, { type: 'forward' });
    const loan = 'refused' in begun ? initialState : begun.state;
    const task = loan.status === 'unknown' ? 'nothing' : taskOf(loan);
    if (loan.status === 'unknown' || task === 'nothing') return jobs.remove(job, clock());
    const failure = await round(job, loan, task, stopping);
    if (failure === null) await jobs.remove(job, clock());
    else await postpone(job, failure, task);
  }

  const claim = () => jobs.claim(name, clock(), leaseMs);

  async function workUntilDone(first: Job | null, stopping: AbortSignal): Promise<void> {
    for (let job = first; job !== null; job = stopping.aborted ? null : await claim()) await work(job, stopping);
  }

  return async (stopping: AbortSignal): Promise<void> => {
    // Mostly nothing is due, and one query shows it.
    const first = await claim();
    if (first === null) return;
    const others = Array.from({ length: WORKERS - 1 }, async () => workUntilDone(await claim(), stopping));
    const ended = await Promise.allSettled([workUntilDone(first, stopping), ...others]);
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };
}
