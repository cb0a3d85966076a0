import { setTimeout as sleep } from 'node:timers/promises';
import type { Partner } from '@ksbb/contracts';
import { eventually, type PartnerFault, retryUntilAnswered } from '@ksbb/testkit';
import { PARTNER_CALLS } from '../environment/environment.ts';
import { metricSum } from '../environment/health.ts';
import type { ScenarioContext } from '../load/context.ts';
import { PARTNERS } from '../report/money.ts';
import { letThroughOpen, sentWhileSuspended } from '../report/partner-calls.ts';

/** What a phase works with. `lend` makes `loans` at each partner and resolves when all have ended. */
type Parts = {
  context: ScenarioContext;
  loans: number;
  lend: () => Promise<unknown>;
  clearFaults: () => Promise<void>;
};

/** Lets partners fail in one way. */
type Phase = (parts: Parts) => Promise<void>;
type Fault = Omit<PartnerFault, 'partner' | 'route' | 'times'>;

const MANY = 1_000;
const PAST_THE_TIMEOUT_MS = 2 * PARTNER_CALLS.timeoutMs;
const WITHIN_THE_TIMEOUT_MS = PARTNER_CALLS.timeoutMs / 4;
/** Long enough for one failing probe, and mostly for two. */
const OPEN_FOR_MS = 2.2 * PARTNER_CALLS.breakerResetMs;
/** The breaker's pause is jittered by a tenth. */
const SHORTEST_RESET_MS = 0.9 * PARTNER_CALLS.breakerResetMs;
/** A call that was sent before the breaker opened may be recorded this much after the breaker was seen open. */
const IN_FLIGHT_MS = 500;
const OFFICER_LOOKS_EVERY_MS = 400;
const BAD_DAY_FAULTS = 8;

/** The state of a partner's breaker for new contracts, as officers see it. */
async function breakerOf({ environment }: ScenarioContext, partner: Partner) {
  const { breakers } = await environment.client.partner(partner);
  return breakers.find(({ operation }) => operation === 'create-contract')?.state;
}

/**
 * How many requests for contracts failed at a partner, as the gateway counts them. A refusal is no failure. A call whose
 * answer came too late for the gateway is one, whatever the recorder saw.
 */
function failedCalls({ environment: { platform } }: ScenarioContext, partner: Partner): Promise<number> {
  const labels = `partner="${partner}",operation="create-contract",result="(in-doubt|not-done)"`;
  const pattern = new RegExp(`^ksbb_partner_call_seconds_count\\{.*${labels}`);
  return metricSum(platform.healthUrls['fintech-gateway'], pattern);
}

/** Waits until both breakers are closed. */
async function allClosed(context: ScenarioContext): Promise<void> {
  const isClosed = async (partner: Partner) => (await breakerOf(context, partner)) === 'closed';
  const closed = async () => (await Promise.all(PARTNERS.map(isClosed))).every(Boolean);
  await eventually('the breakers are closed', closed).catch(({ message }: Error) => context.violation(message));
}

const atBoth = (route: PartnerFault['route'], times: number, fault: Fault): PartnerFault[] =>
  PARTNERS.map((partner) => ({ partner, route, times, ...fault }));

/** The partners fail at every call until the breakers have opened and a probe has failed; then they recover. */
const untilTheBreakerOpens =
  (fault: Fault): Phase =>
  async ({ context, lend, clearFaults }) => {
    const { client, partners } = context.environment;
    await client.sandbox.orderFaults(atBoth('create-contract', MANY, fault));
    const lending = lend();
    const opened = await Promise.all(
      PARTNERS.map(async (partner) => {
        // It stays open, or opens again after each probe, for as long as the faults last.
        const isOpen = async () => (await breakerOf(context, partner)) === 'open';
        await eventually(`the breaker of ${partner} opens`, isOpen);
        return { partner, from: performance.now() + IN_FLIGHT_MS };
      }),
    );
    await sleep(OPEN_FOR_MS);
    const to = performance.now();
    await clearFaults();
    await lending;
    for (const { partner, from } of opened) {
      const calls = partners.calls().filter((call) => call.partner === partner);
      const span = { operation: 'create-contract', from, to, resetMs: SHORTEST_RESET_MS } as const;
      for (const call of letThroughOpen(calls, span)) context.violation(call);
      if ((await failedCalls(context, partner)) === 0) context.violation(`no call to ${partner} is counted as failed`);
    }
    await allClosed(context);
  };

