import type { Envelope } from '@ksbb/contracts';
import { createBus } from '@ksbb/messaging';
import { createLog } from '@ksbb/service-kit';
import { connect } from 'amqplib';
import { Registry } from 'prom-client';
import { exampleEvent, inParallel, messageOf } from './events.ts';
import { amqpConnectionManager } from './peers/amqp-connection-manager.ts';
import { amqplib } from './peers/amqplib.ts';
import { nestjsRabbitmq } from './peers/nestjs-rabbitmq.ts';
import type { Peer } from './peers/peer.ts';
import { rascalPeer } from './peers/rascal.ts';
import { compare, type Row, type Side } from './rounds.ts';

const IN_FLIGHT = 512;
const OPERATIONS = 10_000;
const EXCHANGE = 'ksbb.events';
const ROUTING_KEY = 'commitment.line-delivered.v1';
const QUEUE = 'bench-publish';

/** Publishing events with confirms, 512 in flight, 1 KB, one exchange with one quorum queue for all. Every side encodes each event itself. */
export async function benchPublish(url: string, rounds: number): Promise<Row[]> {
  const bus = createBus({ url, service: 'bench', log: createLog('bench', 'silent'), registry: new Registry() });
  await bus.started();
  const model = await connect(url);
  const channel = await model.createChannel();
  // Short, so that the broker's work stays the same from round to round.
  await channel.assertQueue(QUEUE, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-max-length': 1_000, 'x-overflow': 'drop-head' },
  });
  await channel.bindQueue(QUEUE, EXCHANGE, '#');

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
  for (const peer of [amqplib, rascalPeer, nestjsRabbitmq, amqpConnectionManager]) theirs.push(await sideOf(peer));
  const rows = await compare('publish', ours, theirs, { operations: OPERATIONS, rounds });
  for (const close of closing) await close();
  await channel.deleteQueue(QUEUE);
  await bus.close();
  await model.close();
  return rows;
}
