import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelModel, connect, type ConfirmChannel, type GetMessage } from 'amqplib';
import type { DeadLetterQueue, DeadMessage } from './queues.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const CONFIRM_TIMEOUT_MS = 30_000;
/** The name of the lock is shared with older releases. */
const LOCK_SUFFIX = '.sorting';
const LOCK_WAIT_MS = 10_000;
const LOCK_PAUSE_MS = 250;
/**
 * Messages that are in flight together, since each confirm of a quorum queue waits for the disk. Of more than about 30
 * commands of one channel some wait inside the broker (`quorum_commands_soft_limit`). Acknowledgements among those are
 * lost when the channel closes, and removed messages would be back.
 */
const BATCH = 10;
const LIMIT = 10_000;

const [NOT_FOUND, RESOURCE_LOCKED] = [404, 405];

/** What is done with one dead message. A replay sends it back to where it came from, with its own id. */
export type Action = 'keep' | 'replay' | 'discard';

/** The number of messages by action, and how many beyond the limit were not looked at. */
export type Processed = Record<Action, number> & { unseen: number };

type Options = {
  /** The most messages that are looked at. */
  limit?: number;
  /** How long to wait for another command. */
  waitMs?: number;
};

/** The broker has no such queue. */
export class NoSuchQueue extends Error {
  constructor(queue: string) {
    super(`there is no queue ${queue} on this broker`);
    this.name = 'NoSuchQueue';
  }
}

const codeOf = (error: unknown) => (error as { code?: number }).code;

async function onChannel<T>(connection: ChannelModel, use: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  try {
    return await use(channel);
  } finally {
    // Before the connection: closing that overtakes the acknowledgements of its channels.
    await channel.close().catch(() => undefined);
  }
}

/**
 * Locks the queue against other commands until the connection ends, however it ends: an exclusive queue belongs to its
 * connection. @throws where another command holds the lock for `waitMs`
 */
async function lock(connection: ChannelModel, queue: string, waitMs: number): Promise<void> {
  for (let waited = 0; ; waited += LOCK_PAUSE_MS) {
    try {
      await onChannel(connection, (channel) =>
        channel.assertQueue(`${queue}${LOCK_SUFFIX}`, { exclusive: true, durable: false, autoDelete: true }),
      );
      return;
    } catch (error) {
      if (codeOf(error) !== RESOURCE_LOCKED) throw error;
      if (waited >= waitMs)
        throw new Error(`another command is processing ${queue}; try again when it has ended`, { cause: error });
      await sleep(LOCK_PAUSE_MS);
    }
  }
}

async function countOf(connection: ChannelModel, queue: string): Promise<number> {
  try {
    return (await onChannel(connection, (channel) => channel.checkQueue(queue))).messageCount;
  } catch (error) {
    if (codeOf(error) === NOT_FOUND) throw new NoSuchQueue(queue);
    throw error;
  }
}

/**
 * Resolves when the copy is in a queue. The broker first returns a message that no queue takes, then confirms it too.
 */
function createSender(channel: ConfirmChannel) {
  const returned = new Set<string>();
  channel.on('return', ({ fields }) => returned.add(fields.routingKey));
  return (
    { exchange, routingKey }: { exchange: string; routingKey: string },
    { content, properties }: GetMessage,
    headers: Record<string, unknown>,
  ) => {
    const { messageId, type, contentType, contentEncoding, correlationId, appId, timestamp } = properties;
    const options = {
      messageId,
      type,
      contentType,
      contentEncoding,
      correlationId,
      appId,
      timestamp,
      persistent: true,
      mandatory: true,
      headers,
    };
    return new Promise<void>((resolve, reject) => {
      const fail = (why: string) =>
        reject(new Error(`the broker did not take ${messageId} into ${routingKey}: ${why}`));
      const timer = setTimeout(() => fail('no answer in time'), CONFIRM_TIMEOUT_MS);
      channel.publish(exchange, routingKey, content, options, (error) => {
        clearTimeout(timer);
        if (error) fail('refused');
        else if (returned.has(routingKey)) fail('there is no such queue');
        else resolve();
      });
    });
  };
}

