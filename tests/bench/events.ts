import { type Envelope, envelope, lineDelivered } from '@ksbb/contracts';
import type { Options } from 'amqplib';

const KILOBYTE = 1024;
const SUBJECTS = 500;

/** A real event, filled up to 1 KB; consecutive ones are about different subjects. */
export function exampleEvent(at: number): Envelope {
  const data = { ...lineDelivered.example, note: '' };
  const bare = envelope(
    lineDelivered,
    `${data.collaborationId}-${at % SUBJECTS}`,
    Math.floor(at / SUBJECTS) + 1,
    data,
    new Date(),
  );
  return { ...bare, data: { ...data, note: 'x'.repeat(Math.max(0, KILOBYTE - JSON.stringify(bare).length)) } };
}

/** An event as every side sends it: the same bytes with the same properties. */
export type Message = { content: Buffer; options: Options.Publish & { messageId: string } };

/** A sampled trace, as in the header of a message that a traced service sent. */
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

export function messageOf(event: Envelope, traced = false): Message {
  return {
    content: Buffer.from(JSON.stringify(event)),
    options: {
      persistent: true,
      mandatory: true,
      messageId: event.id,
      type: event.type,
      contentType: 'application/cloudevents+json',
      ...(traced ? { headers: { traceparent: TRACEPARENT } } : {}),
    },
  };
}

/** `inFlight` callers, each of which begins its next operation when its last one ended. */
export async function inParallel(
  operations: number,
  inFlight: number,
  work: (at: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < operations; at = next++) await work(at);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}
