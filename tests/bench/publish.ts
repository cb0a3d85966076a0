import type { Envelope } from '@ksbb/contracts';
import { declareQueue, deleteQueue, openBus, SHORT } from './broker.ts';
import { exampleEvent, messageOf } from './events.ts';
import { PEERS } from './peers.ts';
import { compare, inParallel, type Row, type Side } from './rounds.ts';

const IN_FLIGHT = 512;
const OPERATIONS = 10_000;
const QUEUE = 'bench-publish';

/**
 * Publishing events with confirms, 512 in flight, 1 KB, one exchange with one quorum queue for all. Every side encodes
 * each event itself.
 */
export async function benchPublish(url: string, rounds: number): Promise<Row[]> {
  const bus = openBus(url);
  await bus.started();
  await declareQueue(url, QUEUE, SHORT);
  const events = Array.from({ length: OPERATIONS }, (_, at) => exampleEvent(at));
  const side = (peer: string, publish: (event: Envelope) => Promise<unknown>): Side => ({
    peer,
    run: (operations) => inParallel(operations, IN_FLIGHT, (at) => publish(events[at] as Envelope)),
  });
  const clients = await Promise.all(
    Object.entries(PEERS).map(async ([peer, connect]) => ({ peer, ...(await connect(url, QUEUE)) })),
  );
  const theirs = clients.map(({ peer, publish }) => side(peer, (event) => publish(messageOf(event))));
  const rows = await compare('publish', side('ksbb', bus.publish), theirs, { operations: OPERATIONS, rounds });
  for (const { close } of clients) await close();
  await deleteQueue(url, QUEUE);
  await bus.close();
  return rows;
}
