import {
  commitmentClosed,
  commitmentConfirmed,
  lineDelivered,
  lineReceiptConfirmed,
  lineReleased,
} from '@ksbb/contracts';
import type { DocumentStore, Stored, StoreDefinition } from '@ksbb/document-store';
import { type Commitment, type CommitmentEvent, evolve, noCommitment } from '../commitment/commitment.ts';

export type Commitments = DocumentStore<Commitment, CommitmentEvent>;

/**
 * `idempotencyKey` is the hash of the key of the request that made it. `reservingSince` is there only until the reserving
 * ends, so its sparse index is as small as the work that is left; the id behind the time makes it unique.
 */
function keysOf(state: Commitment): Record<string, string> {
  if (state.status === 'none') return {};
  const { access, requestedAt, collaborationId } = state.request;
  return {
    ...(access === null ? {} : { idempotencyKey: access.key }),
    ...(state.status === 'reserving' ? { reservingSince: `${requestedAt} ${collaborationId}` } : {}),
  };
}

/** Commitments by collaboration ID. */
export const commitmentStore: StoreDefinition<Commitment, CommitmentEvent> = {
  collection: 'commitments',
  initial: noCommitment,
  evolve,
  publishes: [commitmentConfirmed, lineDelivered, lineReceiptConfirmed, lineReleased, commitmentClosed],
  keys: { names: ['idempotencyKey', 'reservingSince'], of: keysOf },
};

/** Commitments that have been reserving since `before` or longer. */
export function reservingSince(commitments: Commitments, before: Date, limit: number): Promise<Stored<Commitment>[]> {
  return commitments.find({ 'keys.reservingSince': { $lt: before.toISOString() } }, limit);
}
