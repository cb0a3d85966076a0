import { msmeLinks } from '@ksbb/contracts';
import { defineRoute, requireBearer, type Route } from '@ksbb/service-kit';
import type { Capabilities } from '../access/capability.ts';
import { collaborationParams, findCommitment } from '../access/find-commitment.ts';
import { msmesOf } from '../commitment/commitment.ts';
import type { Commitments } from '../stores/commitments.ts';

type Parts = { commitments: Commitments; capabilities: Capabilities; operatorToken: string };

/** `GET /collaborations/:collaborationId/msme-links`, for officers: the token that each MSME of it is sent in its link. */
export function linkMsmes({ commitments, capabilities, operatorToken }: Parts): Route {
  return defineRoute({
    method: 'get',
    path: '/collaborations/:collaborationId/msme-links',
    operationId: 'linkMsmes',
    summary: 'For officers: a token for each MSME of a collaboration, good for 90 days.',
    params: collaborationParams,
    bearer: true,
    answers: { 200: { description: 'One link for each MSME, newly made.', schema: msmeLinks } },
    handle: async ({ params, request }) => {
      requireBearer(request, operatorToken);
      const commitment = await findCommitment(commitments, params.collaborationId);
      const { collaborationId } = commitment.request;
      const links = msmesOf(commitment).map(async ({ msmeId, msmeName }) => {
        return { msmeId, msmeName, ...(await capabilities.issue({ sub: collaborationId, role: 'msme', msmeId })) };
      });
      return { status: 200, body: { links: await Promise.all(links) } };
    },
  });
}
