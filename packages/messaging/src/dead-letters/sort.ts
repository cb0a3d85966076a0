import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelModel, connect, type ConfirmChannel, type GetMessage } from 'amqplib';
import type { DeadLetter, Place } from './place.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const CONFIRM_TIMEOUT_MS = 30_000;
const LOCK_WAIT_MS = 10_000;
const LOCK_PAUSE_MS = 250;
/**
 * Letters that are under way together, since each confirm of a quorum queue waits for the disk. More than about 30 commands
 * of one channel wait inside the broker (`quorum_commands_soft_limit`), and acknowledgements among them are lost when the
 * channel closes: letters that were taken off would be back.
 */
const BATCH = 10;
const LIMIT = 10_000;

const [NOT_FOUND, RESOURCE_LOCKED] = [404, 405];

/** What becomes of one dead letter. Replayed goes back to the queue it came from, with its own id. */
export type Fate = 'keep' | 'replay' | 'discard';

/** How many letters went which way, and how many beyond the limit were not looked at. */
export type Sorted = Record<Fate, number> & { unseen: number };

type Options = {
  /** Letters that are looked at. */
  limit?: number;
  /** How long to wait for another command. */
  waitMs?: number;
};

/** The place has no queue on this broker. */
export class NoSuchPlace extends Error {
  constructor(queue: string) {
    super(`there is no queue ${queue} on this broker`);
    this.name = 'NoSuchPlace';
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
 * Holds the queue against other commands until the connection ends, however it ends: an exclusive queue belongs to its
 * connection. @throws where another one holds it for `waitMs`
 */
async function lock(connection: ChannelModel, queue: string, waitMs: number): Promise<void> {
  for (let waited = 0; ; waited += LOCK_PAUSE_MS) {
    try {
      await onChannel(connection, (channel) =>
        channel.assertQueue(`${queue}.sorting`, { exclusive: true, durable: false, autoDelete: true }),
      );
      return;
    } catch (error) {
      if (codeOf(error) !== RESOURCE_LOCKED) throw error;
      if (waited >= waitMs)
        throw new Error(`another command goes through ${queue}; try again when it has ended`, { cause: error });
      await sleep(LOCK_PAUSE_MS);
    }
  }
}

async function countOf(connection: ChannelModel, queue: string): Promise<number> {
  try {
    return (await onChannel(connection, (channel) => channel.checkQueue(queue))).messageCount;
  } catch (error) {
    if (codeOf(error) === NOT_FOUND) throw new NoSuchPlace(queue);
    throw error;
  }
}

/** Resolves when the broker has the copy in a queue. What no queue takes is returned first, and confirmed as well. */
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

/** Set by the broker with each delivery. */
const OF_THE_DELIVERY = ['x-delivery-count', 'x-acquired-count'];
/** What a replayed event keeps. Without the rest its attempts begin anew. */
const KEPT_ON_REPLAY = ['traceparent', 'tracestate'];

function headersOf({ properties }: GetMessage, fate: Fate): Record<string, unknown> {
  const headers = Object.entries((properties.headers ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    headers.filter(([name]) => (fate === 'replay' ? KEPT_ON_REPLAY.includes(name) : !OF_THE_DELIVERY.includes(name))),
  );
}

const fingerprint = ({ content, properties }: GetMessage) =>
  createHash('sha256').update(String(properties.messageId)).update(content).digest('base64');

/** Goes through the letters that are there now, on a queue that is held. */
async function sortHeld(
  channel: ConfirmChannel,
  place: Place,
  count: number,
  decide: (letter: DeadLetter) => Fate,
): Promise<Record<Fate, number>> {
  const sorted = { keep: 0, replay: 0, discard: 0 };
  const send = createSender(channel);
  const seen = new Set<string>();

  async function carryOut(message: GetMessage, fate: Fate): Promise<void> {
    if (fate === 'keep')
      await send({ exchange: '', routingKey: place.queue }, message, {
        ...place.keeps?.(message),
        ...headersOf(message, fate),
      });
    if (fate === 'replay') await send(place.origin(message), message, headersOf(message, fate));
    channel.ack(message);
  }

  function fateOf(message: GetMessage): Fate {
    const mark = fingerprint(message);
    // The same letter again is what a command left that died between a copy and taking off the first.
    if (seen.has(mark)) return 'discard';
    seen.add(mark);
    const letter = place.read(message);
    if (place.holds?.(letter) === false) return 'keep';
    const fate = decide(letter);
    sorted[fate] += 1;
    return fate;
  }

  for (let left = count; left > 0; left -= BATCH) {
    const batch = await Promise.all(Array.from({ length: Math.min(BATCH, left) }, () => channel.get(place.queue)));
    const judged = batch.filter((message) => message !== false).map((message) => ({ message, fate: fateOf(message) }));
    const settled = await Promise.allSettled(judged.map(({ message, fate }) => carryOut(message, fate)));
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
  return sorted;
}

/**
 * Goes once through the dead letters of one place, oldest first, and does with each what `decide` says; at most `limit` of
 * them. One command at a time: others wait up to 10 s.
 *
 * A letter that is kept moves to the end of its queue instead of being requeued, since requeueing counts towards a quorum
 * queue's delivery limit on RabbitMQ 4. Each is confirmed where it goes before it is taken off, so a command that dies
 * halfway loses none. It can leave at most 10 letters that are replayed and still here: the next replay sends them again
 * with the same ids, which handlers bear.
 * @throws NoSuchPlace; Error where the broker is away, another command holds the queue or a queue does not take a letter
 */
export async function sortDeadLetters(
  url: string,
  place: Place,
  decide: (letter: DeadLetter) => Fate,
  options: Options = {},
): Promise<Sorted> {
  const { limit = LIMIT, waitMs = LOCK_WAIT_MS } = options;
  const connection = await connect(url, { timeout: CONNECT_TIMEOUT_MS });
  connection.on('error', () => undefined);
  try {
    await lock(connection, place.queue, waitMs);
    const count = await countOf(connection, place.queue);
    const sorted = await onChannel(connection, (channel) => sortHeld(channel, place, Math.min(count, limit), decide));
    return { ...sorted, unseen: Math.max(0, count - limit) };
  } finally {
    await connection.close().catch(() => undefined);
  }
}
