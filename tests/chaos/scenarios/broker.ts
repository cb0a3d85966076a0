import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICE_NAMES } from '../../../infra/local/services.ts';
import { memoryInUse } from '../environment/health.ts';
import { type Probed, startProbe } from '../load/load.ts';
import type { ScenarioReport } from '../report/report.ts';
import type { ScenarioContext } from '../load/context.ts';
import { underLoad } from '../report/under-load.ts';

/** More than the garbage that is not collected yet. */
const NOISE_MB = 24;
/** The share of the outage after which memory is measured. */
const MEASURED_FROM = 0.8;
const SAMPLES = { long: 8, short: 2 };
const ALARM_MS = { long: 15_000, short: 3_000 };
/** Two missed heartbeats of 15 s, and the time to connect again. */
const HALF_OPEN_MS = 45_000;
const PAUSE_MS = 2_000;

const violationsOf = (answers: readonly Probed[]) =>
  answers
    .filter(({ status }) => status !== 201)
    .map(({ status, tookMs }) => `a command was answered ${status} after ${Math.round(tookMs)} ms`);

/** Measures by how much the memory of each service grows; answers those that grew. */
async function measureGrowth({ environment, length, say }: ScenarioContext) {
  const before = await memoryInUse(environment, SAMPLES[length]);
  return async (when: string): Promise<string[]> => {
    const now = await memoryInUse(environment, SAMPLES[length]);
    const growth = [...now].map(([service, mb]) => ({ service, mb: Math.round(mb - (before.get(service) ?? 0)) }));
    const all = growth.map(({ service, mb }) => `${service} ${mb}`).join(', ');
    say(`broker: memory in use grew by, in MB, ${when}: ${all}`);
    return growth.filter(({ mb }) => mb > NOISE_MB).map(({ service, mb }) => `${service} grew by ${mb} MB ${when}`);
  };
}

/** The broker stopped, cut off, out of memory and half-open, while commands come in. */
export async function breakBroker(context: ScenarioContext, outageMs: number): Promise<ScenarioReport> {
  const { environment, length, say } = context;
  const { rabbit } = environment.servers;
  return underLoad(context, 'broker', async () => {
    const growth = await measureGrowth(context);
    const probe = startProbe(context);

    say(`broker: stopped for ${outageMs / 1000} s`);
    await rabbit.halt();
    const measured = sleep(outageMs * MEASURED_FROM).then(() => growth('while the broker was away'));
    const [grown] = await Promise.all([measured, sleep(outageMs)]);
    await rabbit.resume();
    say('broker: it is back');

    await sleep(PAUSE_MS);
    say('broker: every connection is cut');
    for (const service of SERVICE_NAMES) environment.links[service].broker.cut();
    await sleep(PAUSE_MS);

    say(`broker: memory alarm for ${ALARM_MS[length] / 1000} s`);
    await rabbit.memoryAlarm(true);
    await sleep(ALARM_MS[length]);
    await rabbit.memoryAlarm(false);

    if (length === 'long') {
      say(`broker: every connection is half-open for ${HALF_OPEN_MS / 1000} s`);
      for (const service of SERVICE_NAMES) environment.links[service].broker.stall();
      await sleep(HALF_OPEN_MS);
    }
    const { answers, done } = await probe.stop();
    const slowest = Math.round(Math.max(...answers.map(({ tookMs }) => tookMs)));
    say(`broker: ${answers.length} commands, the slowest answered after ${slowest} ms`);
    if (length === 'long') grown.push(...(await growth('in the end')));
    return { faults: length === 'long' ? 4 : 3, done, violations: [...violationsOf(answers), ...grown] };
  });
}
