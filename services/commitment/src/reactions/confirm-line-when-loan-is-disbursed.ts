import type { EventOf, loanDisbursed } from '@ksbb/contracts';
import type { Reservations } from '../reserving/reserve-and-confirm.ts';
import { applyToCommitment } from './apply.ts';

/** A loan that is paid out has arrived on its line; a loan has the id of its line. */
export async function confirmLineWhenLoanIsDisbursed(
  { id, data }: EventOf<typeof loanDisbursed>,
  reservations: Reservations,
): Promise<void> {
  const { collaborationId, loanId, amountRupiah } = data;
  await applyToCommitment(reservations, collaborationId, {
    type: 'record-disbursement',
    reportId: id,
    lineId: loanId,
    amountRupiah,
  });
}
