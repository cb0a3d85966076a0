import { createHash } from 'node:crypto';
import {
  type contractDeclined,
  type EventOf,
  type lineReceiptConfirmed,
  type lineReleased,
  type loanDisbursed,
  type Msme,
  type msmeDelisted,
  type msmeListed,
  type msmeUpdated,
  newCollaborationId,
  type relendProposed,
  type trainingCancelled,
  type trainingHeld,
} from '@ksbb/contracts';
import { RejectedEvent, RetryLater } from '@ksbb/messaging';
import type { CommitmentCommand } from './commitment/commands.ts';
import type { Commitment } from './commitment/commitment.ts';
import { decide as decideCommitment } from './commitment/decide.ts';
import { reserveAndConfirm, type ReservationParts } from './make-commitment/reservation-process.ts';
import type { Reservation } from './needs-board/board.ts';
import { outstanding } from './needs-board/coverage.ts';
import { type BoardCommand, decide as decideBoard } from './needs-board/decide.ts';

/** Applies a command to a board. @throws RejectedEvent where the event names a line that the board never reserved */
export async function applyToBoard({ boards }: ReservationParts, msmeId: string, command: BoardCommand): Promise<void> {
  const result = await boards.decide(msmeId, (state) => decideBoard(state, command));
  if ('refused' in result) throw new RejectedEvent(`the board of ${msmeId} refused ${command.type}: ${result.refused}`);
}

/**
 * Applies a command to a commitment and returns its new state.
 * @throws RetryLater while the commitment is reserving, RejectedEvent where the event names what the commitment does
 * not hold
 */
export async function applyToCommitment(
  { commitments, clock }: ReservationParts,
  collaborationId: string,
  command: CommitmentCommand,
): Promise<Commitment> {
  const result = await commitments.decide(collaborationId, (state) => decideCommitment(state, command, clock()));
  if (!('refused' in result)) return result.state;
  const reason = `${collaborationId} refused ${command.type}: ${result.refused}`;
  if (result.refused === 'not-confirmed-yet' && (await commitments.load(collaborationId)) !== null)
    throw new RetryLater(reason);
  throw new RejectedEvent(reason);
}

function declare(parts: ReservationParts, version: number, { msmeId, name, area, needs }: Msme, listed: boolean) {
  const msme = { msmeId, name, area, needs };
  return applyToBoard(parts, msmeId, { type: 'declare', msme, version, listed });
}

/** Puts the declared needs on the board. Reservations stay. The newest state of the MSME wins. */
export async function declareNeedsWhenMsmeIsListedOrUpdated(
  { data, version }: EventOf<typeof msmeListed> | EventOf<typeof msmeUpdated>,
  parts: ReservationParts,
): Promise<void> {
  await declare(parts, version, data, true);
}

/** Nothing can be reserved on the board any more, unless the MSME was listed again since. */
export async function takeNeedsOffWhenMsmeIsDelisted(
  { data, version }: EventOf<typeof msmeDelisted>,
  parts: ReservationParts,
): Promise<void> {
  await declare(parts, version, data, false);
}

/** A line id is its collaboration ID, a dot and a number. */
const collaborationOf = ({ lineId }: Reservation) => lineId.slice(0, lineId.lastIndexOf('.'));

/**
 * Releases what is outstanding on the lines of the MSME, commitment by commitment. Lines that were reserved after a
 * newer listing stay reserved, so the outcome does not depend on how late the event arrives.
 */
export async function releaseLinesWhenMsmeIsDelisted(
  { data, version }: EventOf<typeof msmeDelisted>,
  parts: ReservationParts,
): Promise<void> {
  const board = (await parts.boards.load(data.msmeId))?.state;
  if (board === undefined || board.status === 'unknown') return;
  const awaited = board.needs
    .flatMap((row) => row.reservations)
    .filter((line) => line.msmeVersion < version && outstanding(line) > 0);
  for (const [collaborationId, lines] of Map.groupBy(awaited, collaborationOf)) {
    const lineIds = lines.map(({ lineId }) => lineId);
    await applyToCommitment(parts, collaborationId, { type: 'release', lineIds, reason: 'msme-delisted' });
  }
}

