import { makeCommitmentAnswer, makeCommitmentRequest } from '@ksbb/contracts';
import { conflict, defineRoute, type Route } from '@ksbb/service-kit';
import { pinOf } from '../access/pin.ts';
import type { MadeCommitment } from '../commitment/commitment.ts';
import type { Contacts } from '../stores.ts';
import { createRequested } from './create-requested.ts';
import { type ReservationParts, reserveAndConfirm } from './reservation-process.ts';

type Parts = ReservationParts & { contacts: Contacts; pinSecret: string; partners: readonly string[] };

/** The body of a request, whose loans may go through these partners only. */
function bodyWith(partners: readonly string[]) {
  const message = `one of the partner fintechs: ${partners.join(', ')}`;
  return makeCommitmentRequest.superRefine(({ lines }, context) => {
    for (const [at, line] of lines.entries())
      if (line.package === 'capital' && !partners.includes(line.partner))
        context.addIssue({ code: 'custom', path: ['lines', at, 'partner'], message, input: line.partner });
  });
}

/** @throws Problem 409 `nothing-left-to-cover` with `lines` where no line is covered */
function requireCovered(commitment: MadeCommitment) {
  if (commitment.status === 'reserving') throw new Error(`${commitment.request.collaborationId} is still reserving`);
  if (commitment.lines.length > 0) return commitment;
  const detail = 'None of this help is still needed there. `lines` says why.';
  throw conflict('nothing-left-to-cover', detail, { lines: commitment.outcomes });
}

/**
 * `POST /commitments`: reserves what is open of each requested need. A repeat with the same key and body finishes what
 * the first request left undone and gets the same answer, PIN included. Contact data is stored only where something is
 * covered.
 */
export function makeCommitment(parts: Parts): Route {
  const { contacts, pinSecret, partners } = parts;
  return defineRoute({
    auth: 'public',
    method: 'post',
    path: '/commitments',
    operationId: 'makeCommitment',
    summary: 'Commit to help: reserves what is still open of each need and returns the collaboration ID and its PIN.',
    body: bodyWith(partners),
    idempotent: true,
    answers: {
      201: {
        description: 'What is covered, line by line in the order asked. Only this answer has the PIN.',
        schema: makeCommitmentAnswer,
      },
      409: {
        description: 'nothing-left-to-cover: nothing is covered. `lines` says why, in the order asked.',
      },
      422: {
        description: 'no-such-msme, or idempotency-key-reused: the first request with this key had another body.',
      },
    },
    handle: async ({ body, idempotencyKey }) => {
      const made = await createRequested(parts, body, idempotencyKey);
      const { request, outcomes } = requireCovered(
        made.status === 'reserving' ? await reserveAndConfirm(parts, made) : made,
      );
      const { collaborationId, requestedAt } = request;
      await contacts.insert(collaborationId, { ...body.donor, phone: body.donor.phone ?? null }, new Date(requestedAt));
      return {
        status: 201,
        body: { collaborationId, pin: pinOf(pinSecret, idempotencyKey, collaborationId), lines: outcomes },
      };
    },
  });
}
