import type { IncomingHttpHeaders } from 'node:http';
import type { FieldError } from '@ksbb/service-kit';
import type { PartnerFact } from '../loans/core/partner-reports.ts';

/** A contract as a partner gets it. `reference` is our own number of it and names one contract at the partner. */
export type ContractToForward = {
  reference: string;
  borrower: { msmeId: string; name: string; kelurahan: string };
  amountRupiah: number;
  instalments: number;
  /** The partner's number of the contract whose repayment pays this one; null for new money. */
  parentContractId: string | null;
};

/** `signUrl` is null where no signature is awaited. */
export type TakenContract = { partnerContractId: string; signUrl: string | null };

/** One message of a partner. `deliveryId` is the same in each of its repeats, by callback and by feed. */
export type Delivery = { deliveryId: string; reference: string; fact: PartnerFact };
/** A message that is really the partner's, and does not fit what was agreed. */
export type Malformed = { deliveryId: string; errors: FieldError[] };

export type Callback = {
  headers: IncomingHttpHeaders;
  rawBody: Buffer;
  /** Path and query as they were requested. */
  path: string;
};

export type VerifiedCallback =
  | { is: 'genuine'; delivery: Delivery }
  | { is: 'malformed'; message: Malformed }
  /** Not signed by the partner, or not lately. `why` is for people. */
  | { is: 'refused'; why: string };

/** One movement of a partner's statement. `repaymentId` is null unless it is a repayment. */
export type Movement = {
  kind: 'disbursement' | 'repayment' | 'write-off';
  reference: string;
  repaymentId: string | null;
  amountRupiah: number;
  at: string;
};

export type FeedPage = { messages: (Delivery | Malformed)[]; nextCursor: string; hasMore: boolean };

/** What the gateway needs of a partner fintech. Each adapter passes the conformance suite. */
export type Partner = {
  /**
   * Hands the contract over. Doing so again, also after an unknown outcome, names the same contract.
   * @throws ContractRefused when the partner will never take it, CallFailed when it may be tried again
   */
  forward: (contract: ContractToForward) => Promise<TakenContract>;
  /** What the partner knows of a contract; null where it has none. @throws CallFailed */
  status: (reference: string) => Promise<(TakenContract & { facts: PartnerFact[] }) | null>;
  /**
   * Takes a contract back before it is paid out; again changes nothing. `unknown`: the partner has no such contract;
   * `too-late`: the money is on its way. @throws CallFailed
   */
  cancel: (reference: string) => Promise<'cancelled' | 'unknown' | 'too-late'>;
  /** What moved on a day in Jakarta (`YYYY-MM-DD`), in the partner's books. @throws CallFailed */
  statement: (day: string) => Promise<Movement[]>;
  /** Whether a callback is genuine and fresh, and what it says. Never throws. */
  verifyCallback: (callback: Callback, now: Date) => VerifiedCallback;
  /** The messages after a cursor (null: from the beginning), where the partner has such a feed. @throws CallFailed */
  feed?: (cursor: string | null) => Promise<FeedPage>;
};

/** The partner says no to the contract itself, for good. */
export class ContractRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'ContractRefused';
  }
}

/**
 * Why a call did not bring an answer that settles the matter.
 * deferred: it was not made (breaker open, too many in flight). not-done: the partner said so. in-doubt: it may or may not
 * have been done. misconfigured: the partner does not take our credentials or knows no such address; a person must look.
 */
export type FailureKind = 'deferred' | 'not-done' | 'in-doubt' | 'misconfigured';

export class CallFailed extends Error {
  readonly kind: FailureKind;
  /** The partner asked for this pause; null where it did not. */
  readonly retryAfterMs: number | null;

  constructor(kind: FailureKind, why: string, retryAfterMs: number | null = null) {
    super(why);
    this.name = 'CallFailed';
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Callbacks older or newer than this are refused: replays, or a clock that is wrong. */
export const CLOCK_SKEW_MS = 300_000;
