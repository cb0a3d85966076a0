import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@ksbb/testkit';
import { type Chaos, givenUp, underLoad } from '../ledger/account.ts';
import type { Row } from '../ledger/row.ts';
import { madeUpFacts, madeUpTraining, toService } from '../load/made-up.ts';
import { type Sent, SUBSCRIBERS, type Subscriber } from '../world/broker-queues.ts';

const NEIGHBOURS = 20;
const HUGE_BYTES = 2 * 1024 * 1024;
/** So often a message may kill before it has to be out of the way. */
const MOST_DEATHS = 20;
const ISOLATED_WITHIN_MS = 120_000;
const BETWEEN_MS = 100;

const envelope = (type: string, more: object = {}) => ({
  specversion: '1.0',
  id: `chaos:${randomUUID()}@1`,
  source: '/ksbb/chaos',
  type,
  subject: 'chaos',
  time: new Date().toISOString(),
  datacontenttype: 'application/json',
  sequence: '0000000001',
  data: {},
  ...more,
});

/** What no handler must ever see. */
const POISONS: { what: string; content: () => Buffer; contentType: string }[] = [
  {
    what: 'bad-schema',
    content: () => Buffer.from(JSON.stringify(envelope('ksbb.commitment.commitment-confirmed.v1'))),
    contentType: 'application/cloudevents+json',
  },
  {
    what: 'unknown-major',
    content: () => Buffer.from(JSON.stringify(envelope('ksbb.commitment.commitment-confirmed.v99'))),
    contentType: 'application/cloudevents+json',
  },
  {
    what: 'no-json',
    content: () => Buffer.from('{"specversion": "1.0", '),
    contentType: 'application/cloudevents+json',
  },
  { what: 'no-text', content: () => Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x80]), contentType: 'image/png' },
  { what: 'other-format', content: () => Buffer.from('<event id="1"/>'), contentType: 'application/xml' },
  { what: 'empty', content: () => Buffer.alloc(0), contentType: 'application/cloudevents+json' },
  {
    what: 'huge',
    content: () =>
      Buffer.from(
        JSON.stringify(
          envelope('ksbb.commitment.commitment-confirmed.v1', { data: { padding: 'x'.repeat(HUGE_BYTES) } }),
        ),
      ),
    contentType: 'application/cloudevents+json',
  },
];

type Poison = Sent & { service: Subscriber; messageId: string };

const poisonsOf = (service: Subscriber): Poison[] =>
  POISONS.map(({ what, content, contentType }) => {
    const messageId = `poison-${what}-${randomUUID()}`;
    return { service, messageId, queue: `${service}.in`, content: content(), properties: { messageId, contentType } };
  });

/**
 * A message whose handling kills the training service each time: it dies with its first word about it to the database. It
 * stands among neighbours that are delivered together with it. Answers how often it killed.
 */
async function killByMessage(
  chaos: Chaos,
  made: ReturnType<typeof madeUpTraining>[],
): Promise<{ messageId: string; deaths: number }> {
  const { world, say } = chaos;
  const killer = madeUpTraining();
  const half = made.length / 2;
  let deaths = 0;
  world.links.training.watchDatabase(killer.collaborationId, () => {
    deaths += 1;
    world.killWithItsWords('training');
    if (deaths >= MOST_DEATHS) world.links.training.watchDatabase(undefined, () => undefined);
  });
  const messages = [...made.slice(0, half), killer, ...made.slice(half)].map(({ confirmed }) =>
    toService('training.in', confirmed),
  );
  await world.queues.send(messages);
  await eventually(
    'the message that kills is out of the way',
    async () => (await world.queues.countDead('training')) > POISONS.length,
    ISOLATED_WITHIN_MS,
  ).catch((error: Error) => say(error.message));
  world.links.training.watchDatabase(undefined, () => undefined);
  say(`poison: a message killed the training service ${deaths} times`);
  return { messageId: killer.confirmed.id, deaths };
}

/** Messages that cannot be handled, and one that kills whoever handles it: set aside alone, neighbours unharmed. */
export async function poison(chaos: Chaos): Promise<Row> {
  const { world } = chaos;
  return underLoad(chaos, { row: 'poison' }, async () => {
    const poisons = SUBSCRIBERS.flatMap(poisonsOf);
    for (const one of poisons) {
      await world.queues.send([one]);
      await sleep(BETWEEN_MS * chaos.random.float());
    }
    // A header of ours that somebody else wrote: such an event is handled as any other.
    const forged = ['many', -1, 1e9, { a: 1 }].map((header) => ({ made: madeUpTraining(), header }));
    await world.queues.send(
      forged.map(({ made, header }) => toService('training.in', made.confirmed, { 'x-ksbb-attempt': header })),
    );
    await eventually(
      'all poison is set aside',
      async () => (await world.queues.countDead('training')) >= POISONS.length,
    ).catch(() => undefined);

    const neighbours = Array.from({ length: NEIGHBOURS }, madeUpTraining);
    const { messageId, deaths } = await killByMessage(chaos, neighbours);
    const all = [...neighbours, ...forged.map(({ made }) => made)].map(({ collaborationId }) => collaborationId);
    return {
      faults: poisons.length + deaths,
      dead: [...poisons.map(givenUp), givenUp({ service: 'training', messageId })],
      facts: async () => {
        const seen = await Promise.all(all.map((id) => madeUpFacts(chaos, id)));
        // Nobody leaves a training here: both who were to take part do.
        return {
          expected: all.flatMap((id) => [`${id} teaches chaos-1`, `${id} teaches chaos-2`]),
          seen: seen.flatMap((facts) => facts.seen),
        };
      },
      violations: deaths >= MOST_DEATHS ? [`the message still killed after ${MOST_DEATHS} deaths`] : [],
    };
  });
}
