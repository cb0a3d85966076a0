import type { ContractEvent } from './contract.ts';

/** `status` is that of the answer, or null where there was none and `error` says why. */
export type Attempt = { at: string; status: number | null; error: string | null; tampered: boolean };

/** One sending of one event. `copy` 2 is the second sending of an event that is told twice. */
export type Callback = {
  sequence: number;
  copy: 1 | 2;
  tamperFirst: boolean;
  /** Its first attempt carries a time that is long past. */
  staleFirst: boolean;
  status: 'pending' | 'delivered' | 'exhausted';
  notBefore: string;
  attempts: Attempt[];
};

/** How the callbacks of repayments are to be sent: by instalment, all of them `lateMs` later than they happened. */
export type SendingPlan = {
  order: number[];
  duplicate: number[];
  tamperFirst: number[];
  staleFirst: number[];
  lateMs: number;
};

const MAX_ATTEMPTS = 10;
const WAIT_FACTORS = [1, 10 / 3, 10, 100 / 3, 100];
const LAST_WAIT_FACTOR = 200;
const IN_ORDER: SendingPlan = { order: [], duplicate: [], tamperFirst: [], staleFirst: [], lateMs: 0 };

function instalmentOf(event: ContractEvent): number | null {
  return event.type === 'repaid' ? event.instalment : null;
}

function place(event: ContractEvent, plan: SendingPlan): number {
  const index = plan.order.indexOf(instalmentOf(event) ?? 0);
  return index === -1 ? plan.order.length : index;
}

/**
 * The callbacks that tell of `events`, in the order of sending: planned repayments as planned, all others after them as
 * they happened. `firstSequence` is the sequence of the first event.
 */
export function callbacksFor(
  events: ContractEvent[],
  firstSequence: number,
  now: Date,
  plan: SendingPlan = IN_ORDER,
): Callback[] {
  return events
    .map((event, index) => ({ event, sequence: firstSequence + index }))
    .filter(({ event }) => event.type !== 'opened')
    .sort((one, other) => place(one.event, plan) - place(other.event, plan))
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

/** The one callback of a contract that may be sent now or next: the first that is neither delivered nor given up. */
export function headOf(callbacks: Callback[]): Callback | undefined {
  return callbacks.find(({ status }) => status === 'pending');
}

/** Whether the next attempt is to carry a wrong signature. */
export function isTampered(callback: Callback): boolean {
  return callback.tamperFirst && callback.attempts.length === 0;
}

/** Whether the next attempt is to carry a time that is long past. */
export function isStale(callback: Callback): boolean {
  return callback.staleFirst && callback.attempts.length === 0;
}

/** Milliseconds to wait after `attempts` failed ones. */
export function waitAfter(attempts: number, baseMs: number): number {
  return Math.round(baseMs * (WAIT_FACTORS[attempts - 1] ?? LAST_WAIT_FACTOR));
}

/** The callback after an attempt: delivered on 2xx, given up after the tenth, else pending until its wait is over. */
export function settle(callback: Callback, attempt: Attempt, baseMs: number): Callback {
  const attempts = [...callback.attempts, attempt];
  if (attempt.status !== null && attempt.status >= 200 && attempt.status < 300)
    return { ...callback, status: 'delivered', attempts };
  if (attempts.length >= MAX_ATTEMPTS) return { ...callback, status: 'exhausted', attempts };
  const notBefore = new Date(new Date(attempt.at).getTime() + waitAfter(attempts.length, baseMs)).toISOString();
  return { ...callback, notBefore, attempts };
}
