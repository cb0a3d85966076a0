import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@ksbb/testkit';
import { SUBSCRIBERS } from '../../scenario/environment.ts';
import type { Sent, Subscriber } from '../environment/broker.ts';
import type { ScenarioContext } from '../load/context.ts';
import { participantFacts, toTraining, type TrainingFixture, trainingFixture } from '../load/fixtures.ts';
import { deadLetterFact, type Scenario, underLoad } from '../report/under-load.ts';

const NEIGHBOURS = 20;
const HUGE_BYTES = 2 * 1024 * 1024;
/** How often a message may kill its consumer before it has to be quarantined. */
const MOST_DEATHS = 20;
const ISOLATED_WITHIN_MS = 120_000;
const BETWEEN_MS = 100;
const CLOUD_EVENT = 'application/cloudevents+json';

const event = (version: string, data: object = {}) =>
  Buffer.from(
    JSON.stringify({
      specversion: '1.0',
      id: `chaos:${randomUUID()}@1`,
      source: '/ksbb/chaos',
      type: `ksbb.commitment.commitment-confirmed.${version}`,
      subject: 'chaos',
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      sequence: '0000000001',
      data,
    }),
  );

/** Messages that no handler may ever get. */
const POISONS: { what: string; content: () => Buffer; contentType?: string }[] = [
  { what: 'bad-schema', content: () => event('v1') },
  { what: 'unknown-major', content: () => event('v99') },
  { what: 'no-json', content: () => Buffer.from('{"specversion": "1.0", ') },
  { what: 'no-text', content: () => Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x80]), contentType: 'image/png' },
  { what: 'other-format', content: () => Buffer.from('<event id="1"/>'), contentType: 'application/xml' },
  { what: 'empty', content: () => Buffer.alloc(0) },
  { what: 'huge', content: () => event('v1', { padding: 'x'.repeat(HUGE_BYTES) }) },
];

type Poison = Sent & { service: Subscriber; messageId: string };

const poisonsOf = (service: Subscriber): Poison[] =>
  POISONS.map(({ what, content, contentType = CLOUD_EVENT }) => {
    const messageId = `poison-${what}-${randomUUID()}`;
    return { service, messageId, queue: `${service}.in`, content: content(), properties: { messageId, contentType } };
  });

/**
 * A message that kills the training service each time it is handled: the service is killed when it first sends
 * something about it to the database. It is delivered together with its neighbours. Answers how often it killed.
 */
async function killByMessage(
  { environment, say, violation }: ScenarioContext,
  killer: TrainingFixture,
  neighbours: readonly TrainingFixture[],
): Promise<number> {
  const { links, broker } = environment;
  const half = neighbours.length / 2;
  let deaths = 0;
  const unwatch = links.training.watchDatabase(killer.collaborationId, () => {
    deaths += 1;
    environment.killAndDrop('training');
    if (deaths < MOST_DEATHS) return;
    violation(`the message still killed after ${MOST_DEATHS} deaths`);
    unwatch();
  });
  const all = [...neighbours.slice(0, half), killer, ...neighbours.slice(half)];
  await broker.send(all.map(({ confirmed }) => toTraining(confirmed)));
  const isolated = async () => (await broker.countDead('training')) > POISONS.length;
  await eventually('the message that kills is a dead letter', isolated, ISOLATED_WITHIN_MS).catch((error: Error) =>
    say(error.message),
  );
  unwatch();
  say(`a message killed the training service ${deaths} times`);
  return deaths;
}

/**
 * Messages that cannot be handled, and one that kills its consumer: each is dead-lettered alone, its neighbours
 * unharmed.
 */
export const poison: Scenario = (context) => {
  const { broker } = context.environment;
  return underLoad(context, async () => {
    const poisons = SUBSCRIBERS.flatMap(poisonsOf);
    for (const one of poisons) {
      await broker.send([one]);
      await sleep(BETWEEN_MS * context.random.float());
    }
    // Our own header, written by somebody else: such an event is handled as any other.
    const forged = ['many', -1, 1e9, { a: 1 }].map((attempt) => ({ fixture: trainingFixture(), attempt }));
    await broker.send(
      forged.map(({ fixture, attempt }) => toTraining(fixture.confirmed, { 'x-ksbb-attempt': attempt })),
    );
    const deadLettered = async () => (await broker.countDead('training')) >= POISONS.length;
    await eventually('all poison is dead-lettered', deadLettered).catch(() => undefined);

    const neighbours = Array.from({ length: NEIGHBOURS }, trainingFixture);
    const killer = trainingFixture();
    const deaths = await killByMessage(context, killer, neighbours);
    const handled = [...neighbours, ...forged.map(({ fixture }) => fixture)];
    return {
      faults: poisons.length + deaths,
      dead: [...poisons, { service: 'training', messageId: killer.confirmed.id }].map(deadLetterFact),
      // No MSME is released here, so that both take part.
      facts: () => participantFacts(context, handled, ['chaos-1', 'chaos-2']),
    };
  });
};
