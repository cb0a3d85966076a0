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

export type OrderedFault = Pick<
  Fault,
  'partner' | 'route' | 'kind' | 'status' | 'milliseconds' | 'retryAfterSeconds' | 'times'
>;
type Shape = { kind: FaultKind; status?: number; milliseconds?: number; retryAfterSeconds?: number };

const ROUTES: readonly FaultRoute[] = ['create-contract', 'get-contract', 'cancel-contract'];

/** Whole numbers from 0 to below n that follow from the seed (mulberry32). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** What may go wrong in each, drawn from in turn by the seed. */
const SHAPES: Record<Scenario, (next: (below: number) => number) => Shape> = {
  outage: () => ({ kind: 'status', status: 503 }),
  'slow-day': (next) => ({ kind: next(2) === 0 ? 'latency' : 'drip', milliseconds: 100 + next(900) }),
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
      { kind: 'drip', milliseconds: 100 + next(400) },
    ];
    return shapes[next(shapes.length)] as Shape;
  },
};

/**
 * The faults of a scenario: the same for the same seed.
 * @param faults how many there are; each is used up by one call or two
 */
export function faultsOf(scenario: Scenario, partner: Partner, seed: number, faults: number): OrderedFault[] {
  const next = numbersFrom(seed);
  return Array.from({ length: faults }, () => {
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
