import { type Envelope, envelope, lineDelivered } from '@ksbb/contracts';

const KILOBYTE = 1024;

/** A real event, filled up to about 1 KB. */
export function exampleEvent(at: number): Envelope {
  const data = { ...lineDelivered.example, note: '' };
  const bare = envelope(lineDelivered, data.collaborationId, at + 1, data, new Date());
  return { ...bare, data: { ...data, note: 'x'.repeat(Math.max(0, KILOBYTE - JSON.stringify(bare).length)) } };
}
