import { timeline, typedCollaborationId } from '@ksbb/contracts';
import { defineRoute, notFound, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { Entry } from '../collaboration/entry.ts';
import { timelineOf } from '../collaboration/timeline.ts';
import type { FactSets } from '../stores/fact-sets.ts';

export function showTimeline({ collaborations }: { collaborations: FactSets<Entry> }): Route {
  return defineRoute({
    method: 'get',
    path: '/collaborations/:collaborationId/timeline',
    operationId: 'showTimeline',
    summary: 'Every event of a collaboration, oldest first, for anyone with its ID.',
    params: z.object({ collaborationId: typedCollaborationId }),
    answers: { 200: { description: 'The events that came in so far.', schema: timeline } },
    handle: async ({ params: { collaborationId } }) => {
      const found = await collaborations.load(collaborationId);
      if (found === null)
        throw notFound(
          'no-such-collaboration',
          `Nothing is known of ${collaborationId}. A new one appears here within seconds.`,
        );
      return { status: 200, body: timelineOf(collaborationId, found.facts) };
    },
  });
}
