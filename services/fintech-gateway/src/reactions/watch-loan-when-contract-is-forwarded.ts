import type { contractForwarded, EventOf } from '@ksbb/contracts';
import type { Reactions } from './reactions.ts';

/** A partner has the contract: from now on it is asked where it says nothing for long. */
export async function watchLoanWhenContractIsForwarded(
  event: EventOf<typeof contractForwarded>,
  { watching, quietMs, clock }: Reactions,
): Promise<void> {
  const { loanId, partner } = event.data;
  await watching.add(loanId, partner, new Date(clock().getTime() + quietMs));
}
