import type { PartnerReport } from '../kernel/partner-report.ts';
import type { OpenPartner, PartnerKind } from '../partners/define-partner.ts';
import type { Callback, ContractToForward, FailureKind, PartnerAdapter, PartnerMessage } from '../partners/partner.ts';
import type { CallbackSubject } from './callback-conformance.ts';
import type { Sandbox, SandboxContract } from './sandbox.ts';

/** The partner's own side, on which a test can look and act. */
export type PartnerSide = Pick<Sandbox, 'url' | 'fault' | 'repay' | 'writeOff' | 'contracts' | 'sign' | 'stop'>;

/**
 * `impostor`: with credentials that the partner does not know; `rotated`: with a new secret before the one that the
 * partner signs with.
 */
export type Credentials = 'agreed' | 'impostor' | 'rotated';

export type Subject = CallbackSubject & {
  kind: PartnerKind;
  /** The settings of the adapter, against a partner at this address. */
  environment: (partnerUrl: string, credentials: Credentials) => Record<string, string>;
  hasFeed: boolean;
  /** Starts the partner; the sandbox unless said otherwise. */
  start?: (callbackUrl: string) => Promise<PartnerSide>;
};

/** A subject whose partner runs, and what a test needs of it. `adapter` and `side` are there once tests run. */
export type OpenSubject = Subject & {
  adapter: () => PartnerAdapter;
  side: () => PartnerSide;
  /** The adapter once more, with these credentials. */
  open: (credentials: Credentials) => OpenPartner;
  received: Callback[];
  contractsOf: (reference: string) => Promise<SandboxContract[]>;
  /** The genuine callbacks about a contract. */
  messagesOf: (reference: string) => PartnerMessage[];
  /** What the status of a contract reports. */
  reportsOf: (reference: string) => Promise<PartnerReport[]>;
  /** Sends a contract and signs it; resolves when it is paid out. */
  signed: (reference: string) => Promise<string>;
};

export function contract(reference: string, other: Partial<ContractToForward> = {}): ContractToForward {
  const borrower = { msmeId: 'warung-a', name: 'Warung "A" & Éclair', kelurahan: 'Petojo Utara' };
  return { reference, borrower, amountRupiah: 1_000_000, instalments: 3, parentContractId: null, ...other };
}

/** The error of work that has to fail. */
export async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: Error) => error,
  );
}

/** Work has to fail as a call does, in this way. */
export async function expectCallFailed(work: Promise<unknown>, kind: FailureKind): Promise<void> {
  expect(await failureOf(work)).toMatchObject({ name: 'CallFailed', kind });
}
