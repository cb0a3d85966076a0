import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '@ksbb/testkit';
import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';
import { type Chaos, underLoad } from '../ledger/account.ts';
import type { Row } from '../ledger/row.ts';
import { type Window, WINDOWS } from '../world/amqp-link.ts';
import { tooEarly, type RetryLater } from '../load/made-up.ts';

type Kill = { service: ServiceName; window: Window | null; pauseMs: number };

/** Who passes through each window often enough. Two killers share the work, so each service is only ever killed by one at a time. */
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
const LONG = 200;
const SHORT = 10;

/** Half of the kills at any instant, the others in a window, each window in turn. */
function planKills(count: number, random: SeededRandom): Kill[] {
  const pick = (from: readonly ServiceName[]) => from[random.below(from.length)] as ServiceName;
  const windows = Object.keys(PASSING) as Window[];
  return Array.from({ length: count }, (_, at) => {
    const window = at % 2 === 0 ? (windows[(at / 2) % windows.length] as Window) : null;
    return {
      window,
      service: pick(window === null ? SERVICE_NAMES : PASSING[window]),
      pauseMs: random.float() * MOST_PAUSE_MS,
    };
  });
}

/** SIGKILL of services at seeded instants and in the windows between two steps, while donors and officers go on. */
export async function killServices(chaos: Chaos): Promise<Row> {
  const { world, random, say } = chaos;
  const plan = planKills(chaos.short ? SHORT : LONG, random);
  const entered = new Map<Window, number>();
  const sent: RetryLater[] = [];
  const busy = new Set<ServiceName>();
  let next = 0;

  async function die({ service, window }: Kill): Promise<string> {
    if (window === null) {
      world.kill(service);
      return 'at any instant';
    }
    const waiting = world.links[service].untilIn(window, WINDOW_OPENS_WITHIN_MS);
    if (window === 'tier publish before ack') sent.push(await tooEarly(chaos));
    const isIn = await waiting;
    world.killWithItsWords(service);
    if (isIn) entered.set(window, (entered.get(window) ?? 0) + 1);
    return isIn ? window : `waiting for ${window}`;
  }

  async function killer(): Promise<void> {
    for (let at = next++; at < plan.length; at = next++) {
      const kill = plan[at] as Kill;
      while (busy.has(kill.service)) await sleep(50);
      busy.add(kill.service);
      if (kill.window !== null) await world.platform.untilReady(kill.service);
      await sleep(kill.pauseMs);
      say(`kill ${at + 1} of ${plan.length}: ${kill.service}, ${await die(kill)}`);
      await world.platform.untilReady(kill.service);
      busy.delete(kill.service);
    }
  }

  return underLoad(chaos, { row: 'kill' }, async () => {
    await Promise.all(Array.from({ length: KILLERS }, killer));
    say(`kill: windows entered: ${[...entered].map(([window, times]) => `${window} ${times}`).join(', ')}`);
    const missed = chaos.short ? [] : WINDOWS.filter((window) => !entered.has(window));
    return {
      faults: plan.length,
      violations: missed.map((window) => `nobody was killed in the window ${window}`),
      facts: async () => {
        const facts = await Promise.all(sent.map((one) => one.facts()));
        return { expected: facts.flatMap(({ expected }) => expected), seen: facts.flatMap(({ seen }) => seen) };
      },
    };
  });
}
