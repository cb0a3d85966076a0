import type { Envelope } from '@ksbb/contracts';
import type { ChannelModel, ConfirmChannel, Message, Options } from 'amqplib';
import { EXCHANGE } from './topology.ts';

const WINDOW_MESSAGES = 512;
const WINDOW_BYTES = 16 * 1024 * 1024;
/** Larger events are refused: they belong in a store, with a reference in the event. */
const MAX_EVENT_BYTES = 1024 * 1024;
const CONFIRM_TIMEOUT_MS = 30_000;

/** The broker could not be reached or did not confirm; whether the message arrived is not known. */
export class NotConfirmedError extends Error {
  constructor(why: string) {
    super(`the broker did not confirm: ${why}`);
    this.name = 'NotConfirmedError';
  }
}

type Target = { exchange: string; routingKey: string };
type Properties = Options.Publish & { messageId: string };

export type Publisher = {
  attach: (model: ChannelModel) => Promise<void>;
  detach: () => void;
  connected: () => boolean;
  /** Resolves when the broker has confirmed. @throws NotConfirmedError otherwise. */
  send: (target: Target, content: Buffer, properties: Properties) => Promise<void>;
  /** Resolves when nothing is in flight. */
  flush: () => Promise<void>;
};

/** Where an event goes and how, ready to be sent. */
export function eventMessage(event: Envelope): { target: Target; content: Buffer; properties: Properties } {
  return {
    target: { exchange: EXCHANGE, routingKey: event.type.replace(/^ksbb\./, '') },
    content: Buffer.from(JSON.stringify(event)),
    properties: { messageId: event.id, type: event.type, contentType: 'application/cloudevents+json', timestamp: Math.floor(Date.now() / 1000) },
  };
}

/** Publishes with confirms, at most 512 messages or 16 MiB in flight; what is over waits its turn. */
export function createPublisher(onReturned: (message: Message) => void): Publisher {
  let channel: ConfirmChannel | undefined;
  let messages = 0;
  let bytes = 0;
  const waiting: (() => void)[] = [];
  const settled = new Set<() => void>();
  const inFlight = new Set<(error: Error) => void>();
  const returned = new Set<string>();

  const full = () => messages >= WINDOW_MESSAGES || (messages > 0 && bytes >= WINDOW_BYTES);

  async function slot(size: number): Promise<void> {
    while (full()) await new Promise<void>((resolve) => waiting.push(resolve));
    messages += 1;
    bytes += size;
  }

  function free(size: number): void {
    messages -= 1;
    bytes -= size;
    waiting.shift()?.();
    if (messages === 0) for (const done of settled) done();
  }

  function failAll(why: string): void {
    channel = undefined;
    for (const fail of inFlight) fail(new NotConfirmedError(why));
  }

  function confirmed(on: ConfirmChannel, { exchange, routingKey }: Target, content: Buffer, properties: Properties): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(new NotConfirmedError('no answer in time')), CONFIRM_TIMEOUT_MS);
      const settle = (error?: Error) => {
        clearTimeout(timer);
        inFlight.delete(settle as (error: Error) => void);
        const wasReturned = returned.delete(properties.messageId);
        if (error !== undefined) reject(error);
        else if (wasReturned) reject(new NotConfirmedError(`${properties.messageId} was returned: no queue takes ${routingKey}`));
        else resolve();
      };
      inFlight.add(settle);
      // A false answer means that the socket is full: the message is buffered all the same, and is not sent again.
      on.publish(exchange, routingKey, content, { persistent: true, mandatory: true, ...properties }, (error) =>
        settle(error ? new NotConfirmedError('refused') : undefined),
      );
    });
  }

  return {
    attach: async (model) => {
      const fresh = await model.createConfirmChannel();
      fresh.on('error', () => undefined);
      fresh.on('close', () => {
        if (channel === fresh) failAll('the channel closed');
        // Only this channel ended: a new connection builds a new one, and the supervisor makes one at once.
        void model.close().catch(() => undefined);
      });
      fresh.on('return', (message) => {
        returned.add(String(message.properties.messageId));
        onReturned(message);
      });
      channel = fresh;
    },
    detach: () => failAll('the connection closed'),
    connected: () => channel !== undefined,
    send: async (target, content, properties) => {
      if (content.length > MAX_EVENT_BYTES) throw new RangeError(`${properties.messageId} has ${content.length} bytes; at most ${MAX_EVENT_BYTES} are sent`);
      await slot(content.length);
      try {
        if (channel === undefined) throw new NotConfirmedError('no connection');
        await confirmed(channel, target, content, properties);
      } finally {
        free(content.length);
      }
    },
    flush: () =>
      new Promise((resolve) => {
        if (messages === 0) return resolve();
        const done = () => {
          settled.delete(done);
          resolve();
        };
        settled.add(done);
      }),
  };
}
