import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { collaborationId, lineId, msmeId, partner, rupiah, rupiahOrZero, timestamp } from '../primitives.ts';

/** A part of a loan's money: the collaboration that gave it first, and how often it has been lent. */
export const lot = z.object({
  donorCollaborationId: collaborationId,
  /** 1 when it is lent first, 2 when it is relent once, and so on. */
  generation: z.int().min(1),
  amountRupiah: rupiah,
});
export type Lot = z.output<typeof lot>;

export const instalment = z.object({ instalment: z.int().min(1), dueDate: z.iso.date(), amountRupiah: rupiah });
export type Instalment = z.output<typeof instalment>;

/** What every event about a loan begins with. A loan has the id of the commitment line that it pays. */
export const aboutLoan = { loanId: lineId, collaborationId, msmeId, partner };

const exampleLoan = {
  loanId: 'KSBB-0000-0000-0011.2',
  collaborationId: 'KSBB-0000-0000-0011',
  msmeId: 'osm-way-352856285',
  partner: 'amanah',
} as const;

/** `in-arrears`: the loan is paid out and repayments are late. `parked`: the contract waits for an officer. */
export const loanStatus = z.enum([
  'requested',
  'forwarding',
  'parked',
  'awaiting-signature',
  'signed',
  'disbursed',
  'repaying',
  'in-arrears',
  'repaid',
  'declined',
  'cancelled',
  'written-off',
]);

/** One loan as `GET /loans/:loanId` and `GET /collaborations/:collaborationId/loans` show it. */
export const loanView = z.object({
  ...aboutLoan,
  msmeName: z.string(),
  status: loanStatus,
  amountRupiah: rupiah,
  repaidRupiah: rupiahOrZero,
  partnerContractId: z.string().nullable(),
  /** The partner's e-contract page, until it is signed. */
  signUrl: z.string().nullable(),
  schedule: z.array(instalment.extend({ paidRupiah: rupiahOrZero })),
  /** What was due by yesterday and is not repaid, and the oldest due day. Null where nothing is late. */
  arrears: z.object({ since: z.iso.date(), days: z.int().min(1), amountRupiah: rupiah }).nullable(),
  writtenOffRupiah: rupiahOrZero,
  lots: z.array(lot),
  /** The loan whose repayment pays this one. Null for a donor's own money. */
  relentFrom: lineId.nullable(),
  updatedAt: timestamp,
});
export type LoanView = z.output<typeof loanView>;

export const loanList = z.object({ items: z.array(loanView) });

export const contractForwarded = defineEvent({
  service: 'fintech-gateway',
  name: 'contract-forwarded',
  major: 1,
  subject: 'loanId',
  summary: 'The partner has accepted the contract and waits for the signature.',
  data: z.object({ ...aboutLoan, amountRupiah: rupiah, partnerContractId: z.string(), signUrl: z.url().nullable() }),
  example: {
    ...exampleLoan,
    amountRupiah: 6_000_000,
    partnerContractId: 'AMN-1',
    signUrl: 'https://amanah.example/e-contract/abc',
  },
});

export const contractSigned = defineEvent({
  service: 'fintech-gateway',
  name: 'contract-signed',
  major: 1,
  subject: 'loanId',
  summary: 'The e-contract is signed on the platform of the partner.',
  data: z.object({ ...aboutLoan, signedAt: timestamp }),
  example: { ...exampleLoan, signedAt: '2026-11-25T03:00:00.000Z' },
});

export const contractDeclined = defineEvent({
  service: 'fintech-gateway',
  name: 'contract-declined',
  major: 1,
  subject: 'loanId',
  summary: 'The contract is declined: there will be no loan.',
  data: z.object({ ...aboutLoan, reason: z.string() }),
  example: { ...exampleLoan, reason: 'declined by the signer' },
});

