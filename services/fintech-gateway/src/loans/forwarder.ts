import { setTimeout as sleep } from 'node:timers/promises';
import type { Partner as PartnerName } from '@ksbb/contracts';
import type { Log } from '@ksbb/service-kit';
import { decide, type LoanRefusal } from './core/decide.ts';
import type { Fact } from './core/partner-reports.ts';
import { type KnownLoan, noLoan, type Terms } from './core/loan.ts';
import { CallFailed, ContractRefused, type ContractToForward, type Partner } from '../partners/partner.ts';
import type { FactBook } from './report-recorder.ts';
import type { Job, Jobs } from './stores/jobs.ts';
import type { Loans } from './stores/loans.ts';
import { nextRound, pauseInRound, type RetrySettings, ROUND_MS } from './retry-policy.ts';

type Parts = {
  name: PartnerName;
  partner: Pick<Partner, 'forward' | 'status' | 'cancel'>;
  loans: Loans;
  jobs: Jobs;
  facts: FactBook;
  retry: RetrySettings;
  /** Longer than one attempt can take: asking, and then sending. */
  leaseMs: number;
  /** The time limit of one call. */
  callMs: number;
  clock: () => Date;
  log: Log;
};

/** Contracts of one partner on their way at once. */
const LANES = 4;

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

/** Names a fact that came with an answer, for what is set aside. */
export function deliveryIdOf(loanId: string, fact: Fact): string {
  return `${loanId}:${fact.kind === 'repayment' ? fact.repaymentId : fact.kind}`;
}

/** What is to be done for a loan at its partner now. */
function taskOf(loan: KnownLoan): 'forward' | 'cancel' | 'nothing' {
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
 * Gives the function that hands all contracts that are due to their partner, or takes them back. Work is claimed contract by
 * contract, so any number of replicas may run. A contract whose earlier attempt may have arrived is asked for before it is
 * sent again, and sending is safe to repeat besides: the partner knows it by the same key and reference.
 */
export function createForwarder({ name, partner, loans, jobs, facts, retry, leaseMs, callMs, clock, log }: Parts) {
  const decideOn = (loanId: string, command: { kind: 'forward' } | { kind: 'park'; reason: string }) =>
    loans.decide<LoanRefusal>(loanId, (loan) => decide(loan, command, clock()));

  async function book(loanId: string, told: Fact[]): Promise<void> {
    for (const fact of told)
      await facts.receive(name, { deliveryId: deliveryIdOf(loanId, fact), reference: loanId, fact });
  }

  async function send(terms: Terms): Promise<Fact[]> {
    try {
      return [{ kind: 'taken', ...(await partner.forward(toForward(terms))) }];
    } catch (error) {
      if (error instanceof ContractRefused) return [{ kind: 'refused', reason: error.message }];
      throw error;
    }
  }

  async function ask(loanId: string): Promise<Fact[] | null> {
    const status = await partner.status(loanId);
    if (status === null) return null;
    const { facts: happened, ...contract } = status;
    return [{ kind: 'taken', ...contract }, ...happened];
  }

  async function takeBack(loanId: string): Promise<void> {
    const answer = await partner.cancel(loanId);
    if (answer !== 'too-late') return book(loanId, [{ kind: 'cancelled', at: clock().toISOString() }]);
    log.warn({ partner: name, loanId }, 'it is too late to take the contract back; the loan goes on');
    await book(loanId, (await ask(loanId)) ?? []);
  }

  /** One attempt. @throws CallFailed with `inDoubt` set on the job where the contract may have arrived */
  async function attempt(job: Job, loan: KnownLoan, task: 'forward' | 'cancel'): Promise<void> {
    if (task === 'cancel') return takeBack(job.loanId);
    const found = job.inDoubt ? await ask(job.loanId) : null;
    job.inDoubt = false;
    await book(job.loanId, found ?? (await send(loan.terms)));
  }

  async function giveUpForNow(job: Job, failure: CallFailed, task: 'forward' | 'cancel'): Promise<void> {
    const now = clock();
    const triedMs = now.getTime() - job.since.getTime();
    const isOver = failure.kind === 'misconfigured' || triedMs >= retry.parkAfterMs;
    const about = { partner: name, loanId: job.loanId, kind: failure.kind, reason: failure.message, task };
    if (task === 'forward' && isOver) {
      log.error(about, 'the contract is parked for a person');
      await decideOn(job.loanId, { kind: 'park', reason: `${failure.kind}: ${failure.message}` });
      return jobs.remove(job, now);
    }
    const { delayMs, attempts } = nextRound(failure, job.attempts, retry, Math.random());
    log[failure.kind === 'deferred' ? 'debug' : isOver ? 'error' : 'warn'](
      { ...about, attempts },
      'the contract waits for its partner',
    );
    await jobs.postpone(job, { dueAt: new Date(now.getTime() + delayMs), attempts, inDoubt: job.inDoubt });
  }

  /** Up to three attempts. Answers the last failure; null where the matter is settled. */
  async function round(
    job: Job,
    loan: KnownLoan,
    task: 'forward' | 'cancel',
    stopping: AbortSignal,
  ): Promise<CallFailed | null> {
    const startedAt = performance.now();
    for (let made = 1; ; made += 1) {
      try {
        await attempt(job, loan, task);
        return null;
      } catch (error) {
        // Anything else is ours, such as a database that is away: the claim runs out, and whoever is next asks the partner.
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

  async function work(job: Job, stopping: AbortSignal): Promise<void> {
    const begun = await decideOn(job.loanId, { kind: 'forward' });
    const loan = 'refused' in begun ? noLoan : begun.state;
    const task = loan.status === 'unknown' ? 'nothing' : taskOf(loan);
    if (loan.status === 'unknown' || task === 'nothing') return jobs.remove(job, clock());
    const failure = await round(job, loan, task, stopping);
    if (failure === null) await jobs.remove(job, clock());
    else await giveUpForNow(job, failure, task);
  }

  const claim = () => jobs.claim(name, clock(), leaseMs);

  async function lane(first: Job | null, stopping: AbortSignal): Promise<void> {
    for (let job = first; job !== null; job = stopping.aborted ? null : await claim()) await work(job, stopping);
  }

  return async (stopping: AbortSignal): Promise<void> => {
    // Mostly there is nothing to do, and one question says so.
    const first = await claim();
    if (first === null) return;
    const others = Array.from({ length: LANES - 1 }, async () => lane(await claim(), stopping));
    const lanes = await Promise.allSettled([lane(first, stopping), ...others]);
    const failed = lanes.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };
}
