import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@ksbb/testkit';
import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';
import type { ChaosEnvironment } from '../environment/environment.ts';
import { deliveriesOf } from '../environment/event-recorder.ts';
import { failedHandlings, isReady } from '../environment/health.ts';
import type { Done } from '../load/journeys.ts';
import { type Probed, startProbe } from '../load/load.ts';
import type { ScenarioContext } from '../load/context.ts';
import { type Scenario, underLoad } from '../report/under-load.ts';

const OWNERS = SERVICE_NAMES.filter((service) => service !== 'portal');
/** A call that is in flight at the beginning waits as long for its answer. */
const GIVES_UP_MS = 12_000;
const FROZEN_MS = { long: 30_000, short: 6_000 };
const CUT_MS = { long: 10_000, short: 3_000 };
const BACK_WITHIN_MS = 30_000;
const REPEATED = 100;
const LINE_LENGTH = 200;

type Outage = { what: string; ms: number; begin: () => Promise<unknown>; end: () => Promise<unknown> };

const isAllowed = ({ status, retryAfter }: Probed) => status === 201 || (status === 503 && Number(retryAfter) > 0);

/** The services that go on saying that they are ready, of all that own a database. */
async function stayReady(environment: ChaosEnvironment, ms: number): Promise<ServiceName[]> {
  const ready = new Set<ServiceName>(OWNERS);
  for (const deadline = performance.now() + ms; performance.now() < deadline; await sleep(250)) {
    const looks = [...ready].map(async (service) => [service, await isReady(environment, service)] as const);
    for (const [service, isStill] of await Promise.all(looks)) if (isStill === false) ready.delete(service);
  }
  return [...ready];
}

/** Waits until every service is ready again. Answers what is wrong where they are not in 30 s. */
async function allReadyAgain(environment: ChaosEnvironment): Promise<string[]> {
  const all = async () => (await Promise.all(OWNERS.map((service) => isReady(environment, service)))).every(Boolean);
  return eventually('every service is ready again', all, BACK_WITHIN_MS).then(
    () => [],
    (error: Error) => [error.message],
  );
}

/** Takes the database away for a while. Answers what was done meanwhile, and what did not hold. */
async function takeAway(
  context: ScenarioContext,
  { what, ms, begin, end }: Outage,
): Promise<{ done: Done[]; violations: string[] }> {
  const { environment, say } = context;
  const { queues, events } = environment;
  const probe = startProbe(context);
  say(`database: ${what} for ${ms / 1000} s`);
  await begin();
  // Events that every subscriber knows already, so that each of them has some to handle meanwhile.
  await queues.send([...events.recorded().values()].flatMap(deliveriesOf).slice(-REPEATED));
  const stayedReady = await stayReady(environment, ms);
  await end();
  const ended = performance.now();
  const notBack = await allReadyAgain(environment);
  const readyAfter = Math.round(performance.now() - ended);
  const { answers, done } = await probe.stop();
  const refused = answers.filter(({ status }) => status === 503);
  const slowest = Math.round(Math.max(0, ...refused.map(({ tookMs }) => tookMs)));
  say(
    `database: ready again after ${readyAfter} ms; of ${answers.length} commands ${refused.length} ` +
      `were answered 503, after ${slowest} ms at most`,
  );
  const noneRefused = refused.length === 0 && ms > GIVES_UP_MS;
  const wrong = answers.filter((answer) => !isAllowed(answer));
  const violations = [
    ...notBack,
    ...stayedReady.map((service) => `${service} said that it was ready while the database was ${what}`),
    ...wrong.map(({ status, tookMs }) => `a command was answered ${status} after ${Math.round(tookMs)} ms`),
    ...(noneRefused ? [`no command was answered 503 while the database was ${what}`] : []),
  ];
  return { done, violations };
}

/** The database frozen, then cut off: commands are answered 503 with Retry-After, and everything resumes by itself. */
export const breakDatabase: Scenario = (context) => {
  const { environment, length } = context;
  const { mongo } = environment.servers;
  const refuse = (on: boolean) => async () => {
    for (const service of SERVICE_NAMES) environment.links[service].database.refuse(on);
  };
  return underLoad(context, 'database', async () => {
    await eventually('there are events', async () => environment.events.recorded().size >= REPEATED / 2);
    const before = new Set(await failedHandlings());
    const outages = [
      await takeAway(context, { what: 'frozen', ms: FROZEN_MS[length], begin: mongo.freeze, end: mongo.thaw }),
      await takeAway(context, { what: 'cut off', ms: CUT_MS[length], begin: refuse(true), end: refuse(false) }),
    ];
    const failed = (await failedHandlings()).filter((line) => !before.has(line));
    const attempts = failed.map(
      (line) => `an attempt was used while the database was away: ${line.slice(0, LINE_LENGTH)}`,
    );
    return {
      faults: outages.length,
      done: outages.flatMap(({ done }) => done),
      violations: [...outages.flatMap(({ violations }) => violations), ...attempts],
    };
  });
};