export const contractCancelled = defineEvent({
  service: 'fintech-gateway',
  name: 'contract-cancelled',
  major: 1,
  subject: 'loanId',
  summary: 'The contract was cancelled before any money was paid out.',
  data: z.object({ ...aboutLoan, reason: z.string(), cancelledAt: timestamp }),
  example: { ...exampleLoan, reason: 'msme-delisted', cancelledAt: '2026-11-26T03:00:00.000Z' },
});

export const loanDisbursed = defineEvent({
  service: 'fintech-gateway',
  name: 'loan-disbursed',
  major: 1,
  subject: 'loanId',
  summary: 'The partner has paid the loan out to the MSME.',
  data: z.object({
    ...aboutLoan,
    amountRupiah: rupiah,
    schedule: z.array(instalment).min(1),
    lots: z.array(lot).min(1),
    disbursedAt: timestamp,
  }),
  example: {
    ...exampleLoan,
    amountRupiah: 6_000_000,
    schedule: [{ instalment: 1, dueDate: '2026-12-26', amountRupiah: 6_000_000 }],
    lots: [{ donorCollaborationId: exampleLoan.collaborationId, generation: 1, amountRupiah: 6_000_000 }],
    disbursedAt: '2026-11-26T03:00:00.000Z',
  },
});

export const repaymentReceived = defineEvent({
  service: 'fintech-gateway',
  name: 'repayment-received',
  major: 1,
  subject: 'loanId',
  summary: 'An instalment was paid back. The event carries the split over the lots.',
  data: z.object({
    ...aboutLoan,
    repaymentId: z.string(),
    instalment: z.int().min(1),
    amountRupiah: rupiah,
    /** The sum of all repayments so far, this one included, and what is still owed. */
    repaidRupiah: rupiah,
    outstandingRupiah: rupiahOrZero,
    lots: z.array(lot).min(1),
    receivedAt: timestamp,
  }),
  example: {
    ...exampleLoan,
    repaymentId: 'AMN-1-R1',
    instalment: 1,
    amountRupiah: 2_000_000,
    repaidRupiah: 2_000_000,
    outstandingRupiah: 4_000_000,
    lots: [{ donorCollaborationId: exampleLoan.collaborationId, generation: 1, amountRupiah: 2_000_000 }],
    receivedAt: '2026-12-26T03:00:00.000Z',
  },
});

export const loanRepaid = defineEvent({
  service: 'fintech-gateway',
  name: 'loan-repaid',
  major: 1,
  subject: 'loanId',
  summary: 'A loan is paid back in full. Its money can be relent.',
  data: z.object({ ...aboutLoan, amountRupiah: rupiah, lots: z.array(lot).min(1), repaidAt: timestamp }),
  example: {
    ...exampleLoan,
    amountRupiah: 6_000_000,
    lots: [{ donorCollaborationId: exampleLoan.collaborationId, generation: 1, amountRupiah: 6_000_000 }],
    repaidAt: '2027-02-26T03:00:00.000Z',
  },
});

export const loanWrittenOff = defineEvent({
  service: 'fintech-gateway',
  name: 'loan-written-off',
  major: 1,
  subject: 'loanId',
  summary: 'The partner expects no more repayments. What was repaid before can be relent.',
  data: z.object({
    ...aboutLoan,
    /** What is lost, and the lots that it came from. */
    amountRupiah: rupiah,
    lots: z.array(lot).min(1),
    /** What was repaid before, and its lots. No lots where nothing was repaid. */
    repaidRupiah: rupiahOrZero,
    repaidLots: z.array(lot),
    writtenOffAt: timestamp,
  }),
  example: {
    ...exampleLoan,
    amountRupiah: 4_000_000,
    lots: [{ donorCollaborationId: exampleLoan.collaborationId, generation: 1, amountRupiah: 4_000_000 }],
    repaidRupiah: 2_000_000,
    repaidLots: [{ donorCollaborationId: exampleLoan.collaborationId, generation: 1, amountRupiah: 2_000_000 }],
    writtenOffAt: '2027-09-26T03:00:00.000Z',
  },
});
