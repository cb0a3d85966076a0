import type { Partner } from '@ksbb/contracts';
import { sumOfLots } from '../kernel/lots.ts';
import { decide, type RelendingRefusal } from './relending/decide.ts';
import { nextInNeed } from './relending/next-in-need.ts';
import type { Candidates } from './stores/candidates.ts';
import type { Loans } from '../loans/stores/loans.ts';
import type { Relendings } from './stores/relendings.ts';

type Parts = {
  loans: Loans;
  relendings: Relendings;
  candidates: Candidates;
  /** Whether an officer decides on lending on a partner's money. */
  needsApproval?: (partner: Partner) => boolean;
};

const AT_ONCE = 50;

export type LendOn = {
  /** Offers money that waits to the next MSME in need; where there is none it goes on waiting. */
  propose: (relendingId: string) => Promise<void>;
  /** `propose` for money that found nobody before, or whose turn was lost in a crash. */
  sweep: (stopping: AbortSignal) => Promise<void>;
};

export function createLendOn({ loans, relendings, candidates, needsApproval = () => false }: Parts): LendOn {
  async function propose(relendingId: string): Promise<void> {
    const relending = (await relendings.load(relendingId))?.state;
    if (relending?.status !== 'waiting') return;
    const reached = await loans.reachedKecamatan(relending.origin.partner);
    const shortlist = await candidates.shortlist(reached, relending.tried);
    const to = nextInNeed(shortlist, reached, sumOfLots(relending.pool));
    if (to === null) return;
    const approval = needsApproval(relending.origin.partner);
    await relendings.decide<RelendingRefusal>(relendingId, (state) => decide(state, { kind: 'propose', to, approval }));
  }

  return {
    propose,
    sweep: async (stopping) => {
      for (const id of await relendings.waiting(AT_ONCE)) {
        if (stopping.aborted) return;
        await propose(id);
      }
    },
  };
}
