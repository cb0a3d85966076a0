import { type Callback, callbacksFor, headOf, type SendingPlan } from './callbacks.ts';
import { contractOf, type ContractEvent, type OpenedContract } from './contract.ts';

export type Partner = 'amanah' | 'lumbung';

/**
 * A contract as it is kept: all that happened to it, and all that is still to be told of it. Bounded, as a contract ends:
 * at most 28 events, 51 callbacks and ten attempts for each.
 */
export type ContractRecord = {
  partner: Partner;
  /** The caller's own reference; one contract each. */
  reference: string;
  /** The partner's own number. */
  contractNo: string;
  /** What the address of the e-contract page ends with. */
  token: string;
  events: ContractEvent[];
  callbacks: Callback[];
  /** How many of the events stand in the feed of events that callers poll. */
  fed: number;
};

/** What is due of a contract next, and from when on (ms of the epoch). */
export type DueWork =
  | { work: 'feed'; at: number }
  | { work: 'disburse'; at: number }
  | { work: 'repay'; at: number; instalment: number }
  | { work: 'call-back'; at: number; callback: Callback };

/** Only lumbung offers a feed of events. */
function isFed(record: ContractRecord): boolean {
  return record.partner !== 'lumbung' || record.fed === record.events.length;
}

/** The record after `events` happened, with the callbacks that tell of them queued. */
export function happen(record: ContractRecord, events: ContractEvent[], now: Date, plan?: SendingPlan): ContractRecord {
  const callbacks = callbacksFor(events, record.events.length, now, plan);
  return { ...record, events: [...record.events, ...events], callbacks: [...record.callbacks, ...callbacks] };
}

/** What the borrower pays next by itself, on its speeded clock. */
function dueRepayment(contract: OpenedContract): DueWork | null {
  if ((contract.status !== 'disbursed' && contract.status !== 'repaying') || contract.payEveryMs === 0) return null;
  const paid = new Set(contract.repayments.map(({ instalment }) => instalment));
  const next = contract.schedule.find(({ instalment }) => !paid.has(instalment));
  if (next === undefined) return null;
  return {
    work: 'repay',
    at: Date.parse(contract.disbursedAt) + next.instalment * contract.payEveryMs,
    instalment: next.instalment,
  };
}

/** The next work on a contract; the feed goes first, so that no callback tells what the feed does not. Null: none. */
export function dueWork(record: ContractRecord): DueWork | null {
  if (!isFed(record)) return { work: 'feed', at: 0 };
  const contract = contractOf(record.events);
  const head = headOf(record.callbacks);
  const ownWork =
    contract.status === 'signed'
      ? ({ work: 'disburse', at: Date.parse(contract.disburseAt) } as const)
      : dueRepayment(contract);
  const callBack: DueWork | null = head ? { work: 'call-back', at: Date.parse(head.notBefore), callback: head } : null;
  if (ownWork === null || callBack === null) return ownWork ?? callBack;
  return ownWork.at <= callBack.at ? ownWork : callBack;
}
