import { z } from 'zod';
import { collaborationId, timestamp } from '../primitives.ts';

/** Answer of `GET /collaborations/:collaborationId/timeline`: every event of the collaboration, oldest first, without personal data. */
export const timeline = z.object({
  collaborationId,
  entries: z.array(
    z.object({
      eventId: z.string(),
      /** The event's name, such as `line-delivered`. */
      event: z.string(),
      time: timestamp,
      data: z.record(z.string(), z.unknown()),
    }),
  ),
});
export type Timeline = z.output<typeof timeline>;
