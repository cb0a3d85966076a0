import type { contractDeclined, EventOf } from '@ksbb/contracts';
import type { Reservations } from '../reserving/reserve-and-confirm.ts';
import { applyToCommitment } from './apply.ts';

/** A loan that does not come about leaves its need open for others. */
export async function releaseLineWhenContractIsDeclined(
  { data }: EventOf<typeof contractDeclined>,
  reservations: Reservations,
): Promise<void> {
  await applyToCommitment(reservations, data.collaborationId, {
    type: 'release',
    lineIds: [data.loanId],
    reason: 'contract-declined',
  });
}
