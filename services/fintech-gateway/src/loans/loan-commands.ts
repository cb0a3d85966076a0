import type { Partner } from '@ksbb/contracts';
import { decide, type LoanCommand, type LoanRefusal } from './core/decide.ts';
import type { Terms } from './core/loan.ts';
import type { Jobs } from './stores/jobs.ts';
import type { LoanStore } from './stores/loans.ts';

type Parts = {
  loans: Pick<LoanStore, 'decide'>;
  /** Contracts that have to be sent to a partner, or taken back. */
  jobs: Pick<Jobs, 'add' | 'addAgain'>;
  /** Whether the gateway has an adapter for a partner. */
  hasPartner: (partner: Partner) => boolean;
  /** There is work for the forwarder of a partner. */
  notify: (partner: Partner) => void;
  clock: () => Date;
};

/** The commands of which a job follows. A repeat changes nothing. */
export type LoanCommands = {
  /** Requests a loan and has it sent to its partner. */
  request: (terms: Terms) => Promise<LoanRefusal | { refused: 'no-such-partner' } | null>;
  /** Cancels a loan whose line was released. The partner is asked where it may know the contract. */
  cancel: (loanId: string, reason: string) => Promise<LoanRefusal | null>;
  /** Has a suspended contract sent to its partner again. */
  resume: (loanId: string) => Promise<LoanRefusal | null>;
};

/**
 * The job is added after the loan has changed, and again by a repeat, so that a crash in between loses none. The
 * forwarder drops a job that its loan does not need.
 */
export function createLoanCommands({ loans, jobs, hasPartner, notify, clock }: Parts): LoanCommands {
  const decideOn = (loanId: string, command: LoanCommand) =>
    loans.decide<LoanRefusal>(loanId, (loan) => decide(loan, command, clock()));

  async function enqueueAgain(loanId: string, partner: Partner): Promise<void> {
    await jobs.addAgain(loanId, partner, clock());
    notify(partner);
  }

  return {
    request: async (terms) => {
      if (!hasPartner(terms.partner)) return { refused: 'no-such-partner' };
      const result = await decideOn(terms.loanId, { type: 'request', terms });
      if ('refused' in result) return result;
      if (result.state.status !== 'requested') return null;
      await jobs.add(terms.loanId, terms.partner, clock());
      notify(terms.partner);
      return null;
    },
    cancel: async (loanId, reason) => {
      const result = await decideOn(loanId, { type: 'cancel', reason });
      if ('refused' in result) return result;
      const { state } = result;
      if (state.status !== 'unknown' && state.status !== 'cancelled' && state.cancelling !== null)
        await enqueueAgain(loanId, state.terms.partner);
      return null;
    },
    resume: async (loanId) => {
      const result = await decideOn(loanId, { type: 'resume' });
      if ('refused' in result) return result;
      if (result.state.status === 'unknown') return { refused: 'no-such-loan' };
      await enqueueAgain(loanId, result.state.terms.partner);
      return null;
    },
  };
}
