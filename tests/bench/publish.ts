import { createBus } from '@ksbb/messaging';
import { createLog } from '@ksbb/service-kit';
import { connect } from 'amqplib';
import { Registry } from 'prom-client';
import { exampleEvent } from './example-event.ts';
import { compare, type Row } from './rounds.ts';

const WINDOW = 512;
const OPERATIONS = 5_000;

/** Publishing with confirms, 512 in flight, 1 KB, into one quorum queue: ours against a raw confirm channel. */
export async function benchPublish(url: string, rounds: number): Promise<Row> {
  const raw = await connect(url);
  const channel = await raw.createConfirmChannel();
  await channel.assertExchange('bench', 'topic', { durable: true });
  await channel.assertQueue('bench', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue('bench', 'bench', '#');
  const bus = createBus({ url, service: 'bench', log: createLog('bench', 'silent'), registry: new Registry() });
  await bus.started();
  await channel.bindQueue('bench', 'ksbb.events', '#');

  const events = Array.from({ length: OPERATIONS }, (_, at) => exampleEvent(at));
  const contents = events.map((event) => Buffer.from(JSON.stringify(event)));
  const ours = {
    peer: 'ksbb',
    run: async () => {
      await Promise.all(events.map(bus.publish));
    },
  };
  const theirs = {
    peer: 'amqplib',
    run: async () => {
      let next = 0;
      const worker = async () => {
        for (let content = contents[next++]; content !== undefined; content = contents[next++]) {
          await new Promise<void>((resolve, reject) => {
            channel.publish('bench', 'line', content, { persistent: true, mandatory: true }, (error) => (error ? reject(error) : resolve()));
          });
        }
      };
      await Promise.all(Array.from({ length: WINDOW }, worker));
    },
  };
  const row = await compare('publish', ours, theirs, { operations: OPERATIONS, rounds });
  await bus.close();
  await raw.close();
  return row;
}
