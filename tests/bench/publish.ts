import type { Envelope } from '@ksbb/contracts';
import { createBus } from '@ksbb/messaging';
import { type Channel, connect } from 'amqplib';
import { Registry } from 'prom-client';
import { exampleEvent, log, messageOf } from './events.ts';
import { type Peer, PEERS } from './peers.ts';
import { compare, inParallel, type Row, type Side } from './rounds.ts';

const IN_FLIGHT = 512;
const OPERATIONS = 10_000;
export const EXCHANGE = 'ksbb.events';
export const ROUTING_KEY = 'commitment.line-delivered.v1';
const QUEUE = 'bench-publish';

/** A quorum queue that takes every event. It is short, so that the broker's work stays the same from round to round. */
export async function assertShortQueue(channel: Channel, queue: string): Promise<void> {
  await channel.assertQueue(queue, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-max-length': 1_000, 'x-overflow': 'drop-head' },
  });
  await channel.bindQueue(queue, EXCHANGE, '#');
}

/**
 * Publishing events with confirms, 512 in flight, 1 KB, one exchange with one quorum queue for all. Every side encodes
 * each event itself.
 */
export async function benchPublish(url: string, rounds: number): Promise<Row[]> {
  const bus = createBus({ url, service: 'bench', log, registry: new Registry() });
  await bus.started();
  const model = await connect(url);
  const channel = await model.createChannel();
  await assertShortQueue(channel, QUEUE);

  const events = Array.from({ length: OPERATIONS }, (_, at) => exampleEvent(at));
  const ours: Side = {
    peer: 'ksbb',
    run: (operations) => inParallel(operations, IN_FLIGHT, (at) => bus.publish(events[at] as Envelope)),
  };
  const closing: (() => Promise<unknown>)[] = [];
  const sideOf = async ({ peer, publisher }: Peer): Promise<Side> => {
    const { publish, close } = await publisher(url, EXCHANGE, ROUTING_KEY);
    closing.push(close);
    return {
      peer,
      run: (operations) => inParallel(operations, IN_FLIGHT, (at) => publish(messageOf(events[at] as Envelope))),
    };
  };
  const theirs: Side[] = [];
  for (const peer of PEERS) theirs.push(await sideOf(peer));
  const rows = await compare('publish', ours, theirs, { operations: OPERATIONS, rounds });
  for (const close of closing) await close();
  await channel.deleteQueue(QUEUE);
  await bus.close();
  await model.close();
  return rows;
}
