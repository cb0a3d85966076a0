import { parseCollaborationId } from '@ksbb/contracts';
import { notFound, Problem } from '@ksbb/service-kit';
import { z } from 'zod';
import type { MadeCommitment } from '../commitment/commitment.ts';
import type { Commitments } from '../stores.ts';

/** Path parameter of every route below `/collaborations`, as a person typed it. */
export const collaborationParams = z.object({ collaborationId: z.string() });

const MISTYPED = {
  'wrong-length': 'It has 12 letters and digits after KSBB; this one has more or fewer.',
  'unknown-character': 'It has digits and letters except I, L, O and U; this one has another character.',
  'wrong-check-character': 'Its last character does not match the others: one of them is mistyped, or two are swapped.',
} as const;

/**
 * The commitment whose collaboration ID a person typed.
 * @throws Problem 400 `mistyped-collaboration-id` with the mistake, 404 `no-such-collaboration`
 */
export async function findCommitment(commitments: Commitments, typed: string): Promise<MadeCommitment> {
  const parsed = parseCollaborationId(typed);
  if (!parsed.ok) {
    throw new Problem(400, 'mistyped-collaboration-id', 'This is not a collaboration ID such as KSBB-7Q2M-9ZK4-T0XB.', {
      errors: [{ pointer: 'path collaborationId', detail: MISTYPED[parsed.reason] }],
      extensions: { reason: parsed.reason },
    });
  }
  const state = (await commitments.load(parsed.id))?.state;
  if (state === undefined || state.status === 'none')
    throw notFound('no-such-collaboration', `There is no collaboration ${parsed.id}.`);
  return state;
}
