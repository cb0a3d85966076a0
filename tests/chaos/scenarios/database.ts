import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@ksbb/testkit';
import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';
import { deliveriesOf } from '../environment/broker.ts';
import { OWNERS } from '../environment/databases.ts';
import { failedHandlings, isReady } from '../environment/health.ts';
import type { ScenarioContext } from '../load/context.ts';
import { type Probed, slowestMs, startProbes, wrongAnswer } from '../load/load.ts';
import { type Scenario, underLoad } from '../report/under-load.ts';

/** A call that is in flight at the beginning waits as long for its answer. */
const GIVES_UP_MS = 12_000;
const FROZEN_MS = { long: 30_000, short: 6_000 };
const CUT_MS = { long: 10_000, short: 3_000 };
const BACK_WITHIN_MS = 30_000;
const REPEATED = 100;
const LINE_LENGTH = 200;

type Outage = { what: string; ms: number; begin: () => unknown; end: () => unknown };

const isAllowed = ({ status, retryAfter }: Probed) => status === 201 || (status === 503 && Number(retryAfter) > 0);

/** Takes the database away for a while. Answers how commands were answered meanwhile. */
async function takeAway(context: ScenarioContext, { what, ms, begin, end }: Outage): Promise<Probed[]> {
  const { environment, say, violation } = context;
  const { broker, platform } = environment;
  const isServiceReady = (service: ServiceName) => isReady(platform.healthUrls[service]);
  const probes = startProbes(context);
  say(`${what} for ${ms / 1000} s`);
  await begin();
  // Events that every subscriber knows already, so that each of them has some to handle meanwhile.
  await broker.send([...(await broker.events()).values()].flatMap(deliveriesOf).slice(-REPEATED));
  const stayReady = new Set<ServiceName>(OWNERS);
  for (const deadline = performance.now() + ms; performance.now() < deadline; await sleep(250)) {
    const looks = [...stayReady].map(async (service) => [service, await isServiceReady(service)] as const);
    for (const [service, isStill] of await Promise.all(looks)) if (isStill === false) stayReady.delete(service);
  }
  await end();
  const ended = performance.now();
  const allReady = async () => (await Promise.all(OWNERS.map(isServiceReady))).every(Boolean);
  await eventually('every service is ready again', allReady, BACK_WITHIN_MS).catch(({ message }) => violation(message));
  const readyAfter = Math.round(performance.now() - ended);
  const answers = await probes.stop();
  const refused = answers.filter(({ status }) => status === 503);
  say(
    `ready again after ${readyAfter} ms; of ${answers.length} commands ${refused.length} were answered 503, ` +
      `after ${slowestMs(refused)} ms at most`,
  );
  for (const service of stayReady) violation(`${service} said that it was ready while the database was ${what}`);
  for (const answer of answers) if (!isAllowed(answer)) violation(wrongAnswer(answer));
  if (refused.length === 0 && ms > GIVES_UP_MS) violation(`no command was answered 503 while the database was ${what}`);
  return answers;
}

/** The database frozen, then cut off: commands are answered 503 with Retry-After, and everything resumes by itself. */
export const breakDatabase: Scenario = (context) => {
  const { environment, length, violation } = context;
  const { freeze, thaw } = environment.servers.mongo;
  const refuse = (on: boolean) => () => {
    for (const service of SERVICE_NAMES) environment.links[service].database.refuse(on);
  };
  return underLoad(context, async () => {
    await eventually('there are events', async () => (await environment.broker.events()).size >= REPEATED / 2);
    const before = new Set(await failedHandlings());
    const answers = [
      ...(await takeAway(context, { what: 'frozen', ms: FROZEN_MS[length], begin: freeze, end: thaw })),
      ...(await takeAway(context, { what: 'cut off', ms: CUT_MS[length], begin: refuse(true), end: refuse(false) })),
    ];
    for (const line of await failedHandlings())
      if (!before.has(line))
        violation(`an attempt was used while the database was away: ${line.slice(0, LINE_LENGTH)}`);
    return { faults: 2, done: answers.flatMap(({ done = [] }) => done) };
  });
};
