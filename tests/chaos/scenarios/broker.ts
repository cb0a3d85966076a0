import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICE_NAMES } from '../../../infra/local/services.ts';
import { memoryInUse } from '../environment/health.ts';
import type { ScenarioContext } from '../load/context.ts';
import { slowestMs, startProbes, wrongAnswer } from '../load/load.ts';
import { type Scenario, underLoad } from '../report/under-load.ts';

/** More than what requests in flight hold. */
const NOISE_MB = 24;
/** The share of the outage after which memory is measured. */
const MEASURED_FROM = 0.8;
const SAMPLES = { long: 8, short: 2 };
const ALARM_MS = { long: 15_000, short: 3_000 };
/** Two missed heartbeats of 15 s, and the time to connect again. */
const HALF_OPEN_MS = 45_000;
const PAUSE_MS = 2_000;

/** Measures by how much the memory of each service grows. */
async function measureGrowth({ environment: { platform }, length, say, violation }: ScenarioContext) {
  const before = await memoryInUse(platform, SAMPLES[length]);
  return async (when: string): Promise<void> => {
    const now = await memoryInUse(platform, SAMPLES[length]);
    const growth = [...now].map(([service, mb]) => ({ service, mb: Math.round(mb - (before.get(service) ?? 0)) }));
    const all = growth.map(({ service, mb }) => `${service} ${mb}`).join(', ');
    say(`memory in use grew by, in MB, ${when}: ${all}`);
    for (const { service, mb } of growth) if (mb > NOISE_MB) violation(`${service} grew by ${mb} MB ${when}`);
  };
}

/** The broker stopped, cut off, out of memory and half-open, while commands come in. */
export const breakBroker: Scenario = (context) => {
  const { environment, length, outageMs, say, violation } = context;
  const { rabbit } = environment.servers;
  const links = SERVICE_NAMES.map((service) => environment.links[service].broker);
  return underLoad(context, async () => {
    const growth = await measureGrowth(context);
    const probes = startProbes(context);

    say(`stopped for ${outageMs / 1000} s`);
    await rabbit.halt();
    const measured = sleep(outageMs * MEASURED_FROM).then(() => growth('while the broker was away'));
    await Promise.all([measured, sleep(outageMs)]);
    await rabbit.resume();
    say('it is back');

    await sleep(PAUSE_MS);
    say('every connection is cut');
    for (const link of links) link.cut();
    await sleep(PAUSE_MS);

    say(`memory alarm for ${ALARM_MS[length] / 1000} s`);
    await rabbit.memoryAlarm(true);
    await sleep(ALARM_MS[length]);
    await rabbit.memoryAlarm(false);

    if (length === 'long') {
      say(`every connection is half-open for ${HALF_OPEN_MS / 1000} s`);
      for (const link of links) link.stall();
      await sleep(HALF_OPEN_MS);
    }
    const answers = await probes.stop();
    say(`${answers.length} commands, the slowest answered after ${slowestMs(answers)} ms`);
    for (const answer of answers) if (answer.status !== 201) violation(wrongAnswer(answer));
    if (length === 'long') await growth('in the end');
    return { faults: length === 'long' ? 4 : 3, done: answers.flatMap(({ done = [] }) => done) };
  });
};
