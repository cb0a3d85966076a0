import type { commitmentConfirmed, EventOf } from '@ksbb/contracts';
import type { Reactions } from './reactions.ts';
import { capitalLines, requestLoan, termsOf } from './request-loan.ts';

/** Each capital line of a donor becomes a loan of new money. */
export async function requestLoansWhenDonorCommits(
  event: EventOf<typeof commitmentConfirmed>,
  deps: Reactions,
): Promise<void> {
  const { origin, collaborationId } = event.data;
  if (origin.kind !== 'donor') return;
  for (const line of capitalLines(event)) {
    const lots = [{ donorCollaborationId: collaborationId, generation: 1, amountRupiah: line.amountRupiah }];
    await requestLoan(deps, termsOf(collaborationId, line, lots, null));
  }
}
