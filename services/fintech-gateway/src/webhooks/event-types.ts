import { z } from 'zod';

/**
 * What a partner can be notified of. `endpoint-disabled` goes to its other endpoints, `test` to the one that asks for
 * it.
 */
export const EVENT_TYPES = {
  'contract-forwarded': 'The contract has reached the partner.',
  'contract-signed': 'The contract is signed.',
  'contract-declined': 'The contract will not come about.',
  'contract-cancelled': 'The contract was taken back before any money was paid out.',
  'loan-disbursed': 'The money is paid out.',
  'repayment-received': 'An instalment was paid back.',
  'loan-repaid': 'The loan is paid back in full.',
  'loan-written-off': 'What was left of the loan is lost.',
  'fund-relent': 'Repaid money is relent.',
  'endpoint-disabled': 'One of your endpoints is sent nothing more.',
} as const;

export const eventType = z.enum(
  Object.keys(EVENT_TYPES) as [keyof typeof EVENT_TYPES],
  'one of the event types of /partner/v1/event-types',
);
export type EventType = z.output<typeof eventType> | 'test';