/**
 * No answer, a lost answer, a slow answer, and 429 with Retry-After; then the question about the contract fails too.
 */
const unclearAnswers: Phase = async ({ context: { environment, random }, loans, lend }) => {
  const tooMany = (): Fault => ({ kind: 'status', status: 429, retryAfterSeconds: 1 + random.below(2) });
  for (const partner of PARTNERS) {
    const create: Fault[] = [
      { kind: 'reset' },
      { kind: 'lost-answer' },
      { kind: 'lost-answer' },
      { kind: 'drip', milliseconds: PAST_THE_TIMEOUT_MS },
      { kind: 'drip', milliseconds: WITHIN_THE_TIMEOUT_MS },
      ...Array.from({ length: loans }, tooMany),
    ];
    const ask: Fault[] = [{ kind: 'reset' }, { kind: 'status', status: 503 }];
    const once = (route: PartnerFault['route'], faults: Fault[]): PartnerFault[] =>
      random.shuffled(faults).map((fault) => ({ partner, route, times: 1, ...fault }));
    await environment.client.sandbox.orderFaults([...once('create-contract', create), ...once('get-contract', ask)]);
  }
  await lend();
};

/**
 * Our credentials are refused: each contract is suspended until an officer resumes it, and the breakers stay closed.
 */
const storm401: Phase = async ({ context, loans, lend }) => {
  const { client, partners } = context.environment;
  const token = client.operatorToken;
  const suspended = `${client.api('fintech-gateway')}/parked`;
  const failures = () => Promise.all(PARTNERS.map((partner) => failedCalls(context, partner)));
  // Before the breakers are seen closed: a failure that opens one later is then counted later too.
  const before = await failures();
  await allClosed(context);
  const began = performance.now();
  const resumed = new Map<string, number[]>();
  await client.sandbox.orderFaults([
    ...atBoth('create-contract', 2 * loans + 2, { kind: 'status', status: 401 }),
    { partner: 'lumbung', route: 'events', kind: 'status', status: 401, times: 3 },
  ]);
  const opened = new Set<Partner>();
  let lending = true;
  const lent = lend().finally(() => {
    lending = false;
  });
  while (lending) {
    await sleep(OFFICER_LOOKS_EVERY_MS);
    const states = await Promise.all(PARTNERS.map((partner) => breakerOf(context, partner)));
    // Read after the states: on a slow machine calls may fail beside the refused ones, and then a breaker may open.
    const now = await failures();
    for (const [at, partner] of PARTNERS.entries())
      if (states[at] !== 'closed' && now[at] === before[at]) opened.add(partner);
    const { items }: { items: { loanId: string }[] } = await client.get(`${suspended}?limit=200`, token);
    for (const { loanId } of items) {
      resumed.set(loanId, [...(resumed.get(loanId) ?? []), performance.now()]);
      await retryUntilAnswered('POST', `${suspended}/${loanId}/resume`, { token });
    }
  }
  await lent;
  for (const partner of opened) context.violation(`the breaker of ${partner} opened by refused credentials`);
  const calls = partners.calls().filter(({ beganAt }) => beganAt >= began);
  for (const call of sentWhileSuspended(calls, resumed)) context.violation(call);
};

/** Faults of every kind, as the sandboxes' own scenario has them. */
const badDay: Phase = async ({ context: { environment, random }, lend }) => {
  for (const partner of PARTNERS)
    await environment.client.sandbox.orderBadDay(partner, random.below(2 ** 31), BAD_DAY_FAULTS);
  await lend();
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
