import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@ksbb/testkit';
import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';
import { type Chaos, underLoad } from '../ledger/account.ts';
import type { Row } from '../ledger/row.ts';
import { type Probed, startProbe } from '../load/probe.ts';
import { deliveriesOf } from '../load/shuffled-deliveries.ts';
import { isReady } from '../world/health.ts';
import { failedHandlings } from '../world/service-logs.ts';

const OWNERS = SERVICE_NAMES.filter((service) => service !== 'portal');
/** Calls under way at the beginning wait as long for their answer. */
const GIVES_UP_MS = 12_000;
const FROZEN_MS = { long: 30_000, short: 6_000 };
const CUT_MS = { long: 10_000, short: 3_000 };
const BACK_WITHIN_MS = 30_000;
const REPEATED = 100;
const LINE_LENGTH = 200;

const isPatient = ({ status, retryAfter }: Probed) => status === 201 || (status === 503 && Number(retryAfter) > 0);

async function neverUnready(world: Chaos['world'], ms: number): Promise<ServiceName[]> {
  const left = new Set<ServiceName>(OWNERS);
  for (const deadline = performance.now() + ms; performance.now() < deadline; await sleep(250)) {
    const looks = await Promise.all(
      [...left].map(async (service) => [service, await isReady(world, service)] as const),
    );
    for (const [service, ready] of looks) if (ready === false) left.delete(service);
  }
  return [...left];
}

/** The database frozen, then cut off: whoever asks is told to come back, and everything goes on by itself. */
export async function breakDatabase(chaos: Chaos): Promise<Row> {
  const { world, short, say } = chaos;
  const { mongo } = world.servers;
  const length = short ? 'short' : 'long';

  /** Answers what did not hold while the database was away. */
  async function away(
    what: string,
    ms: number,
    begin: () => Promise<void>,
    end: () => Promise<void>,
  ): Promise<string[]> {
    const probe = startProbe(chaos);
    say(`database: ${what} for ${ms / 1000} s`);
    await begin();
    // Whoever takes events has some to handle meanwhile, which it knows already.
    await world.queues.send([...world.tap.events().values()].flatMap(deliveriesOf).slice(-REPEATED));
    const stayedReady = await neverUnready(world, ms);
    await end();
    const ended = performance.now();
    const back = await eventually(
      'every service is ready again',
      async () => (await Promise.all(OWNERS.map((service) => isReady(world, service)))).every(Boolean),
      BACK_WITHIN_MS,
    ).then(
      () => [],
      (error: Error) => [error.message],
    );
    const { answers, done } = await probe.stop();
    others.push(...done);
    const refused = answers.filter(({ status }) => status === 503);
    say(
      `database: ready again after ${Math.round(performance.now() - ended)} ms; of ${answers.length} commands ${refused.length} were told to come back, after ${Math.round(Math.max(0, ...refused.map(({ tookMs }) => tookMs)))} ms at most`,
    );
    return [
      ...back,
      ...stayedReady.map((service) => `${service} said that it was ready while the database was ${what}`),
      ...answers
        .filter((answer) => !isPatient(answer))
        .map(({ status, tookMs }) => `a command was answered ${status} after ${Math.round(tookMs)} ms`),
      ...(refused.length === 0 && ms > GIVES_UP_MS
        ? [`no command was answered 503 while the database was ${what}`]
        : []),
    ];
  }

  const others: Awaited<ReturnType<ReturnType<typeof startProbe>['stop']>>['done'] = [];
  const refuse = (on: boolean) => async () => {
    for (const service of SERVICE_NAMES) world.links[service].database.refuse(on);
  };
  return underLoad(chaos, { row: 'database' }, async () => {
    await eventually('events go about', async () => world.tap.events().size >= REPEATED / 2);
    const before = new Set(await failedHandlings());
    const violations = [
      ...(await away('frozen', FROZEN_MS[length], mongo.freeze, mongo.thaw)),
      ...(await away('cut off', CUT_MS[length], refuse(true), refuse(false))),
    ];
    const failed = (await failedHandlings()).filter((line) => !before.has(line));
    const costly = failed.map(
      (line) => `an attempt was used up while the database was away: ${line.slice(0, LINE_LENGTH)}`,
    );
    return { faults: 2, done: others, violations: [...violations, ...costly] };
  });
}
