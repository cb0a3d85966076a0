import type { Partner as PartnerName } from '@ksbb/contracts';
import type { Log } from '@ksbb/service-kit';
import type { Fact } from '../loan/facts.ts';
import type { Terms } from '../loan/loan.ts';
import { CallFailed, ContractRefused, type ContractToForward, type Partner } from '../partners/partner.ts';
import type { FactBook } from '../receive-facts/receive-fact.ts';
import type { Job, Jobs } from '../stores/jobs.ts';
import type { Loans } from '../stores/loans.ts';
import { nextAttempt, type RetrySettings } from './next-attempt.ts';

type Parts = {
  name: PartnerName;
  partner: Pick<Partner, 'forward' | 'status'>;
  loans: Loans;
  jobs: Jobs;
  facts: FactBook;
  retry: RetrySettings;
  /** Longer than one attempt can take: asking, and then sending. */
  leaseMs: number;
  clock: () => Date;
  log: Log;
};

/** Contracts of one partner on their way at once. */
const LANES = 4;

function toForward({ loanId, msmeId, msmeName, kelurahan, amountRupiah, instalments, relentFrom }: Terms): ContractToForward {
  return {
    reference: loanId,
    borrower: { msmeId, name: msmeName, kelurahan },
    amountRupiah,
    instalments,
    parentContractId: relentFrom?.partnerContractId ?? null,
  };
}

/** Names a fact that came with an answer, for what is set aside. */
function deliveryIdOf(loanId: string, fact: Fact): string {
  return `${loanId}:${fact.kind === 'repayment' ? fact.repaymentId : fact.kind}`;
}

/**
 * Gives the function that hands all contracts that are due to their partner. Work is claimed contract by contract, so any
 * number of replicas may run. A contract whose earlier attempt may have arrived is asked for before it is sent again, and
 * sending is safe to repeat besides: the partner knows it by the same key and reference.
 */
export function createForwarder({ name, partner, loans, jobs, facts, retry, leaseMs, clock, log }: Parts) {
  async function send(terms: Terms): Promise<Fact[]> {
    try {
      return [{ kind: 'taken', ...(await partner.forward(toForward(terms))) }];
    } catch (error) {
      if (error instanceof ContractRefused) return [{ kind: 'refused', reason: error.message }];
      throw error;
    }
  }

  async function ask({ loanId }: Terms): Promise<Fact[] | null> {
    const status = await partner.status(loanId);
    if (status === null) return null;
    const { facts: happened, ...contract } = status;
    return [{ kind: 'taken', ...contract }, ...happened];
  }

  async function postpone(job: Job, failure: CallFailed, inDoubt: boolean): Promise<void> {
    const { delayMs, attempts } = nextAttempt(failure, job.attempts, retry, Math.random());
    const level = failure.kind === 'deferred' ? 'debug' : failure.kind === 'misconfigured' ? 'error' : 'warn';
    log[level]({ partner: name, loanId: job.loanId, kind: failure.kind, reason: failure.message, attempts }, 'the contract waits for its partner');
    await jobs.postpone(job, { dueAt: new Date(clock().getTime() + delayMs), attempts, inDoubt });
  }

  async function attempt(job: Job): Promise<void> {
    const loan = await loans.load(job.loanId);
    if (loan === null || loan.state.status !== 'requested') return jobs.remove(job);
    const { terms } = loan.state;
    let { inDoubt } = job;
    try {
      const found = inDoubt ? await ask(terms) : null;
      inDoubt = false;
      for (const fact of found ?? (await send(terms))) {
        await facts.receive(name, { deliveryId: deliveryIdOf(job.loanId, fact), reference: job.loanId, fact });
      }
      await jobs.remove(job);
    } catch (error) {
      // Anything else is ours, such as a database that is away: the claim runs out, and whoever is next asks the partner.
      if (!(error instanceof CallFailed)) throw error;
      await postpone(job, error, inDoubt || error.kind === 'in-doubt');
    }
  }

  const claim = () => jobs.claim(name, clock(), leaseMs);

  async function lane(first: Job | null, stopping: AbortSignal): Promise<void> {
    for (let job = first; job !== null; job = stopping.aborted ? null : await claim()) await attempt(job);
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
