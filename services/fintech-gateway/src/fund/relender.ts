import type { Lot, Partner } from '@ksbb/contracts';
import { RejectedEvent } from '@ksbb/messaging';
import { sumOfLots } from '../kernel/lots.ts';
import { contractOf, type Loans, type Terms } from '../loans/open-loans.ts';
import { decide, type RelendingCommand, type RelendingRefusal } from './relending/decide.ts';
import { nextInNeed } from './relending/next-in-need.ts';
import { relendingIdOf, relendingIdOfProposal } from './relending/relending.ts';
import type { Candidates } from './stores/candidates.ts';
import type { Relendings } from './stores/relendings.ts';

type Parts = {
  loans: Pick<Loans, 'find' | 'reachedKecamatan'>;
  relendings: Pick<Relendings, 'load' | 'decide' | 'waiting'>;
  candidates: Pick<Candidates, 'shortlist'>;
  /** Whether an officer approves the proposals of a partner's money. */
  needsApproval: (partner: Partner) => boolean;
};

const SWEPT_AT_ONCE = 50;

type Confirmation = Omit<Extract<RelendingCommand, { type: 'confirm' }>, 'type'>;

/** Relends repaid money: proposes it to the next MSME in need, until nothing is left. A repeat changes nothing. */
export type Relender = {
  /** Money of a loan was repaid and can be relent. @throws RejectedEvent where the loan is not known */
  open: (loanId: string, partner: Partner, lots: Lot[]) => Promise<void>;
  /**
   * A proposal has become a commitment: its lots leave the pool. Gives the lots, and the loan that they come from.
   * @throws RejectedEvent where it does not follow from what was proposed
   */
  confirm: (confirmation: Confirmation) => Promise<{ lots: Lot[]; relentFrom: NonNullable<Terms['relentFrom']> }>;
  /** Others have covered the need: the money is proposed to the next MSME. */
  refuse: (relendId: string) => Promise<void>;
  /** A loan of repaid money was declined or cancelled: the money goes back to the pool, and to the next MSME. */
  takeBack: (loanId: string) => Promise<void>;
  /** An officer approves a proposal or turns it down. Says whether it waited. */
  decideApproval: (relendId: string, decision: 'approve' | 'turn-down') => Promise<boolean>;
  /** Proposes what is left after a confirmed proposal. */
  proposeRestOf: (relendId: string) => Promise<void>;
  /** Proposes money for which no MSME was in need before, or whose proposal was lost in a crash. */
  sweep: (stopping: AbortSignal) => Promise<void>;
};

export function createRelender({ loans, relendings, candidates, needsApproval }: Parts): Relender {
  const decideOn = (relendingId: string, command: RelendingCommand) =>
    relendings.decide<RelendingRefusal>(relendingId, (state) => decide(state, command));

  /** Proposes waiting money to the next MSME in need. If there is none, the money waits for the sweep. */
  async function propose(relendingId: string): Promise<void> {
    const relending = (await relendings.load(relendingId))?.state;
    if (relending?.status !== 'waiting') return;
    const { partner } = relending.origin;
    const reached = await loans.reachedKecamatan(partner);
    const to = nextInNeed(await candidates.shortlist(reached, relending.tried), reached, sumOfLots(relending.pool));
    if (to !== null) await decideOn(relendingId, { type: 'propose', to, approval: needsApproval(partner) });
  }

  async function decideAndPropose(relendingId: string, command: RelendingCommand): Promise<boolean> {
    const result = await decideOn(relendingId, command);
    if ('refused' in result) return false;
    await propose(relendingId);
    return true;
  }

  return {
    open: async (loanId, partner, lots) => {
      const loan = await loans.find(loanId);
      if (loan === null) throw new RejectedEvent(`loan ${loanId} is not known here`);
      // The next loan has as many instalments as this one had.
      const origin = { loanId, partner, instalments: loan.terms.instalments };
      await decideAndPropose(relendingIdOf(loanId), { type: 'open', origin, lots });
    },
    confirm: async (confirmation) => {
      const { relendId } = confirmation;
      const result = await decideOn(relendingIdOfProposal(relendId), { type: 'confirm', ...confirmation });
      if ('refused' in result) throw new RejectedEvent(`${relendId}: ${result.refused}`);
      if (result.state.status === 'unknown') throw new RejectedEvent(`${relendId} was never proposed`);
      const relent = result.state.relent.find((one) => one.relendId === relendId);
      const { loanId } = result.state.origin;
      const from = await loans.find(loanId);
      const contract = from === null ? null : contractOf(from);
      if (relent === undefined || contract === null) throw new RejectedEvent(`${relendId} comes from no known loan`);
      const { partnerContractId } = contract;
      return { lots: relent.lots, relentFrom: { loanId, partnerContractId } };
    },
    refuse: async (relendId) =>
      void (await decideAndPropose(relendingIdOfProposal(relendId), { type: 'refuse', relendId })),
    takeBack: async (loanId) => {
      const from = (await loans.find(loanId))?.terms.relentFrom ?? null;
      if (from !== null) await decideAndPropose(relendingIdOf(from.loanId), { type: 'take-back', loanId });
    },
    decideApproval: (relendId, decision) =>
      decideAndPropose(relendingIdOfProposal(relendId), { type: decision, relendId }),
    proposeRestOf: (relendId) => propose(relendingIdOfProposal(relendId)),
    sweep: async (stopping) => {
      for (const id of await relendings.waiting(SWEPT_AT_ONCE)) {
        if (stopping.aborted) return;
        await propose(id);
      }
    },
  };
}
