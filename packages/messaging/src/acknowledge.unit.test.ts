import type { ConsumeMessage } from 'amqplib';
import { createAcknowledger } from './acknowledge.ts';

const delivery = (deliveryTag: number) => ({ fields: { deliveryTag } }) as ConsumeMessage;

/** A channel that knows what a broker would know: which deliveries are settled, and that none is settled twice. */
function recordingChannel(delivered: number) {
  const open = new Set(Array.from({ length: delivered }, (_, at) => at + 1));
  const acked = new Set<number>();
  const returned: number[] = [];
  let frames = 0;
  const settle = (tag: number) => {
    if (!open.delete(tag)) throw new Error(`PRECONDITION_FAILED - unknown delivery tag ${tag}`);
  };
  return {
    acked,
    returned,
    frames: () => frames,
    channel: {
      ack: ({ fields: { deliveryTag } }: ConsumeMessage, allUpTo?: boolean) => {
        frames += 1;
        for (const tag of allUpTo === true ? [...open].filter((one) => one <= deliveryTag) : [deliveryTag]) {
          settle(tag);
          acked.add(tag);
        }
      },
      nack: ({ fields: { deliveryTag } }: ConsumeMessage) => {
        frames += 1;
        settle(deliveryTag);
        returned.push(deliveryTag);
      },
    },
  };
}

const never = () => undefined;

test('a finished run is acknowledged by one frame', () => {
  const { channel, acked, frames } = recordingChannel(5);
  const acknowledger = createAcknowledger(channel, never);
  for (const tag of [2, 1, 4, 3, 5]) acknowledger.ack(delivery(tag));
  acknowledger.flush();
  expect([acked.size, frames()]).toEqual([5, 1]);
});

test('what is not finished is never acknowledged with its neighbours', () => {
  const { channel, acked } = recordingChannel(5);
  const acknowledger = createAcknowledger(channel, never);
  for (const tag of [1, 2, 4, 5]) acknowledger.ack(delivery(tag));
  acknowledger.flush();
  expect([...acked]).toEqual([1, 2, 4, 5]);
  acknowledger.ack(delivery(3));
  acknowledger.flush();
  expect(acked.has(3)).toBe(true);
});

test('what goes back to its queue is not acknowledged, and the run goes on behind it', () => {
  const { channel, acked, returned, frames } = recordingChannel(4);
  const acknowledger = createAcknowledger(channel, never);
  acknowledger.requeue(delivery(2));
  for (const tag of [1, 3, 4]) acknowledger.ack(delivery(tag));
  acknowledger.flush();
  expect({ acked: [...acked], returned, frames: frames() }).toEqual({ acked: [1, 3, 4], returned: [2], frames: 2 });
});

test('on a closed channel nothing is settled any more', () => {
  const { channel, frames } = recordingChannel(2);
  const acknowledger = createAcknowledger(channel, never);
  acknowledger.ack(delivery(1));
  acknowledger.close();
  acknowledger.requeue(delivery(2));
  acknowledger.flush();
  expect(frames()).toBe(0);
});

test('in whatever order deliveries end, each is settled once and rightly', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    let state = seed;
    const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
    const { channel, acked, returned } = recordingChannel(30);
    const acknowledger = createAcknowledger(channel, never);
    const open = Array.from({ length: 30 }, (_, at) => at + 1);
    const back: number[] = [];
    const done = new Set<number>();
    while (open.length > 0) {
      const [tag = 0] = open.splice(random(open.length), 1);
      if (random(5) === 0) {
        acknowledger.requeue(delivery(tag));
        back.push(tag);
      } else {
        acknowledger.ack(delivery(tag));
        done.add(tag);
      }
      if (random(3) === 0) acknowledger.flush();
      expect([...acked].every((one) => done.has(one))).toBe(true);
    }
    acknowledger.flush();
    expect([acked, returned]).toEqual([done, back]);
  }
});

test('a channel that is closing takes no acknowledgement, and nothing is thrown: the broker delivers again', () => {
  const closing = () => {
    throw new Error('Channel closing');
  };
  const acknowledger = createAcknowledger({ ack: closing, nack: closing }, (flush) => flush());
  expect(() => acknowledger.ack(delivery(1))).not.toThrow();
  expect(() => createAcknowledger({ ack: closing, nack: closing }, never).requeue(delivery(2))).not.toThrow();
});