/** The broker sets these with each delivery. */
const DELIVERY_HEADERS = ['x-delivery-count', 'x-acquired-count'];
/** The headers that a replayed event keeps. Without the others its attempts begin anew. */
const KEPT_ON_REPLAY = ['traceparent', 'tracestate'];

function headersOf({ properties }: GetMessage, action: Action): Record<string, unknown> {
  const headers = Object.entries((properties.headers ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    headers.filter(([name]) =>
      action === 'replay' ? KEPT_ON_REPLAY.includes(name) : !DELIVERY_HEADERS.includes(name),
    ),
  );
}

const fingerprint = ({ content, properties }: GetMessage) =>
  createHash('sha256').update(String(properties.messageId)).update(content).digest('base64');

/** Processes the messages that are in the locked queue now. */
async function processLocked(
  channel: ConfirmChannel,
  queue: DeadLetterQueue,
  count: number,
  decide: (message: DeadMessage) => Action,
): Promise<Record<Action, number>> {
  const processed = { keep: 0, replay: 0, discard: 0 };
  const send = createSender(channel);
  const seen = new Set<string>();

  async function carryOut(message: GetMessage, action: Action): Promise<void> {
    if (action === 'keep')
      await send({ exchange: '', routingKey: queue.name }, message, {
        ...queue.keptHeaders?.(message),
        ...headersOf(message, action),
      });
    if (action === 'replay') await send(queue.sourceOf(message), message, headersOf(message, action));
    channel.ack(message);
  }

  function actionFor(message: GetMessage): Action {
    const print = fingerprint(message);
    // A second copy: an earlier command died after it had sent the copy and before it had removed the original.
    if (seen.has(print)) return 'discard';
    seen.add(print);
    const dead = queue.read(message);
    if (queue.includes?.(dead) === false) return 'keep';
    const action = decide(dead);
    processed[action] += 1;
    return action;
  }

  for (let left = count; left > 0; left -= BATCH) {
    const batch = await Promise.all(Array.from({ length: Math.min(BATCH, left) }, () => channel.get(queue.name)));
    const judged = batch
      .filter((message) => message !== false)
      .map((message) => ({ message, action: actionFor(message) }));
    const settled = await Promise.allSettled(judged.map(({ message, action }) => carryOut(message, action)));
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
  return processed;
}

/**
 * Processes the messages of a dead-letter queue once, oldest first and at most `limit` of them: does with each what
 * `decide` says. One command at a time; others wait up to 10 s.
 *
 * A kept message moves to the end of its queue instead of being requeued, since requeueing counts towards a quorum
 * queue's delivery limit on RabbitMQ 4. Each copy is confirmed before the original is removed, so a command that dies
 * halfway loses none. It leaves at most 10 messages that are replayed and still here. The next replay sends those again
 * with the same ids, and handlers are safe against that.
 * @throws NoSuchQueue; Error where the broker is away, another command holds the lock or a queue does not take a
 * message
 */
export async function processDeadLetters(
  url: string,
  queue: DeadLetterQueue,
  decide: (message: DeadMessage) => Action,
  options: Options = {},
): Promise<Processed> {
  const { limit = LIMIT, waitMs = LOCK_WAIT_MS } = options;
  const connection = await connect(url, { timeout: CONNECT_TIMEOUT_MS });
  connection.on('error', () => undefined);
  try {
    await lock(connection, queue.name, waitMs);
    const count = await countOf(connection, queue.name);
    const processed = await onChannel(connection, (channel) =>
      processLocked(channel, queue, Math.min(count, limit), decide),
    );
    return { ...processed, unseen: Math.max(0, count - limit) };
  } finally {
    await connection.close().catch(() => undefined);
  }
}