/** What the MSME received on a line counts as delivered on its board. */
export async function recordDeliveryWhenReceiptIsConfirmed(
  { data: { msmeId, lineId, reportId, confirmedAmount } }: EventOf<typeof lineReceiptConfirmed>,
  parts: ReservationParts,
): Promise<void> {
  const fact = { id: reportId, amount: confirmedAmount };
  await applyToBoard(parts, msmeId, { type: 'record-delivery', lineId, fact });
}

/** The released amount of a line is open again on its board. */
export async function releaseReservationWhenLineIsReleased(
  { id, data: { msmeId, lineId, releasedAmount } }: EventOf<typeof lineReleased>,
  parts: ReservationParts,
): Promise<void> {
  await applyToBoard(parts, msmeId, { type: 'release', lineId, fact: { id, amount: releasedAmount } });
}

/** A disbursed loan fulfils its line. A loan has the id of its line. */
export async function confirmLineWhenLoanIsDisbursed(
  { id: reportId, data: { collaborationId, loanId: lineId, amountRupiah } }: EventOf<typeof loanDisbursed>,
  parts: ReservationParts,
): Promise<void> {
  await applyToCommitment(parts, collaborationId, { type: 'record-disbursement', reportId, lineId, amountRupiah });
}

/** The need of a declined loan is open again. */
export async function releaseLineWhenContractIsDeclined(
  { data: { collaborationId, loanId } }: EventOf<typeof contractDeclined>,
  parts: ReservationParts,
): Promise<void> {
  await applyToCommitment(parts, collaborationId, {
    type: 'release',
    lineIds: [loanId],
    reason: 'contract-declined',
  });
}

/** Seats that were taken count as received. Seats that stayed empty are open again. */
export async function confirmLinesWhenTrainingIsHeld(
  { id: reportId, data }: EventOf<typeof trainingHeld>,
  parts: ReservationParts,
): Promise<void> {
  const participants = data.participants.map(({ lineId, attended }) => ({ lineId, attended }));
  await applyToCommitment(parts, data.collaborationId, { type: 'record-attendance', reportId, participants });
}

/** The seats of a cancelled training are open again. */
export async function releaseLinesWhenTrainingIsCancelled(
  { data: { collaborationId, lineIds } }: EventOf<typeof trainingCancelled>,
  parts: ReservationParts,
): Promise<void> {
  await applyToCommitment(parts, collaborationId, { type: 'release', lineIds, reason: 'training-cancelled' });
}

/** The collaboration ID follows from the relend alone, so a repeated proposal finds the commitment of the first one. */
function collaborationIdOf(relendId: string): string {
  let draws = 0;
  return newCollaborationId((size) => {
    draws += 1;
    return createHash('sha256').update(`${relendId} ${draws}`).digest().subarray(0, size);
  });
}

/**
 * Makes a commitment of repaid money where the need is still open. Where the need is not open the commitment is closed
 * at once, and the gateway then looks for another MSME. A relend has no donor, so it has neither PIN nor contact.
 */
export async function makeCommitmentWhenRelendIsProposed(
  { data }: EventOf<typeof relendProposed>,
  parts: ReservationParts,
): Promise<void> {
  const { relendId, msmeId, needId, amountRupiah, partner, instalments } = data;
  const collaborationId = collaborationIdOf(relendId);
  const lines = [
    { lineId: `${collaborationId}.1`, package: 'capital' as const, msmeId, needId, amountRupiah, partner, instalments },
  ];
  const origin = { kind: 'relend' as const, relendId };
  const request = { collaborationId, origin, donorName: null, lines, access: null };
  const made = await applyToCommitment(parts, collaborationId, { type: 'request', request });
  if (made.status === 'reserving') await reserveAndConfirm(parts, made);
}
