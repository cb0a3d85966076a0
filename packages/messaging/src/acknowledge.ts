import type { Channel, ConsumeMessage } from 'amqplib';

type AckChannel = Pick<Channel, 'ack' | 'nack'>;

export type Acknowledger = {
  /** Acknowledges a delivery soon, together with others. */
  ack: (message: ConsumeMessage) => void;
  /** Gives a delivery back to its queue at once. */
  requeue: (message: ConsumeMessage) => void;
  /** Sends the acknowledgements that wait. */
  flush: () => void;
  /** The channel has gone: the broker delivers what is not acknowledged again, on another channel. */
  close: () => void;
};

/**
 * Acknowledges the deliveries of one channel, whose tags count from 1. A run of handled deliveries from the lowest tag
 * on takes one acknowledgement. Handled deliveries above an unhandled one are acknowledged one by one.
 */
export function createAcknowledger(
  channel: AckChannel,
  schedule: (flush: () => void) => void = setImmediate,
): Acknowledger {
  /** Every delivery below this tag is settled. */
  let lowest = 1;
  const handled = new Map<number, ConsumeMessage>();
  /** Settled above an unsettled delivery. */
  const settled = new Set<number>();
  let scheduled = false;
  let open = true;

  /**
   * A channel that is closing throws. Thrown from `schedule`, that would end the process; and the broker delivers
   * again.
   */
  function trySend(send: () => void): void {
    try {
      send();
    } catch {
      open = false;
    }
  }

  /** Moves `lowest` over the run of deliveries that are handled or settled. Answers the last handled one. */
  function endOfRun(): ConsumeMessage | undefined {
    let last: ConsumeMessage | undefined;
    for (;;) {
      const message = handled.get(lowest);
      if (message === undefined && !settled.delete(lowest)) return last;
      handled.delete(lowest);
      last = message ?? last;
      lowest += 1;
    }
  }

  function flush(): void {
    scheduled = false;
    if (!open) return;
    const last = endOfRun();
    trySend(() => {
      if (last !== undefined) channel.ack(last, true);
      for (const [tag, message] of handled) {
        channel.ack(message);
        settled.add(tag);
      }
    });
    handled.clear();
  }

  return {
    ack: (message) => {
      handled.set(message.fields.deliveryTag, message);
      if (scheduled) return;
      scheduled = true;
      schedule(flush);
    },
    requeue: (message) => {
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
