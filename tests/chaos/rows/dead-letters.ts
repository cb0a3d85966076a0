import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../../infra/local/run-directory.ts';
import { eventually, startTcpProxy } from '@ksbb/testkit';
import { type Chaos, underLoad } from '../ledger/account.ts';
import type { Row } from '../ledger/row.ts';
import { madeUpFacts, madeUpTraining, toService } from '../load/made-up.ts';
import { deliveriesOf } from '../load/shuffled-deliveries.ts';
import type { Sent } from '../world/broker-queues.ts';
import { createFrameReader } from '../world/amqp-frames.ts';

const WITHHELD = 'commitment.line-receipt-confirmed.v1';
const WITHHELD_FOR_MS = { long: 15_000, short: 3_000 };
const MADE_UP = 10;
const LAST_ATTEMPT = { 'x-ksbb-attempt': 4 };

/** What `npm run dead-letters` runs. */
function command(): string {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  return (scripts['dead-letters'] ?? '').replace(/^node /, '');
}

type Replay = { killed: boolean; output: string };

/** Replays the dead letters of one service by the command line tool; with `killAt`, until it is about to take off that letter. */
async function replay({ world }: Chaos, service: string, killAt = Infinity): Promise<Replay> {
  let acks = 0;
  const address = new URL(world.rabbitUrl);
  const proxy = await startTcpProxy({ host: address.hostname, port: Number(address.port) }, () => {
    const read = createFrameReader();
    const passes = ({ method }: ReturnType<typeof read>[number]) => {
      if (method?.is === 'ack') acks += 1;
      if (acks >= killAt) child.kill('SIGKILL');
      return acks < killAt;
    };
    return {
      fromClient: (chunk) =>
        Buffer.concat(
          read(chunk)
            .filter(passes)
            .map(({ bytes }) => bytes),
        ),
      fromServer: (chunk) => chunk,
    };
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
    child.once('close', (_code, ended) => resolve(ended));
  });
  proxy.close();
  return { killed: signal === 'SIGKILL', output: output.trim() };
}

/** Receipts that the commitment service never got, as dead letters of it. */
async function withholdReceipts({ world, short }: Chaos): Promise<Sent[]> {
  await world.queues.bind('commitment', [WITHHELD], false);
  await sleep(WITHHELD_FOR_MS[short ? 'short' : 'long']);
  await world.queues.bind('commitment', [WITHHELD], true);
  const events = [...world.tap.events().values()].filter(({ routingKey }) => routingKey === WITHHELD);
  const headers = {
    ...LAST_ATTEMPT,
    'x-ksbb-reason': 'attempts-used-up',
    'x-ksbb-error': 'withheld',
    'x-ksbb-dead-at': new Date().toISOString(),
  };
  return events
    .flatMap(deliveriesOf)
    .filter(({ queue }) => queue === 'commitment.in')
    .map((delivery) => ({ ...delivery, queue: 'commitment.dead', properties: { ...delivery.properties, headers } }));
}

/** Dead letters replayed by a command that dies halfway, then by two at once, then once more: each effect once. */
export async function replayDeadLetters(chaos: Chaos): Promise<Row> {
  const { world, random, say } = chaos;
  return underLoad(chaos, { row: 'dead-letters' }, async () => {
    // On their last attempt, too early: the training service gives them up by itself.
    const made = Array.from({ length: MADE_UP }, madeUpTraining);
    await world.queues.send(made.map(({ released }) => toService('training.in', released, LAST_ATTEMPT)));
    const withheld = await withholdReceipts(chaos);
    await world.queues.send(withheld);
    await eventually(
      'the training service has given up',
      async () => (await world.queues.countDead('training')) === MADE_UP,
    );
    await world.queues.send(made.map(({ confirmed }) => toService('training.in', confirmed)));
    const letters = withheld.length + MADE_UP;
    say(`dead-letters: ${letters} letters`);

    let killed = 0;
    for (const [service, count] of [
      ['commitment', withheld.length],
      ['training', MADE_UP],
    ] as const) {
      const half = await replay(chaos, service, 1 + random.below(count));
      killed += Number(half.killed);
      const left = await world.queues.countDead(service);
      const both = await Promise.all([replay(chaos, service), replay(chaos, service)]);
      const again = await replay(chaos, service);
      say(
        `dead-letters: ${service}: killed with ${left} of ${count} left; then ${[...both, again].map(({ output }) => output).join('; ')}`,
      );
    }
    return {
      faults: letters,
      facts: async () => {
        const facts = await Promise.all(made.map(({ collaborationId }) => madeUpFacts(chaos, collaborationId)));
        return { expected: facts.flatMap(({ expected }) => expected), seen: facts.flatMap(({ seen }) => seen) };
      },
      violations: [
        ...(killed === 2 ? [] : ['a replay was not killed halfway']),
        ...(withheld.length > 0 ? [] : ['no receipt was withheld']),
      ],
    };
  });
}
