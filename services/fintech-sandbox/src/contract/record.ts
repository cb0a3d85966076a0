import { type Callback, callbacksFor, headOf, type DeliveryPlan } from './callbacks.ts';
import { contractOf, type ContractEvent, type OpenedContract } from './contract.ts';

export const PARTNERS = ['amanah', 'lumbung'] as const;

export type Partner = (typeof PARTNERS)[number];

/**
 * A contract as it is stored: its events and its callbacks. The size is bounded, because a contract ends: at most 28
 * events, 51 callbacks and ten attempts for each.
 */
export type ContractRecord = {
  partner: Partner;
  /** The caller's own reference. It has one contract. */
  reference: string;
  /** The partner's own number. */
  contractNo: string;
  /** The last part of the e-contract page's address. */
  token: string;
  events: ContractEvent[];
  callbacks: Callback[];
  /** How many of the events are in the event feed that callers poll. */
  published: number;
};

/** The next work on a contract; `at` is when it is due, in ms of the epoch. */
export type DueWork =
  | { work: 'publish'; at: number }
  | { work: 'disburse'; at: number }
  | { work: 'repay'; at: number; instalment: number }
  | { work: 'call-back'; at: number; callback: Callback };

/** Only lumbung has an event feed. */
function isPublished(record: ContractRecord): boolean {
  return record.partner !== 'lumbung' || record.published === record.events.length;
}

/** The record with new events and their pending callbacks. */
export function append(
  record: ContractRecord,
  events: ContractEvent[],
  now: Date,
  plan?: DeliveryPlan,
): ContractRecord {
  const callbacks = callbacksFor(events, record.events.length, now, plan);
  return { ...record, events: [...record.events, ...events], callbacks: [...record.callbacks, ...callbacks] };
}

/** The next automatic repayment, on the accelerated clock. */
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

/** The next work on a contract, or null. Events are published first, so that the feed is never behind the callbacks. */
export function dueWork(record: ContractRecord): DueWork | null {
  if (!isPublished(record)) return { work: 'publish', at: 0 };
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

/** The event of a contract by its sequence. @throws Error where there is none: the stored data is damaged. */
export function eventAt(record: ContractRecord, sequence: number): ContractEvent {
  const event = record.events[sequence];
  if (event === undefined) throw new Error(`${record.contractNo} has no event ${sequence}`);
  return event;
}

/** Identifies an event of a contract to callers. */
export function eventId(record: ContractRecord, sequence: number): string {
  return `${record.contractNo}-E${sequence}`;
}

/** Identifies a repayment of a contract to callers. */
export function repaymentNo(record: ContractRecord, number: number): string {
  return `${record.contractNo}-R${number}`;
}
