import type { Channel, ConsumeMessage } from 'amqplib';

type AckChannel = Pick<Channel, 'ack' | 'nack'>;

export type Acknowledger = {
  /** The delivery is finished: it is acknowledged soon, together with others. */
  finished: (message: ConsumeMessage) => void;
  /** The delivery goes back to its queue at once. */
  giveBack: (message: ConsumeMessage) => void;
  /** Acknowledges now what is finished. */
  flush: () => void;
  /** The channel has gone: what is not acknowledged will be delivered again, on another. */
  close: () => void;
};

/**
 * Acknowledges the deliveries of one channel, whose tags count from 1: a finished run from the lowest tag on by one
 * acknowledgement for all of it, what is finished above an unfinished delivery one by one. Never what is not finished.
 */
export function createAcknowledger(
  channel: AckChannel,
  schedule: (flush: () => void) => void = setImmediate,
): Acknowledger {
  /** Every delivery below is settled. */
  let lowest = 1;
  const finished = new Map<number, ConsumeMessage>();
  /** Settled above an unfinished delivery. */
  const settled = new Set<number>();
  let scheduled = false;
  let open = true;

  /** A channel that is closing throws. Thrown from `schedule`, that would end the process; and the broker delivers again. */
  function trySend(send: () => void): void {
    try {
      send();
    } catch {
      open = false;
    }
  }

  function flush(): void {
    scheduled = false;
    if (!open) return;
    let last: ConsumeMessage | undefined;
    for (let run = true; run;) {
      const message = finished.get(lowest);
      if (message !== undefined) {
        finished.delete(lowest);
        last = message;
      } else run = settled.delete(lowest);
      if (run) lowest += 1;
    }
    trySend(() => {
      if (last !== undefined) channel.ack(last, true);
      for (const [tag, message] of finished) {
        channel.ack(message);
        settled.add(tag);
      }
    });
    finished.clear();
  }

  return {
    finished: (message) => {
      finished.set(message.fields.deliveryTag, message);
      if (scheduled) return;
      scheduled = true;
      schedule(flush);
    },
    giveBack: (message) => {
      if (!open) return;
      trySend(() => channel.nack(message, false, true));
      settled.add(message.fields.deliveryTag);
    },
    flush,
    close: () => {
      open = false;
    },
  };
}
