import { connect, type ConfirmChannel, type GetMessage } from 'amqplib';
import { deadQueue, inQueue } from './topology.ts';

const CONNECT_TIMEOUT_MS = 5_000;

export type DeadLetter = {
  service: string;
  eventId: string;
  eventType: string;
  /** Why the consumer gave it up, such as `invalid` or `attempts-used-up`. */
  reason: string;
  error: string;
  deadAt: string | null;
  content: string;
};

/** What becomes of one dead letter. Replayed goes back to the queue it came from, with its own id. */
export type Fate = 'keep' | 'replay' | 'discard';

function toDeadLetter(service: string, message: GetMessage): DeadLetter {
  const header = (name: string): unknown => message.properties.headers?.[name];
  return {
    service,
    eventId: String(message.properties.messageId ?? 'none'),
    eventType: String(message.properties.type ?? 'none'),
    // Without our header the broker gave it up itself, at its delivery limit.
    reason: String(header('x-ksbb-reason') ?? header('x-first-death-reason') ?? 'none'),
    error: String(header('x-ksbb-error') ?? ''),
    deadAt: typeof header('x-ksbb-dead-at') === 'string' ? String(header('x-ksbb-dead-at')) : null,
    content: message.content.toString('utf8'),
  };
}

function copyTo(channel: ConfirmChannel, queue: string, { content, properties }: GetMessage, headers: Record<string, unknown>): Promise<void> {
  const { messageId, type, contentType } = properties;
  return new Promise((resolve, reject) => {
    channel.sendToQueue(queue, content, { persistent: true, mandatory: true, messageId, type, contentType, headers }, (error) =>
      error ? reject(new Error(`the broker did not take ${messageId} into ${queue}`)) : resolve(),
    );
  });
}

/**
 * Goes once through the dead letters of one service, oldest first, and does with each what `decide` says; at most
 * `limit` of them. Answers each with its fate.
 *
 * A letter that is kept moves to the end of its queue instead of being requeued, since requeueing counts towards a quorum
 * queue's delivery limit on RabbitMQ 4. Each is confirmed where it goes before it is taken off: a command that dies halfway
 * leaves a letter in both places, with the same id, and handlers bear it.
 */
export async function sortDeadLetters(
  url: string,
  service: string,
  decide: (letter: DeadLetter) => Fate,
  limit = 10_000,
): Promise<(DeadLetter & { fate: Fate })[]> {
  const connection = await connect(url, { timeout: CONNECT_TIMEOUT_MS });
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createConfirmChannel();
    const queue = deadQueue(service);
    const { messageCount } = await channel.checkQueue(queue);
    const sorted: (DeadLetter & { fate: Fate })[] = [];
    for (let left = Math.min(messageCount, limit); left > 0; left -= 1) {
      const message = await channel.get(queue);
      if (message === false) break;
      const letter = toDeadLetter(service, message);
      const fate = decide(letter);
      const { 'x-delivery-count': _, ...headers } = message.properties.headers ?? {};
      if (fate === 'keep') await copyTo(channel, queue, message, headers);
      if (fate === 'replay') await copyTo(channel, inQueue(service), message, {});
      channel.ack(message);
      sorted.push({ ...letter, fate });
    }
    await channel.close();
    return sorted;
  } finally {
    await connection.close();
  }
}
