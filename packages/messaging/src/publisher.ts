import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel, ConfirmChannel, Message, Options } from 'amqplib';

/** The most messages and bytes that are published and not confirmed. One event always fits: it has less than 1 MiB. */
export const WINDOW = { messages: 512, bytes: 16 * 1024 * 1024 };
const CONFIRM_TIMEOUT_MS = 30_000;
const LOOK_EVERY_MS = 5_000;
const FLUSH_TIMEOUT_MS = 5_000;

/** The broker could not be reached or did not confirm; whether the message arrived is not known. */
export class NotConfirmedError extends Error {
  constructor(why: string) {
    super(`the broker did not confirm: ${why}`);
    this.name = 'NotConfirmedError';
  }
}

/** The broker confirmed the message and gave it back: no queue takes it. */
export class ReturnedError extends NotConfirmedError {
  constructor(messageId: string, routingKey: string) {
    super(`${messageId} was returned: no queue takes ${routingKey}`);
    this.name = 'ReturnedError';
  }
}

type Target = { exchange: string; routingKey: string };
type Properties = Options.Publish & { messageId: string };
/**
 * What is kept of a message until its confirm. Without its bytes, because they would outlive a garbage collection.
 */
type Sending = {
  bytes: number;
  messageId: string;
  routingKey: string;
  since: number;
  resolve: () => void;
  reject: (error: Error) => void;
};
type Waiting = { sending: Sending; exchange: string; content: Buffer; properties: Properties };

export type Publisher = {
  attach: (model: ChannelModel) => Promise<void>;
  detach: () => void;
  /** Whether the broker takes messages now. */
  connected: () => boolean;
  /** Resolves when the broker has confirmed. @throws NotConfirmedError otherwise. */
  send: (target: Target, content: Buffer, properties: Properties) => Promise<void>;
  /** Resolves when nothing is in flight, or has been for too long. */
  flush: () => Promise<void>;
};

/** Publishes with confirms. At most `WINDOW` is in flight; the rest waits in order. */
export function createPublisher(onReturned: (message: Message) => void): Publisher {
  let channel: ConfirmChannel | undefined;
  let unblockedAt = 0;
  let blocked = false;
  let bytes = 0;
  /** Oldest first. */
  const inFlight = new Set<Sending>();
  const waiting: Waiting[] = [];
  const returned = new Map<string, number>();
  let idle = Promise.withResolvers<void>();

  const full = () => inFlight.size >= WINDOW.messages || (inFlight.size > 0 && bytes >= WINDOW.bytes);

  function takeReturned(messageId: string): boolean {
    const times = returned.get(messageId) ?? 0;
    if (times > 1) returned.set(messageId, times - 1);
    else returned.delete(messageId);
    return times > 0;
  }

  function removeInFlight(sending: Sending): void {
    inFlight.delete(sending);
    bytes -= sending.bytes;
  }

  function settle(sending: Sending, error: Error | null): void {
    removeInFlight(sending);
    const wasReturned = returned.size > 0 && takeReturned(sending.messageId);
    if (error !== null) sending.reject(new NotConfirmedError(error.message));
    else if (wasReturned) sending.reject(new ReturnedError(sending.messageId, sending.routingKey));
    else sending.resolve();
    for (let next = waiting[0]; next !== undefined && !full(); next = waiting[0]) {
      waiting.shift();
      transmit(next);
    }
    if (inFlight.size === 0) idle.resolve();
  }

  function transmit({ sending, exchange, content, properties }: Waiting): void {
    if (channel === undefined) return sending.reject(new NotConfirmedError('no connection'));
    inFlight.add(sending);
    bytes += sending.bytes;
    sending.since = performance.now();
    try {
      // A false answer means that the socket is full: the message is buffered all the same, and is not sent again.
      channel.publish(exchange, sending.routingKey, content, properties, (error) => settle(sending, error));
    } catch (error) {
      removeInFlight(sending);
      sending.reject(new NotConfirmedError((error as Error).message));
    }
  }

  /** Leaves a broker that is up and no longer confirms. Closing the connection settles what is in flight. */
  function watch(model: ChannelModel): void {
    const look = setInterval(() => {
      const [oldest] = inFlight;
      if (blocked || oldest === undefined) return;
      if (performance.now() - Math.max(oldest.since, unblockedAt) > CONFIRM_TIMEOUT_MS)
        void model.close().catch(() => undefined);
    }, LOOK_EVERY_MS).unref();
    model.once('close', () => clearInterval(look));
  }

  return {
    attach: async (model) => {
      const fresh = await model.createConfirmChannel();
      fresh.on('error', () => undefined);
      fresh.on('close', () => {
        if (channel === fresh) channel = undefined;
        // Only this channel ended: the supervisor makes a new connection at once, and a channel on it.
        void model.close().catch(() => undefined);
      });
      fresh.on('return', (message) => {
        const messageId = String(message.properties.messageId);
        returned.set(messageId, (returned.get(messageId) ?? 0) + 1);
        onReturned(message);
      });
      model.on('blocked', () => {
        blocked = true;
      });
      model.on('unblocked', () => {
        blocked = false;
        unblockedAt = performance.now();
      });
      blocked = false;
      returned.clear();
      watch(model);
      channel = fresh;
    },
    detach: () => {
      channel = undefined;
    },
    connected: () => channel !== undefined && !blocked,
    send: ({ exchange, routingKey }, content, more) =>
      new Promise((resolve, reject) => {
        const sending = { bytes: content.length, messageId: more.messageId, routingKey, since: 0, resolve, reject };
        const message = { sending, exchange, content, properties: { persistent: true, mandatory: true, ...more } };
        if (waiting.length > 0 || full()) waiting.push(message);
        else transmit(message);
      }),
    flush: async () => {
      if (inFlight.size === 0) return;
      idle = Promise.withResolvers();
      await Promise.race([idle.promise, sleep(FLUSH_TIMEOUT_MS, undefined, { ref: false })]);
    },
  };
}
