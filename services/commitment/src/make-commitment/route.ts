import { makeCommitmentAnswer, makeCommitmentRequest } from '@ksbb/contracts';
import { conflict, defineRoute, type Route } from '@ksbb/service-kit';
import { pinOf } from '../access/pin.ts';
import type { MadeCommitment } from '../commitment/commitment.ts';
import { reserveAndConfirm, type Reservations } from '../reserving/reserve-and-confirm.ts';
import type { Contacts } from '../stores/contacts.ts';
import { createRequested } from './create-requested.ts';

type Parts = Reservations & { contacts: Contacts; pinSecret: string };

/** @throws Problem 409 `nothing-left-to-cover` with `lines` where no line of it holds */
function requireCovered(commitment: MadeCommitment) {
  if (commitment.status === 'reserving') throw new Error(`${commitment.request.collaborationId} is still reserving`);
  if (commitment.lines.length > 0) return commitment;
  const lines = commitment.outcomes;
  throw conflict('nothing-left-to-cover', 'Nothing of what you want to give is still needed there; `lines` says why.', {
    lines,
  });
}

/**
 * `POST /commitments`: reserves what is open of each need asked for. The same key with the same body is answered the same
 * again, the PIN included; what an earlier try left undone is done first. Contact data is kept only where something is
 * covered.
 */
export function makeCommitment(parts: Parts): Route {
  const { contacts, pinSecret } = parts;
  return defineRoute({
    method: 'post',
    path: '/commitments',
    operationId: 'makeCommitment',
    summary: 'Commit to help: reserves what is still open of each need, and gives the collaboration ID and its PIN.',
    body: makeCommitmentRequest,
    idempotent: true,
    answers: {
      201: {
        description: 'What is covered, line by line in the order asked. The PIN is shown only here.',
        schema: makeCommitmentAnswer,
      },
      409: {
        description: 'nothing-left-to-cover: nothing is covered; `lines` says why, line by line in the order asked.',
      },
      422: { description: 'unknown-msme, or idempotency-key-reused: the key came before with another body.' },
    },
    handle: async ({ body, idempotencyKey }) => {
      const made = await createRequested(parts, body, idempotencyKey);
      const { request, outcomes } = requireCovered(
        made.status === 'reserving' ? await reserveAndConfirm(parts, made) : made,
      );
      const { collaborationId, requestedAt } = request;
      await contacts.keep(collaborationId, { ...body.donor, phone: body.donor.phone ?? null }, new Date(requestedAt));
      return {
        status: 201,
        body: { collaborationId, pin: pinOf(pinSecret, idempotencyKey, collaborationId), lines: outcomes },
      };
    },
  });
}
