import { setTimeout as sleep } from 'node:timers/promises';
import { startEchoServer } from './echo-server.ts';
import { inParallel } from './gateway-call.ts';
import type { Row } from './rounds.ts';
import { openOurs } from './webhooks.ts';

const MESSAGES = 100_000;
/** Published, received and settled before the next, so that the embedded database stays small. */
const BATCH = 10_000;
const AT_ONCE = 10;
const WAIT_MS = 120_000;

type Ours = Awaited<ReturnType<typeof openOurs>>;

/** How many messages of a batch were published, and how many of these were received. */
async function runBatch(ours: Ours, heard: Set<string>): Promise<{ published: number; received: number }> {
  await ours.clear();
  heard.clear();
  await inParallel(BATCH, AT_ONCE, () => ours.tell());
  const deliveries = ours.connection.collection('webhook-deliveries');
  const deadline = performance.now() + WAIT_MS;
  while ((await deliveries.countDocuments({ state: 'pending' })) > 0 && performance.now() < deadline) await sleep(50);
  const published = (
    await ours.connection
      .collection('webhook-messages')
      .find({}, { projection: { _id: 1 } })
      .toArray()
  ).map(({ _id }) => String(_id));
  return { published: published.length, received: published.filter((id) => heard.has(id)).length };
}

/** Ids that are published against those that the endpoint has received. One round, whatever is asked for. */
export async function benchWebhooksAll(mongoUrl: string): Promise<Row[]> {
  const server = await startEchoServer('{}');
  const ours = await openOurs(mongoUrl, server);
  await ours.addEndpoint('ep_quick', '/stamp', ['loan-repaid']);
  const heard = new Set<string>();
  server.onStamp((id) => heard.add(id));
  let [published, received] = [0, 0];
  for (let at = 0; at < MESSAGES; at += BATCH) {
    const batch = await runBatch(ours, heard);
    published += batch.published;
    received += batch.received;
    process.stdout.write(`   webhooks-all: ${received} of ${published} received\n`);
  }
  await ours.close();
  await server.close();
  return [
    {
      bench: 'webhooks-all',
      peer: 'published',
      unit: 'ids',
      ours: received,
      theirs: MESSAGES,
      ratio: received / MESSAGES,
      rounds: 1,
    },
  ];
}
