import { z } from 'zod';
import { pageOf, timestamp } from '../primitives.ts';

/** One event of `GET /events`, the open archive: no names of donors, no free text, no links. */
export const archivedEvent = z.object({
  eventId: z.string(),
  type: z.string(),
  subject: z.string(),
  version: z.int().min(1),
  time: timestamp,
  data: z.record(z.string(), z.unknown()),
});

/** Answer of `GET /events`, in the order of event ids: by producer, subject and version as text, not by time. */
export const archivePage = pageOf(archivedEvent);
export type ArchivePage = z.output<typeof archivePage>;
