import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICE_NAMES } from '../../../infra/local/services.ts';
import { type Chaos, underLoad } from '../ledger/account.ts';
import type { Row } from '../ledger/row.ts';
import { type Probed, startProbe } from '../load/probe.ts';
import { memoryInUse } from '../world/health.ts';

/** More than what garbage that was not collected yet makes up. */
const NOISE_MB = 24;
/** The share of the outage after which memory is looked at. */
const LOOKING_FROM = 0.8;
const LOOKS = { long: 8, short: 2 };
const ALARM_MS = { long: 15_000, short: 3_000 };
/** Two missed heartbeats of 15 s, and the time to connect again. */
const HALF_OPEN_MS = 45_000;

const violationsOf = (answers: readonly Probed[]) =>
  answers
    .filter(({ status }) => status !== 201)
    .map(({ status, tookMs }) => `a command was answered ${status} after ${Math.round(tookMs)} ms`);

/** The broker away, cut off, half-open and out of memory, while commands come in. */
export async function breakBroker(chaos: Chaos, outageMs: number): Promise<Row> {
  const { world, short, say } = chaos;
  const { rabbit } = world.servers;
  return underLoad(chaos, { row: 'broker' }, async () => {
    const looks = LOOKS[short ? 'short' : 'long'];
    const before = await memoryInUse(world, looks);
    const growth = async (when: string) => {
      const now = [...(await memoryInUse(world, looks))].map(
        ([service, mb]) => [service, Math.round(mb - (before.get(service) ?? 0))] as const,
      );
      say(
        `broker: memory in use grew by, in MB, ${when}: ${now.map(([service, mb]) => `${service} ${mb}`).join(', ')}`,
      );
      return now.filter(([, mb]) => mb > NOISE_MB).map(([service, mb]) => `${service} grew by ${mb} MB ${when}`);
    };
    const probe = startProbe(chaos);

    say(`broker: stopped for ${outageMs / 1000} s`);
    await rabbit.halt();
    const [grown] = await Promise.all([
      sleep(outageMs * LOOKING_FROM).then(() => growth('while it was away')),
      sleep(outageMs),
    ]);
    await rabbit.resume();
    say('broker: it is back');

    await sleep(2_000);
    say('broker: every connection is cut');
    for (const service of SERVICE_NAMES) world.links[service].broker.cut();
    await sleep(2_000);

    const alarmMs = ALARM_MS[short ? 'short' : 'long'];
    say(`broker: memory alarm for ${alarmMs / 1000} s`);
    await rabbit.memoryAlarm(true);
    await sleep(alarmMs);
    await rabbit.memoryAlarm(false);

    if (!short) {
      say(`broker: every connection is half-open for ${HALF_OPEN_MS / 1000} s`);
      for (const service of SERVICE_NAMES) world.links[service].broker.stall();
      await sleep(HALF_OPEN_MS);
    }
    const { answers, done } = await probe.stop();
    say(
      `broker: ${answers.length} commands, the slowest answered after ${Math.round(Math.max(...answers.map(({ tookMs }) => tookMs)))} ms`,
    );
    if (!short) grown.push(...(await growth('in the end')));
    return { faults: short ? 3 : 4, done, violations: [...violationsOf(answers), ...grown] };
  });
}
