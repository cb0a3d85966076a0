import type { ContractEvent } from './contract.ts';

/** `status` is the HTTP status of the response. Without a response it is null and `error` gives the reason. */
export type CallbackAttempt = { at: string; status: number | null; error: string | null; tampered: boolean };

/** One event to deliver. `copy` 2 is the second delivery of an event that is sent twice on purpose. */
export type Callback = {
  sequence: number;
  copy: 1 | 2;
  tamperFirst: boolean;
  /** The first attempt is signed with an old time. */
  staleFirst: boolean;
  status: 'pending' | 'delivered' | 'exhausted';
  notBefore: string;
  attempts: CallbackAttempt[];
};

/** How the callbacks of repayments are sent: lists of instalments; every callback waits for `lateMs`. */
export type DeliveryPlan = {
  order: number[];
  duplicate: number[];
  tamperFirst: number[];
  staleFirst: number[];
  lateMs: number;
};

const MAX_ATTEMPTS = 10;
const WAIT_FACTORS = [1, 10 / 3, 10, 100 / 3, 100];
const LAST_WAIT_FACTOR = 200;
const IN_ORDER: DeliveryPlan = { order: [], duplicate: [], tamperFirst: [], staleFirst: [], lateMs: 0 };

function instalmentOf(event: ContractEvent): number | null {
  return event.type === 'repaid' ? event.instalment : null;
}

function position(event: ContractEvent, plan: DeliveryPlan): number {
  const index = plan.order.indexOf(instalmentOf(event) ?? 0);
  return index === -1 ? plan.order.length : index;
}

/**
 * The callbacks of `events`, in the order of delivery: first the planned repayments in their planned order, then all
 * other events in the order in which they happened. `firstSequence` is the sequence of the first event.
 */
export function callbacksFor(
  events: ContractEvent[],
  firstSequence: number,
  now: Date,
  plan: DeliveryPlan = IN_ORDER,
): Callback[] {
  return events
    .map((event, index) => ({ event, sequence: firstSequence + index }))
    .filter(({ event }) => event.type !== 'opened')
    .sort((one, other) => position(one.event, plan) - position(other.event, plan))
    .flatMap(({ event, sequence }) => {
      const instalment = instalmentOf(event) ?? 0;
      const callback: Callback = {
        sequence,
        copy: 1,
        tamperFirst: plan.tamperFirst.includes(instalment),
        status: 'pending',
        staleFirst: plan.staleFirst.includes(instalment),
        notBefore: new Date(now.getTime() + plan.lateMs).toISOString(),
        attempts: [],
      };
      const second: Callback = { ...callback, copy: 2, tamperFirst: false, staleFirst: false, attempts: [] };
      return plan.duplicate.includes(instalment) ? [callback, second] : [callback];
    });
}

/** The next callback to send. The callbacks of a contract are sent one after the other. */
export function headOf(callbacks: Callback[]): Callback | undefined {
  return callbacks.find(({ status }) => status === 'pending');
}

/** Whether the next attempt gets a wrong signature. */
export function isTampered(callback: Callback): boolean {
  return callback.tamperFirst && callback.attempts.length === 0;
}

/** Whether the next attempt is signed with an old time. */
export function isStale(callback: Callback): boolean {
  return callback.staleFirst && callback.attempts.length === 0;
}

/** Milliseconds to wait after `attempts` failed attempts. */
export function waitAfter(attempts: number, baseMs: number): number {
  return Math.round(baseMs * (WAIT_FACTORS[attempts - 1] ?? LAST_WAIT_FACTOR));
}

/** The callback after an attempt: delivered on 2xx, exhausted after the tenth attempt, else pending. */
export function settle(callback: Callback, attempt: CallbackAttempt, baseMs: number): Callback {
  const attempts = [...callback.attempts, attempt];
  if (attempt.status !== null && attempt.status >= 200 && attempt.status < 300)
    return { ...callback, status: 'delivered', attempts };
  if (attempts.length >= MAX_ATTEMPTS) return { ...callback, status: 'exhausted', attempts };
  const notBefore = new Date(new Date(attempt.at).getTime() + waitAfter(attempts.length, baseMs)).toISOString();
  return { ...callback, notBefore, attempts };
}
