import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '@ksbb/testkit';
import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';
import { type Window, WINDOWS } from '../environment/amqp-link.ts';
import { sendTooEarly } from '../load/fixtures.ts';
import { type Facts, joinedFacts } from '../report/report.ts';
import { type Scenario, underLoad } from '../report/under-load.ts';

type Kill = { service: ServiceName; window: Window | null; pauseMs: number };

/** The services that pass through each window often enough. */
const PASSING: Record<Window, readonly ServiceName[]> = {
  'publish before confirm': ['commitment', 'fintech-gateway', 'training', 'msme-registry'],
  'confirm before removal': ['commitment', 'fintech-gateway', 'training', 'msme-registry'],
  'delivery before effect': ['commitment', 'fintech-gateway', 'training', 'reporting', 'msme-registry'],
  'effect before ack': ['commitment', 'fintech-gateway', 'training', 'reporting', 'msme-registry'],
  'tier publish before ack': ['training'],
};
const MOST_PAUSE_MS = 900;
const WINDOW_OPENS_WITHIN_MS = 6_000;
const KILLERS = 2;
const KILLS = { long: 200, short: 10 };

/** Half of the kills at any instant, the others in a window, each window in turn. */
function planKills(count: number, random: SeededRandom): Kill[] {
  const pick = (from: readonly ServiceName[]) => from[random.below(from.length)] as ServiceName;
  return Array.from({ length: count }, (_, at) => {
    const window = at % 2 === 0 ? (WINDOWS[(at / 2) % WINDOWS.length] as Window) : null;
    const service = pick(window === null ? SERVICE_NAMES : PASSING[window]);
    return { window, service, pauseMs: random.float() * MOST_PAUSE_MS };
  });
}

/** SIGKILL of services at seeded instants and in the windows between two steps, while donors and officers go on. */
export const killServices: Scenario = (context) => {
  const { environment, random, length, say } = context;
  const { platform, links } = environment;
  const plan = planKills(KILLS[length], random);
  const entered = new Map<Window, number>();
  const early: (() => Promise<Facts>)[] = [];
  const busy = new Set<ServiceName>();
  let next = 0;

  async function killNow({ service, window }: Kill): Promise<string> {
    if (window === null) {
      environment.kill(service);
      return 'at any instant';
    }
    const waiting = links[service].untilIn(window, WINDOW_OPENS_WITHIN_MS);
    if (window === 'tier publish before ack') early.push(await sendTooEarly(context));
    const isIn = await waiting;
    environment.killAndDrop(service);
    if (isIn) entered.set(window, (entered.get(window) ?? 0) + 1);
    return isIn ? window : `waiting for ${window}`;
  }

  /** Two killers share the plan, and one service is killed by one of them at a time. */
  async function killer(): Promise<void> {
    for (let at = next++; at < plan.length; at = next++) {
      const kill = plan[at] as Kill;
      while (busy.has(kill.service)) await sleep(50);
      busy.add(kill.service);
      if (kill.window !== null) await platform.untilReady(kill.service);
      await sleep(kill.pauseMs);
      say(`kill ${at + 1} of ${plan.length}: ${kill.service}, ${await killNow(kill)}`);
      await platform.untilReady(kill.service);
      busy.delete(kill.service);
    }
  }

  return underLoad(context, 'kill', async () => {
    await Promise.all(Array.from({ length: KILLERS }, killer));
    say(`kill: windows entered: ${[...entered].map(([window, times]) => `${window} ${times}`).join(', ')}`);
    const missed = length === 'short' ? [] : WINDOWS.filter((window) => !entered.has(window));
    return {
      faults: plan.length,
      violations: missed.map((window) => `no service was killed in the window ${window}`),
      facts: async () => joinedFacts(await Promise.all(early.map((facts) => facts()))),
    };
  });
};
