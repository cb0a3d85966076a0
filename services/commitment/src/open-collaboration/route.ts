import { capabilityAnswer, openCollaborationRequest } from '@ksbb/contracts';
import { defineRoute, type Route } from '@ksbb/service-kit';
import type { Capabilities } from '../access/capability.ts';
import type { CheckPin } from '../access/check-pin.ts';
import { collaborationParams, findCommitment } from '../access/find-commitment.ts';
import type { Commitments } from '../stores/commitments.ts';

type Parts = { commitments: Commitments; checkPin: CheckPin; capabilities: Capabilities };

/** `POST /collaborations/:collaborationId/capability`: the PIN for a token, so that it is not asked at every step. */
export function openCollaboration({ commitments, checkPin, capabilities }: Parts): Route {
  return defineRoute({
    method: 'post',
    path: '/collaborations/:collaborationId/capability',
    operationId: 'openCollaboration',
    summary: 'Exchange the PIN for a token that lets its bearer act as the donor for an hour.',
    params: collaborationParams,
    body: openCollaborationRequest,
    answers: {
      200: { description: 'The token.', schema: capabilityAnswer },
      403: { description: 'wrong-pin with `attemptsLeft`, or no-pin.' },
      429: { description: 'too-many-attempts, with Retry-After.' },
    },
    handle: async ({ params, body }) => {
      const commitment = await findCommitment(commitments, params.collaborationId);
      await checkPin(commitment, body.pin);
      return {
        status: 200,
        body: await capabilities.issue({ sub: commitment.request.collaborationId, role: 'donor' }),
      };
    },
  });
}
