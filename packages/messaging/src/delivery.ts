import { EVENT_BYTES_LIMIT, envelopeSchema, type ReceivedEvent } from '@ksbb/contracts';
import { fieldErrors } from '@ksbb/service-kit';
import type { ConsumeMessage } from 'amqplib';
import type { Subscription } from './subscription.ts';
import { RETRY_TIERS } from './topology.ts';

export const CONTENT_TYPE = 'application/cloudevents+json';
const ATTEMPT_HEADER = 'x-ksbb-attempt';

export type Fault = 'too-large' | 'wrong-content-type' | 'invalid' | 'no-such-schema';
export type Parsed = { event: ReceivedEvent; subscriptions: Subscription<never>[] } | { reason: Fault; error: Error };

/** Finished attempts before this one, by our own header; anything that is not such a number counts as none. */
export function attemptOf(message: ConsumeMessage): number {
  const value: unknown = message.properties.headers?.[ATTEMPT_HEADER];
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= RETRY_TIERS.length ? value : 0;
}

export const attemptHeader = (attempt: number) => ({ [ATTEMPT_HEADER]: attempt });

/**
 * How often the broker took the message back from a consumer that did not finish it. Quorum queues count that: up to
 * RabbitMQ 4.2 in x-delivery-count, from 4.3 on, where that counts refusals only, in x-acquired-count.
 */
export function redeliveriesOf({ properties: { headers } }: ConsumeMessage): number {
  const counts: unknown[] = [headers?.['x-delivery-count'], headers?.['x-acquired-count']];
  return Math.max(0, ...counts.filter((count) => typeof count === 'number'));
}

/** A message that names no content type is judged by what it holds. */
const isJson = (contentType: unknown) =>
  contentType === undefined ||
  contentType === CONTENT_TYPE ||
  (typeof contentType === 'string' && /^application\/cloudevents\+json *(; *charset="?utf-8"?)?$/i.test(contentType));

type Misfit = Parameters<typeof fieldErrors>[0];

/** What is wrong with which field, in one line, for those who read dead letters. */
const faultsOf = (error: Misfit, place = '') =>
  fieldErrors(error, place)
    .map(({ pointer, detail }) => `${pointer}: ${detail}`)
    .join('; ');

function jsonOf(content: Buffer): { value: unknown } | { why: string } {
  try {
    return { value: JSON.parse(content.toString('utf8')) };
  } catch (error) {
    return { why: (error as Error).message };
  }
}

/** Checks a message against its contract before anything else is done with it. */
export function parseMessage(
  { content, properties }: ConsumeMessage,
  byType: Map<string, Subscription<never>[]>,
): Parsed {
  const fault = (reason: Fault, why: string) => ({ reason, error: new Error(why) });
  if (content.length >= EVENT_BYTES_LIMIT)
    return fault('too-large', `${content.length} bytes; an event has less than ${EVENT_BYTES_LIMIT}`);
  if (!isJson(properties.contentType))
    return fault('wrong-content-type', `${String(properties.contentType).slice(0, 100)}; an event is ${CONTENT_TYPE}`);
  const json = jsonOf(content);
  if ('why' in json) return fault('invalid', json.why);
  const parsed = envelopeSchema.safeParse(json.value);
  if (!parsed.success) return fault('invalid', faultsOf(parsed.error));
  const envelope = parsed.data;
  const subscriptions = byType.get(envelope.type);
  const contract = subscriptions?.[0]?.event;
  if (subscriptions === undefined || contract === undefined)
    return fault('no-such-schema', `${envelope.type} is not subscribed to here`);
  const data = contract.data.safeParse(envelope.data);
  if (!data.success) return fault('invalid', faultsOf(data.error, '/data'));
  return { event: { ...envelope, version: Number(envelope.sequence), data: data.data }, subscriptions };
}
