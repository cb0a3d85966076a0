import { createHash } from 'node:crypto';
import { type EventOf, newCollaborationId, type relendProposed } from '@ksbb/contracts';
import { reserveAndConfirm, type Reservations } from '../reserving/reserve-and-confirm.ts';
import { applyToCommitment } from './apply.ts';

/** The collaboration ID of a relend: always the same, so a repeated proposal finds what the first one made. */
function collaborationIdOf(relendId: string): string {
  let draws = 0;
  return newCollaborationId((size) => {
    draws += 1;
    return createHash('sha256').update(`${relendId} ${draws}`).digest().subarray(0, size);
  });
}

/**
 * Repaid money becomes a commitment of its own where the need is still open; where nothing of it is, the commitment is
 * closed at once, which tells the gateway to look for another MSME. It has no donor, hence neither PIN nor contact.
 */
export async function makeCommitmentWhenRelendIsProposed(
  { data }: EventOf<typeof relendProposed>,
  reservations: Reservations,
): Promise<void> {
  const { relendId, msmeId, needId, amountRupiah, partner, instalments } = data;
  const collaborationId = collaborationIdOf(relendId);
  const lines = [
    { lineId: `${collaborationId}.1`, package: 'capital' as const, msmeId, needId, amountRupiah, partner, instalments },
  ];
  const request = {
    collaborationId,
    origin: { kind: 'relend' as const, relendId },
    donorName: null,
    lines,
    access: null,
  };
  const made = await applyToCommitment(reservations, collaborationId, { type: 'request', request });
  if (made.status === 'reserving') await reserveAndConfirm(reservations, made);
}
