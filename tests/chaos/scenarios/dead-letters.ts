import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, startTcpProxy } from '@ksbb/testkit';
import { ROOT } from '../../../infra/local/run-directory.ts';
import { createFrameReader, type Frame } from '../environment/amqp-frames.ts';
import type { Sent } from '../environment/broker-queues.ts';
import { deliveriesOf } from '../environment/event-recorder.ts';
import { participantFacts, toService, trainingFixture } from '../load/fixtures.ts';
import { joinedFacts } from '../report/report.ts';
import type { ScenarioContext } from '../load/context.ts';
import { type Scenario, underLoad } from '../report/under-load.ts';

const WITHHELD = 'commitment.line-receipt-confirmed.v1';
const WITHHELD_FOR_MS = { long: 15_000, short: 3_000 };
const FIXTURES = 10;
const LAST_ATTEMPT = { 'x-ksbb-attempt': 4 };

/** What `npm run dead-letters` runs. */
function command(): string {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  return (scripts['dead-letters'] ?? '').replace(/^node /, '');
}

type Replay = { killed: boolean; output: string };

/**
 * Replays the dead letters of one service by the command line tool. With `killAt` it is killed before it acknowledges
 * that one.
 */
async function replay(
  { environment }: ScenarioContext,
  service: string,
  killAt = Number.POSITIVE_INFINITY,
): Promise<Replay> {
  let acks = 0;
  const address = new URL(environment.rabbitUrl);
  const passes = ({ method }: Frame) => {
    if (method?.is === 'ack') acks += 1;
    if (acks >= killAt) child.kill('SIGKILL');
    return acks < killAt;
  };
  const proxy = await startTcpProxy({ host: address.hostname, port: Number(address.port) }, () => {
    const read = createFrameReader();
    const passed = (chunk: Buffer) =>
      read(chunk)
        .filter(passes)
        .map(({ bytes }) => bytes);
    return { fromClient: (chunk) => Buffer.concat(passed(chunk)), fromServer: (chunk) => chunk };
  });
  address.port = String(proxy.port);
  const child = spawn(process.execPath, [command(), 'replay', '--service', service], {
    cwd: ROOT,
    env: { ...process.env, AMQP_URL: address.href },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (_code, endedBy) => resolve(endedBy));
  });
  proxy.close();
  return { killed: signal === 'SIGKILL', output: output.trim() };
}

/** Receipts that the commitment service never got, as its dead letters. */
async function withholdReceipts({ environment, length }: ScenarioContext): Promise<Sent[]> {
  const { queues, events } = environment;
  await queues.bind('commitment', [WITHHELD], false);
  await sleep(WITHHELD_FOR_MS[length]);
  await queues.bind('commitment', [WITHHELD], true);
  const withheld = [...events.recorded().values()].filter(({ routingKey }) => routingKey === WITHHELD);
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

/** Replays with a kill halfway, then two replays at once, then one more. Answers whether the first was killed. */
async function replayFourTimes(context: ScenarioContext, service: 'commitment' | 'training', count: number) {
  const { environment, random, say } = context;
  const half = await replay(context, service, 1 + random.below(count));
  const left = await environment.queues.countDead(service);
  const both = await Promise.all([replay(context, service), replay(context, service)]);
  const outputs = [...both, await replay(context, service)].map(({ output }) => output);
  say(`dead-letters: ${service}: killed with ${left} of ${count} left; then ${outputs.join('; ')}`);
  return half.killed;
}

/** Dead letters replayed by a command that is killed halfway, then by two at once, then once more: each effect once. */
export const replayDeadLetters: Scenario = (context) => {
  const { queues } = context.environment;
  return underLoad(context, 'dead-letters', async () => {
    // On their last attempt and too early: the training service gives them up by itself.
    const fixtures = Array.from({ length: FIXTURES }, trainingFixture);
    await queues.send(fixtures.map(({ released }) => toService('training.in', released, LAST_ATTEMPT)));
    const withheld = await withholdReceipts(context);
    await queues.send(withheld);
    const givenUp = async () => (await queues.countDead('training')) >= FIXTURES;
    await eventually('the training service has given up', givenUp);
    await queues.send(fixtures.map(({ confirmed }) => toService('training.in', confirmed)));
    const count = withheld.length + FIXTURES;
    context.say(`dead-letters: ${count} dead letters`);
    const killed = [
      await replayFourTimes(context, 'commitment', withheld.length),
      await replayFourTimes(context, 'training', FIXTURES),
    ];
    const facts = () => fixtures.map(({ collaborationId }) => participantFacts(context, collaborationId, ['chaos-1']));
    return {
      faults: count,
      facts: async () => joinedFacts(await Promise.all(facts())),
      violations: [
        ...(killed.every(Boolean) ? [] : ['a replay was not killed halfway']),
        ...(withheld.length > 0 ? [] : ['no receipt was withheld']),
      ],
    };
  });
};
