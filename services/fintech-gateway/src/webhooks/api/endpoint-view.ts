import { z } from 'zod';
import type { Endpoint } from '../stores/endpoints.ts';
import { eventType } from '../event-types.ts';

export const endpointSchema = z.object({
  endpointId: z.string(),
  url: z.string(),
  description: z.string(),
  eventTypes: z.array(eventType),
  /** Why and since when it is sent nothing; null where it is. */
  disabled: z.object({ reason: z.enum(['by-partner', 'gone', 'failing']), at: z.iso.datetime() }).nullable(),
  /** Failures since the last success. */
  failures: z.int().min(0),
  failingSince: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});

/** An endpoint as its partner sees it: without its secrets. */
export function endpointView({
  endpointId,
  url,
  description,
  eventTypes,
  disabled,
  health,
  createdAt,
}: Endpoint): z.output<typeof endpointSchema> {
  return { endpointId, url, description, eventTypes, disabled, ...health, createdAt };
}

export const etagOf = ({ version }: Endpoint) => `"${version}"`;
