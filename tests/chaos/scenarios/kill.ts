import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '@ksbb/testkit';
import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';
import { type Window, WINDOW_NAMES } from '../environment/amqp-link.ts';
import { participantFacts, sendTooEarly, type TrainingFixture } from '../load/fixtures.ts';
import { type Scenario, underLoad } from '../report/under-load.ts';

type Kill = { service: ServiceName; window: Window | null; pauseMs: number };

const PUBLISHING: ServiceName[] = ['commitment', 'fintech-gateway', 'training', 'msme-registry'];
const CONSUMING: ServiceName[] = ['commitment', 'fintech-gateway', 'training', 'reporting', 'msme-registry'];
/** The services that pass through each window often enough. */
const PASSING: Record<Window, readonly ServiceName[]> = {
  'publish before confirm': PUBLISHING,
  'confirm before removal': PUBLISHING,
  'delivery before effect': CONSUMING,
  'effect before ack': CONSUMING,
  'tier publish before ack': ['training'],
};
const MOST_PAUSE_MS = 900;
const WINDOW_OPENS_WITHIN_MS = 6_000;
const KILLERS = 2;
const KILLS = { long: 200, short: 10 };

/** Half of the kills at any instant, the others in a window, each window in turn. */
function planKills(count: number, random: SeededRandom): Kill[] {
  return Array.from({ length: count }, (_, at) => {
    const window = at % 2 === 0 ? (WINDOW_NAMES[(at / 2) % WINDOW_NAMES.length] as Window) : null;
    const services = window === null ? SERVICE_NAMES : PASSING[window];
    const service = services[random.below(services.length)] as ServiceName;
    return { window, service, pauseMs: random.float() * MOST_PAUSE_MS };
  });
}

/** SIGKILL of services at seeded instants and in the windows between two steps, while donors and officers go on. */
export const killServices: Scenario = (context) => {
  const { environment, random, length, say, violation } = context;
  const { platform, links } = environment;
  const plan = planKills(KILLS[length], random);
  const entered: Window[] = [];
  const early: TrainingFixture[] = [];
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
    if (isIn) entered.push(window);
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
      say(`${at + 1} of ${plan.length}: ${kill.service}, ${await killNow(kill)}`);
      await platform.untilReady(kill.service);
      busy.delete(kill.service);
    }
  }

  return underLoad(context, async () => {
    await Promise.all(Array.from({ length: KILLERS }, killer));
    const times = WINDOW_NAMES.map((window) => [window, entered.filter((one) => one === window).length] as const);
    say(`windows entered: ${times.map((each) => each.join(' ')).join(', ')}`);
    if (length === 'long')
      for (const [window, count] of times) if (count === 0) violation(`no service was killed in the window ${window}`);
    return { faults: plan.length, facts: () => participantFacts(context, early, ['chaos-1']) };
  });
};
