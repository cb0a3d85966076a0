import type { PartnerCall, PartnerOperation } from '../environment/partner-recorder.ts';

/** Timers may fire this much early. */
const TIMER_MS = 20;

const isOk = ({ status }: PartnerCall) => status !== null && status < 300;
/** Whether the partner may have done what was asked: there was no answer, or one that does not say. */
const leavesDoubt = ({ status }: PartnerCall) =>
  status === null || status === 408 || status === 409 || (status >= 500 && status !== 503);
const inOrder = (calls: readonly PartnerCall[]) => calls.toSorted((one, other) => one.beganAt - other.beganAt);

/** Contracts that were sent again though the partner might have them: the partner has to be asked first. */
function sentInDoubt(calls: readonly PartnerCall[]): string[] {
  const found: string[] = [];
  let known: 'absent' | 'in doubt' | 'there' = 'absent';
  for (const call of calls) {
    if (call.operation === 'create-contract') {
      if (known !== 'absent') found.push(`${call.reference} was sent to ${call.partner} again while it was ${known}`);
      if (isOk(call)) known = 'there';
      else if (leavesDoubt(call)) known = 'in doubt';
    } else if (call.operation === 'get-contract') {
      if (isOk(call)) known = 'there';
      else if (call.status === 404) known = 'absent';
    }
  }
  return found;
}

/** Calls about a contract that came sooner than the partner had asked for. */
function tooSoon(calls: readonly PartnerCall[]): string[] {
  return calls.flatMap(({ reference, partner, retryAfterMs, answeredAt, operation }, at) => {
    const next = calls.slice(at + 1).find((call) => call.operation === operation);
    if (retryAfterMs === null || next === undefined) return [];
    const pauseMs = next.beganAt - answeredAt;
    return pauseMs >= retryAfterMs - TIMER_MS
      ? []
      : [`${partner} wanted ${retryAfterMs} ms before ${reference} came again, and got ${Math.round(pauseMs)}`];
  });
}

function severalKeys(calls: readonly PartnerCall[]): string[] {
  const keys = new Set(
    calls.filter(({ operation }) => operation === 'create-contract').map(({ idempotencyKey }) => idempotencyKey),
  );
  const first = calls[0];
  return keys.size <= 1 || first === undefined
    ? []
    : [`${first.reference} went to ${first.partner} under ${keys.size} keys`];
}

/**
 * What is wrong with the calls about each contract. Each has one key, a question comes first where the partner may have
 * it, and pauses are kept.
 */
export function wrongCalls(calls: readonly PartnerCall[]): string[] {
  const byContract = Map.groupBy(inOrder(calls), ({ partner, reference }) => `${partner} ${reference}`);
  return [...byContract.values()].flatMap((of) => [...severalKeys(of), ...sentInDoubt(of), ...tooSoon(of)]);
}

/** A span of time in which the breaker of one operation was open and the partner went on failing. */
export type OpenSpan = { operation: PartnerOperation; from: number; to: number; resetMs: number };

/** Calls through an open breaker that are not probes. Probes come one at a time, each after the breaker's pause. */
export function letThroughOpen(calls: readonly PartnerCall[], { operation, from, to, resetMs }: OpenSpan): string[] {
  const probes = inOrder(calls).filter(
    (call) => call.operation === operation && call.beganAt > from && call.beganAt < to,
  );
  return probes.slice(1).flatMap(({ beganAt, partner }, at) => {
    const before = probes[at] as PartnerCall;
    // A probe that got no answer was over some time after it began; how long, only the gateway knows.
    const sinceMs = beganAt - (before.status === null ? before.beganAt : before.answeredAt);
    return sinceMs >= resetMs - TIMER_MS
      ? []
      : [`${partner} was called ${Math.round(sinceMs)} ms after a probe of an open breaker`];
  });
}

/** Calls about suspended contracts before an officer resumed them. `resumed` has the times by reference. */
export function sentWhileSuspended(
  calls: readonly PartnerCall[],
  resumed: ReadonlyMap<string, readonly number[]>,
): string[] {
  const creating = inOrder(calls).filter(({ operation }) => operation === 'create-contract');
  return [...Map.groupBy(creating, ({ reference }) => reference)].flatMap(([reference, of]) =>
    of.flatMap(({ status, answeredAt }, at) => {
      const next = of[at + 1];
      if (status !== 401 || next === undefined) return [];
      const wasResumed = (resumed.get(reference) ?? []).some((when) => when > answeredAt && when < next.beganAt);
      return wasResumed ? [] : [`${reference} was sent again after 401, and nobody had resumed it`];
    }),
  );
}
