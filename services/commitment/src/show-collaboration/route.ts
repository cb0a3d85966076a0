import { collaborationView } from '@ksbb/contracts';
import { defineRoute, type Route } from '@ksbb/service-kit';
import { collaborationParams, findCommitment } from '../access/find-commitment.ts';
import type { Commitments } from '../stores/commitments.ts';
import { viewOf } from './view.ts';

/** `GET /collaborations/:collaborationId`, for anyone who has the ID, as people write it. */
export function showCollaboration({ commitments }: { commitments: Commitments }): Route {
  return defineRoute({
    method: 'get',
    path: '/collaborations/:collaborationId',
    operationId: 'showCollaboration',
    summary: 'What a collaboration promised and what came of it, without contact data.',
    params: collaborationParams,
    answers: {
      200: { description: 'The collaboration.', schema: collaborationView },
      400: { description: 'mistyped-collaboration-id: the check character, the length or a character is wrong.' },
      404: { description: 'unknown-collaboration' },
    },
    handle: async ({ params }) => ({
      status: 200,
      body: viewOf(await findCommitment(commitments, params.collaborationId)),
    }),
  });
}
