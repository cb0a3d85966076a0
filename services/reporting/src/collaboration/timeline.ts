import type { Timeline } from '@ksbb/contracts';
import { forTimeline } from '../privacy/withheld.ts';
import { type Entry, inOrder } from './entry.ts';

/** Every event of a collaboration, oldest first. */
export function timelineOf(collaborationId: string, entries: readonly Entry[]): Timeline {
  return {
    collaborationId,
    entries: inOrder(entries).map(({ eventId, event, time, data }) => ({
      eventId,
      event,
      time,
      data: forTimeline(event, data),
    })),
  };
}
