import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, startChild, startTcpProxy } from '@ksbb/testkit';
import { ROOT } from '../../../infra/local/run-directory.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { createFrameFilter } from '../environment/amqp-frames.ts';
import { deliveriesOf, type Sent } from '../environment/broker.ts';
import type { ScenarioContext } from '../load/context.ts';
import { participantFacts, toTraining, trainingFixture } from '../load/fixtures.ts';
import { type Scenario, underLoad } from '../report/under-load.ts';

const WITHHELD = 'commitment.line-receipt-confirmed.v1';
const WITHHELD_FOR_MS = { long: 15_000, short: 3_000 };
const FIXTURES = 10;
const LAST_ATTEMPT = { 'x-ksbb-attempt': 4 };
/** What `npm run dead-letters` runs. */
const SCRIPT = packageJson.scripts['dead-letters'].replace(/^node /, '');

/**
 * Replays the dead letters of one service by the command line tool. With `killAt` it is killed before it acknowledges
 * that one.
 */
async function replay({ environment }: ScenarioContext, service: string, killAt = Infinity) {
  let acks = 0;
  const url = new URL(environment.rabbitUrl);
  const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) }, () => ({
    fromClient: createFrameFilter(({ method }) => {
      if (method?.is === 'ack') acks += 1;
      if (acks >= killAt) child.signal('SIGKILL');
      return acks < killAt;
    }),
    fromServer: (chunk) => chunk,
  }));
  url.port = String(proxy.port);
  const child = startChild({
    name: 'dead-letters',
    command: process.execPath,
    args: [SCRIPT, 'replay', '--service', service],
    cwd: ROOT,
    env: { ...process.env, AMQP_URL: url.href },
  });
  const { signal } = await child.ended;
  proxy.close();
  return { killed: signal === 'SIGKILL', output: child.lastLines() };
}

/** Receipts that the commitment service never got, as its dead letters. */
async function withholdReceipts({ environment: { broker }, length }: ScenarioContext): Promise<Sent[]> {
  await broker.bind(false, { commitment: [WITHHELD] });
  await sleep(WITHHELD_FOR_MS[length]);
  await broker.bind(true, { commitment: [WITHHELD] });
  const withheld = [...(await broker.events()).values()].filter(({ routingKey }) => routingKey === WITHHELD);
  const headers = {
    ...LAST_ATTEMPT,
    'x-ksbb-reason': 'attempts-used-up',
    'x-ksbb-error': 'withheld',
    'x-ksbb-dead-at': new Date().toISOString(),
  };
  return withheld
    .flatMap(deliveriesOf)
    .filter(({ queue }) => queue === 'commitment.in')
    .map((delivery) => ({ ...delivery, queue: 'commitment.dead', properties: { ...delivery.properties, headers } }));
}

/** Replays with a kill halfway, then two replays at once, then one more. */
async function replayFourTimes(context: ScenarioContext, service: 'commitment' | 'training', count: number) {
  const { environment, random, say, violation } = context;
  const { killed } = await replay(context, service, 1 + random.below(count));
  if (!killed) violation('a replay was not killed halfway');
  const left = await environment.broker.countDead(service);
  const both = await Promise.all([replay(context, service), replay(context, service)]);
  const outputs = [...both, await replay(context, service)].map(({ output }) => output);
  say(`${service}: killed with ${left} of ${count} left; then ${outputs.join('; ')}`);
}

/** Dead letters replayed by a command that is killed halfway, then by two at once, then once more: each effect once. */
export const replayDeadLetters: Scenario = (context) => {
  const { broker } = context.environment;
  return underLoad(context, async () => {
    // On their last attempt and too early: the training service gives them up by itself.
    const fixtures = Array.from({ length: FIXTURES }, trainingFixture);
    await broker.send(fixtures.map(({ released }) => toTraining(released, LAST_ATTEMPT)));
    const withheld = await withholdReceipts(context);
    if (withheld.length === 0) context.violation('no receipt was withheld');
    await broker.send(withheld);
    const givenUp = async () => (await broker.countDead('training')) >= FIXTURES;
    await eventually('the training service has given up', givenUp);
    await broker.send(fixtures.map(({ confirmed }) => toTraining(confirmed)));
    const count = withheld.length + FIXTURES;
    context.say(`${count} dead letters`);
    await replayFourTimes(context, 'commitment', withheld.length);
    await replayFourTimes(context, 'training', FIXTURES);
    return { faults: count, facts: () => participantFacts(context, fixtures, ['chaos-1']) };
  });
};
