import { fieldErrors } from '@ksbb/service-kit';
import type { z } from 'zod';
import { CallFailed, type Delivery, type Malformed } from './partner.ts';

/** Reads a message that is known to be the partner's by the agreed schema, or says which fields do not fit. */
export function readMessage<T extends z.ZodType>(
  schema: T,
  body: unknown,
  deliveryId: string,
  toDelivery: (message: z.output<T>) => Delivery,
): Delivery | Malformed {
  const result = schema.safeParse(body);
  return result.success ? toDelivery(result.data) : { deliveryId, errors: fieldErrors(result.error) };
}

/** The value of a JSON text; undefined where it is none. */
export function jsonOf(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The body of an answer by the agreed schema. @throws CallFailed in doubt where it does not fit: nobody knows what it means */
export function understood<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new CallFailed('in-doubt', 'the answer does not have the agreed shape');
}
