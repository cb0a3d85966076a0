import { capabilityAnswer, msmeLinks, openCollaborationRequest } from '@ksbb/contracts';
import { defineRoute, type Route } from '@ksbb/service-kit';
import type { Capabilities } from '../access/capability.ts';
import type { CheckPin } from '../access/check-pin.ts';
import { collaborationParams, findCommitment } from '../access/find-commitment.ts';
import { msmesOf } from '../commitment/commitment.ts';
import type { Commitments } from '../stores.ts';

type Parts = { commitments: Commitments; checkPin: CheckPin; capabilities: Capabilities };

/**
 * `POST /collaborations/:collaborationId/capability`: exchanges the PIN for a token, so that the PIN is not needed at
 * every step.
 */
export function openCollaboration({ commitments, checkPin, capabilities }: Parts): Route {
  return defineRoute({
    auth: 'public',
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

/** `GET /collaborations/:collaborationId/msme-links`, for officers: the token that goes into the link for each MSME. */
export function linkMsmes({ commitments, capabilities }: Omit<Parts, 'checkPin'>): Route {
  return defineRoute({
    auth: 'operator',
    method: 'get',
    path: '/collaborations/:collaborationId/msme-links',
    operationId: 'linkMsmes',
    summary: 'For officers: a token for each MSME of a collaboration, valid for 90 days.',
    params: collaborationParams,
    answers: { 200: { description: 'One link for each MSME, newly made.', schema: msmeLinks } },
    handle: async ({ params }) => {
      const commitment = await findCommitment(commitments, params.collaborationId);
      const { collaborationId } = commitment.request;
      const links = msmesOf(commitment).map(async ({ msmeId, msmeName }) => {
        return { msmeId, msmeName, ...(await capabilities.issue({ sub: collaborationId, role: 'msme', msmeId })) };
      });
      return { status: 200, body: { links: await Promise.all(links) } };
    },
  });
}
