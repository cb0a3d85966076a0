import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Partner } from '../contract/record.ts';
import type { Fault, FaultKind, FaultRoute } from '../stores/faults.ts';

export const SCENARIOS = [
  'outage',
  'slow-day',
  'lost-answers',
  'expired-credentials',
  'rate-limited',
  'bad-day',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** A fault before it is stored. */
export type NewFault = Omit<Fault, 'id' | 'served' | 'createdAt'>;
type Shape = { kind: FaultKind; status?: number; milliseconds?: number; retryAfterSeconds?: number };

const ROUTES: readonly FaultRoute[] = ['create-contract', 'get-contract', 'cancel-contract'];

/** One fault of each scenario, chosen with whole numbers from 0 to below n. */
const SHAPES: Record<Scenario, (next: (below: number) => number) => Shape> = {
  outage: () => ({ kind: 'status', status: 503 }),
  'slow-day': (next) => ({ kind: next(2) === 0 ? 'latency' : 'slow-response', milliseconds: 100 + next(900) }),
  'lost-answers': (next) => ({ kind: next(2) === 0 ? 'lost-answer' : 'reset' }),
  'expired-credentials': () => ({ kind: 'status', status: 401 }),
  'rate-limited': (next) => ({ kind: 'status', status: 429, retryAfterSeconds: 1 + next(2) }),
  'bad-day': (next) => {
    const shapes: Shape[] = [
      { kind: 'status', status: 500 },
      { kind: 'status', status: 503 },
      { kind: 'status', status: 429, retryAfterSeconds: 1 },
      { kind: 'latency', milliseconds: 100 + next(400) },
      { kind: 'lost-answer' },
      { kind: 'reset' },
      { kind: 'slow-response', milliseconds: 100 + next(400) },
    ];
    return shapes[next(shapes.length)] as Shape;
  },
};

/** The faults of a scenario, each for one or two calls. The same seed gives the same faults. */
export function faultsOf(scenario: Scenario, partner: Partner, seed: number, count: number): NewFault[] {
  const random = xoroshiro128plus(seed);
  const next = (below: number) => uniformInt(random, 0, below - 1);
  return Array.from({ length: count }, () => {
    const { kind, status = null, milliseconds = null, retryAfterSeconds = null } = SHAPES[scenario](next);
    return {
      partner,
      route: ROUTES[next(ROUTES.length)] as FaultRoute,
      kind,
      status,
      milliseconds,
      retryAfterSeconds,
      times: 1 + next(2),
    };
  });
}
