import type { Message } from '../events.ts';

/** Another client of the same broker. Each is set up as its own documentation recommends. */
export type Peer = {
  peer: string;
  /** Publishes with confirms to one exchange under one routing key. */
  publisher: (
    url: string,
    exchange: string,
    routingKey: string,
  ) => Promise<{ publish: (message: Message) => Promise<unknown>; close: () => Promise<unknown> }>;
  /** Consumes one queue, which stands, and acknowledges each delivery after `handle`. */
  consumer: (
    url: string,
    queue: string,
    prefetch: number,
    handle: () => void,
  ) => Promise<{ close: () => Promise<unknown> }>;
};
