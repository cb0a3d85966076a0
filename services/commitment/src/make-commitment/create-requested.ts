import { randomBytes } from 'node:crypto';
import { type MakeCommitmentRequest, newCollaborationId } from '@ksbb/contracts';
import { unprocessable } from '@ksbb/service-kit';
import { fingerprint, hashPin, pinOf } from '../access/pin.ts';
import { evolve, initialState, type MadeCommitment, type Request } from '../commitment/commitment.ts';
import { decide } from '../commitment/decide.ts';
import { type Boards, type Commitments, findBoards } from '../stores.ts';

export type Requesting = { boards: Boards; commitments: Commitments; clock: () => Date; pinSecret: string };

/** @throws Problem 422 that names every line whose MSME has no board */
async function requireKnownMsmes(boards: Boards, lines: MakeCommitmentRequest['lines']): Promise<void> {
  const found = await findBoards(boards, [...new Set(lines.map(({ msmeId }) => msmeId))]);
  const known = new Set(found.map((board) => (board.status === 'unknown' ? '' : board.msmeId)));
  const errors = lines.flatMap(({ msmeId }, at) => {
    return known.has(msmeId) ? [] : [{ pointer: `/lines/${at}/msmeId`, detail: `There is no MSME ${msmeId} here.` }];
  });
  if (errors.length > 0) throw unprocessable('no-such-msme', 'Some of the MSMEs do not exist here.', errors);
}

function requestOf(
  collaborationId: string,
  { donor, lines }: MakeCommitmentRequest,
): Omit<Request, 'requestedAt' | 'access'> {
  return {
    collaborationId,
    origin: { kind: 'donor' },
    donorName: donor.anonymous ? null : donor.name,
    lines: lines.map((line, at) => ({ ...line, lineId: `${collaborationId}.${at + 1}` })),
  };
}

/** @throws Problem 422 `idempotency-key-reused` where the first request had another body */
function requireSameBody({ request }: MadeCommitment, body: string): void {
  if (request.access?.body === body) return;
  throw unprocessable('idempotency-key-reused', 'This Idempotency-Key was used before with another body.', [
    {
      pointer: 'header Idempotency-Key',
      detail: 'Send a fresh key with a new request, and the same body with a repeat.',
    },
  ]);
}

/**
 * The commitment of this request: a new one that is reserving, or the one that the same request made before. Parallel
 * repeats make one commitment, because the Idempotency-Key is unique.
 * @throws Problem 422 `no-such-msme`, `idempotency-key-reused`
 */
export async function createRequested(
  parts: Requesting,
  body: MakeCommitmentRequest,
  idempotencyKey: string,
): Promise<MadeCommitment> {
  const { boards, commitments, clock, pinSecret } = parts;
  const collaborationId = newCollaborationId(randomBytes);
  const hashing = hashPin(pinSecret, pinOf(pinSecret, idempotencyKey, collaborationId));
  const [pin] = await Promise.all([hashing, requireKnownMsmes(boards, body.lines)]);
  const print = fingerprint(pinSecret, idempotencyKey, body);
  const request = { ...requestOf(collaborationId, body), access: { ...print, pin } };

  const events = decide(initialState, { type: 'request', request }, clock());
  if ('refused' in events) throw new Error(`a new commitment was refused: ${events.refused}`);
  const created = await commitments.createMany([{ id: collaborationId, events }]);
  const state =
    created === 1
      ? events.reduce(evolve, initialState)
      : (await commitments.loadByKey('idempotencyKey', print.key))?.state;
  if (state === undefined || state.status === 'none')
    throw new Error(`${collaborationId} belongs to another request; a repeat draws a new ID`);
  requireSameBody(state, print.body);
  return state;
}
