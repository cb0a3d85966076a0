import type { EventOf, lineReceiptConfirmed } from '@ksbb/contracts';
import type { Reservations } from '../reserving/reserve-and-confirm.ts';
import { applyToBoard } from './apply.ts';

/** What has arrived on a line counts as delivered on its board. */
export async function recordDeliveryWhenReceiptIsConfirmed(
  { data }: EventOf<typeof lineReceiptConfirmed>,
  reservations: Reservations,
): Promise<void> {
  const { msmeId, lineId, reportId, confirmedAmount } = data;
  await applyToBoard(reservations, msmeId, {
    type: 'record-delivery',
    lineId,
    fact: { id: reportId, amount: confirmedAmount },
  });
}
