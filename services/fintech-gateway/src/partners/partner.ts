import type { IncomingHttpHeaders } from 'node:http';
import type { FieldError } from '@ksbb/service-kit';
import type { PartnerReport } from '../kernel/partner-report.ts';

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

/** One message of a partner. Its repeats, by callback and in the feed, have the same `deliveryId`. */
export type PartnerMessage = { deliveryId: string; reference: string; report: PartnerReport };
/** A message that is genuine and does not have the agreed shape. */
export type MalformedMessage = { deliveryId: string; errors: FieldError[] };

export type Callback = {
  headers: IncomingHttpHeaders;
  rawBody: Buffer;
  /** Path and query as they were requested. */
  path: string;
};

export type GenuineCallback =
  { is: 'genuine'; message: PartnerMessage } | { is: 'malformed'; message: MalformedMessage };
/** `refused`: not signed by the partner, or too old. `why` is for people. */
export type VerifiedCallback = GenuineCallback | { is: 'refused'; why: string };

/** How a partner's callbacks are recognised. Nothing here throws. */
export type Callbacks = {
  /** The header that holds the signature, for the OpenAPI document. */
  signatureHeader: string;
  /** Why these headers alone show that a callback is not genuine, such as an old time; null where they do not. */
  checkHeaders: (headers: IncomingHttpHeaders, now: Date) => string | null;
  /** Whether a callback is genuine and fresh, and what it reports. */
  verify: (callback: Callback, now: Date) => VerifiedCallback;
};

/** One movement of a partner's statement. `repaymentId` is null unless it is a repayment. */
export type Movement = {
  kind: 'disbursement' | 'repayment' | 'write-off';
  reference: string;
  repaymentId: string | null;
  amountRupiah: number;
  at: string;
};

export type FeedPage = { messages: (PartnerMessage | MalformedMessage)[]; nextCursor: string; hasMore: boolean };

/** What the gateway needs of a partner fintech. Each adapter passes the conformance suite. */
export type PartnerAdapter = {
  /**
   * Sends the contract. Sending it again, also after an unknown outcome, names the same contract.
   * @throws ContractRefused when the partner will never take it, CallFailed when it may be tried again
   */
  forward: (contract: ContractToForward) => Promise<TakenContract>;
  /** What the partner knows of a contract; null where it has none. @throws CallFailed */
  status: (reference: string) => Promise<(TakenContract & { reports: PartnerReport[] }) | null>;
  /**
   * Takes a contract back before it is paid out; a repeat changes nothing. `unknown`: the partner has no such contract;
   * `too-late`: the money is on its way. @throws CallFailed
   */
  cancel: (reference: string) => Promise<'cancelled' | 'unknown' | 'too-late'>;
  /** What moved on a day in Jakarta (`YYYY-MM-DD`), in the partner's books. @throws CallFailed */
  statement: (day: string) => Promise<Movement[]>;
  callbacks: Callbacks;
  /** The messages after a cursor (null: from the beginning), where the partner has such a feed. @throws CallFailed */
  feed?: (cursor: string | null) => Promise<FeedPage>;
};

/** The partner refuses the contract itself, for good. */
export class ContractRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'ContractRefused';
  }
}

/**
 * Why a call has no final response. deferred: the call was not made (circuit breaker open, too many calls in flight).
 * not-done: the partner said that it did nothing. in-doubt: the partner may have done it. misconfigured: the partner
 * refuses our credentials or does not know the address; a person must look.
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
