import { setTimeout as sleep } from 'node:timers/promises';
import type { Partner } from '@ksbb/contracts';
import { retryUntilAnswered, retryUntilOk, eventually } from '@ksbb/testkit';
import type { Chaos } from '../ledger/account.ts';
import { letThroughOpen, sentWhileParked } from '../ledger/partner-calls.ts';
import { PARTNER_CALLS } from '../world/chaos-world.ts';
import type { PartnerFault, PartnerFaults } from '../world/partner-faults.ts';

export const PARTNERS: readonly Partner[] = ['amanah', 'lumbung'];

/** What a phase works with. `lend` makes `loans` at each partner and resolves when all have come to their end. */
type Parts = { chaos: Chaos; faults: PartnerFaults; loans: number; lend: () => Promise<unknown> };

/** Lets partners fail in one way; answers what did not hold. */
type Phase = (parts: Parts) => Promise<string[]>;

const MANY = 1_000;
const PAST_THE_TIMEOUT_MS = 2 * PARTNER_CALLS.timeoutMs;
const WITHIN_THE_TIMEOUT_MS = PARTNER_CALLS.timeoutMs / 4;
/** Long enough for a probe that fails, and mostly for two. */
const OPEN_FOR_MS = 2.2 * PARTNER_CALLS.breakerResetMs;
/** The breaker's pause is jittered by a tenth. */
const SHORTEST_RESET_MS = 0.9 * PARTNER_CALLS.breakerResetMs;
/** A call may have been sent before the breaker opened, and come by after that was seen. */
const ON_THE_WAY_MS = 200;
const PERSON_LOOKS_EVERY_MS = 400;
const BAD_DAY_FAULTS = 8;

type BreakerState = 'closed' | 'half-open' | 'open';

/** The state of a partner's breaker for new contracts, as operators see it. */
async function breakerOf({ world }: Chaos, partner: Partner): Promise<BreakerState> {
  const { items } = await retryUntilOk('GET', `${world.api('fintech-gateway')}/partners`, {
    token: world.operatorToken,
  });
  const breakers: { operation: string; state: BreakerState }[] = items.find(
    (item: { partner: Partner }) => item.partner === partner,
  ).breakers;
  return breakers.find(({ operation }) => operation === 'create-contract')?.state as BreakerState;
}

const allClosed = (chaos: Chaos) =>
  eventually('the breakers are closed', async () =>
    (await Promise.all(PARTNERS.map((partner) => breakerOf(chaos, partner)))).every((state) => state === 'closed'),
  ).then(
    () => [],
    (error: Error) => [error.message],
  );

const atBoth = (fault: Omit<PartnerFault, 'partner'>): PartnerFault[] =>
  PARTNERS.map((partner) => ({ partner, ...fault }));

/** The partners fail at every call until the breakers have opened and a probe has failed; then they are well again. */
const untilTheBreakerOpens =
  (fault: Pick<PartnerFault, 'kind' | 'status' | 'milliseconds'>): Phase =>
  async ({ chaos, faults, lend }) => {
    const { partners } = chaos.world;
    await faults.order(atBoth({ route: 'create-contract', times: MANY, ...fault }));
    const lending = lend();
    const opened = await Promise.all(
      PARTNERS.map(async (partner) => {
        await eventually(`the breaker of ${partner} opens`, async () => (await breakerOf(chaos, partner)) === 'open');
        return { partner, from: performance.now() + ON_THE_WAY_MS };
      }),
    );
    await sleep(OPEN_FOR_MS);
    const to = performance.now();
    await faults.clear();
    await lending;
    const wrong = opened.flatMap(({ partner, from }) => {
      const calls = partners.calls().filter((call) => call.partner === partner);
      return letThroughOpen(calls, { operation: 'create-contract', from, to, resetMs: SHORTEST_RESET_MS });
    });
    return [...wrong, ...(await allClosed(chaos))];
  };

/**
 * No answer, an answer after it was done that never comes, one that comes bit by bit, too many calls and when to come again;
 * and then the question about it fails too.
 */
const unclearAnswers: Phase = async ({ chaos: { random }, faults, loans, lend }) => {
  const tooMany = () => ({ kind: 'status', status: 429, retryAfterSeconds: 1 + random.below(2) }) as const;
  for (const partner of PARTNERS) {
    const create: Pick<PartnerFault, 'kind' | 'milliseconds' | 'status' | 'retryAfterSeconds'>[] = [
      { kind: 'reset' },
      { kind: 'lost-answer' },
      { kind: 'lost-answer' },
      { kind: 'drip', milliseconds: PAST_THE_TIMEOUT_MS },
      { kind: 'drip', milliseconds: WITHIN_THE_TIMEOUT_MS },
      ...Array.from({ length: loans }, tooMany),
    ];
    const ask: Pick<PartnerFault, 'kind' | 'status'>[] = [{ kind: 'reset' }, { kind: 'status', status: 503 }];
    await faults.order([
      ...random.shuffled(create).map((fault) => ({ partner, route: 'create-contract' as const, times: 1, ...fault })),
      ...random.shuffled(ask).map((fault) => ({ partner, route: 'get-contract' as const, times: 1, ...fault })),
    ]);
  }
  await lend();
  return [];
};

type Parked = { loanId: string };

/** Our credentials are refused: each contract waits for a person, who lets it go on; the breaker has nothing to say to it. */
const storm401: Phase = async ({ chaos, faults, loans, lend }) => {
  const { world } = chaos;
  const token = world.operatorToken;
  const gateway = world.api('fintech-gateway');
  const found = new Set(await allClosed(chaos));
  const began = performance.now();
  const resumed = new Map<string, number[]>();
  await faults.order([
    ...atBoth({ route: 'create-contract', kind: 'status', status: 401, times: 2 * loans + 2 }),
    { partner: 'lumbung', route: 'events', kind: 'status', status: 401, times: 3 },
  ]);
  let lending = true;
  const lent = lend().finally(() => {
    lending = false;
  });
  while (lending) {
    await sleep(PERSON_LOOKS_EVERY_MS);
    for (const partner of PARTNERS)
      if ((await breakerOf(chaos, partner)) !== 'closed')
        found.add(`the breaker of ${partner} opened by refused credentials`);
    const { items } = await retryUntilOk('GET', `${gateway}/parked?limit=200`, { token });
    for (const { loanId } of items as Parked[]) {
      resumed.set(loanId, [...(resumed.get(loanId) ?? []), performance.now()]);
      await retryUntilAnswered('POST', `${gateway}/parked/${loanId}/resume`, { token });
    }
  }
  await lent;
  const calls = world.partners.calls().filter(({ beganAt }) => beganAt >= began);
  return [...found, ...sentWhileParked(calls, resumed)];
};

/** Something of everything, as the sandboxes' own scenario has it. */
const badDay: Phase = async ({ chaos, faults, lend }) => {
  for (const partner of PARTNERS) await faults.orderBadDay(partner, chaos.random.below(2 ** 31), BAD_DAY_FAULTS);
  await lend();
  return [];
};

export const PHASES: Record<string, Phase> = {
  '503 burst': untilTheBreakerOpens({ kind: 'status', status: 503 }),
  'hang past the timeout': untilTheBreakerOpens({ kind: 'hang', milliseconds: PAST_THE_TIMEOUT_MS }),
  'reset, lost answer, slow drip, 429 with Retry-After': unclearAnswers,
  '401 storm': storm401,
  'a bad day': badDay,
};
/** Left out of the short round, where the others show each fault once. */
export const LONG_PHASES: ReadonlySet<string> = new Set(['a bad day']);
