import type { ContractRecord } from '../contract/record.ts';

/** One event in a partner's wire form. `deliveryId` is the same in all attempts and copies. */
export type CallbackMessage = { deliveryId: string; name: string; body: Record<string, unknown> };

/** How a partner calls back. */
export type CallbackWire = {
  url: string;
  messageOf: (record: ContractRecord, sequence: number) => CallbackMessage;
  /** Headers of one attempt; `tampered` gives it a wrong signature. */
  headersOf: (attempt: { rawBody: Buffer; deliveryId: string; now: Date; tampered: boolean }) => Record<string, string>;
};

/** The event of a contract at a place. @throws Error where there is none, which means damaged data. */
export function eventAt(record: ContractRecord, sequence: number) {
  const event = record.events[sequence];
  if (event === undefined) throw new Error(`${record.contractNo} has no event ${sequence}`);
  return event;
}

/** Identifies an event of a contract to its callers. */
export function eventId(record: ContractRecord, sequence: number): string {
  return `${record.contractNo}-E${sequence}`;
}

/** Identifies a repayment of a contract to its callers. */
export function repaymentNo(record: ContractRecord, number: number): string {
  return `${record.contractNo}-R${number}`;
}
