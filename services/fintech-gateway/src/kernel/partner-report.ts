import type { Instalment } from '@ksbb/contracts';

/**
 * What a partner reports about a contract: by callback, in its feed or in its status. `at` is when it happened there.
 */
export type PartnerReport =
  | { kind: 'signed'; at: string }
  | { kind: 'declined'; at: string }
  | { kind: 'disbursed'; at: string; amountRupiah: number; schedule: Instalment[] }
  | { kind: 'repayment'; at: string; repaymentId: string; instalment: number; amountRupiah: number }
  | { kind: 'completed'; at: string; totalRupiah: number }
  | { kind: 'cancelled'; at: string }
  /** The partner expects no more money; `amountRupiah` is what is lost. */
  | { kind: 'written-off'; at: string; amountRupiah: number };
