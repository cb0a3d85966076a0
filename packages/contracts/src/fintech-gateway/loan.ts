import { z } from 'zod';
import { collaborationId, lineId, msmeId, partner, rupiah, rupiahOrZero, timestamp } from '../primitives.ts';

/** A part of a loan's money and whose it is: the collaboration that gave it first, and how often it has been lent. */
export const lot = z.object({
  donorCollaborationId: collaborationId,
  /** 1 when first lent, 2 when lent on once, and so on. */
  generation: z.int().min(1),
  amountRupiah: rupiah,
});
export type Lot = z.output<typeof lot>;

export const instalment = z.object({ instalment: z.int().min(1), dueDate: z.iso.date(), amountRupiah: rupiah });
export type Instalment = z.output<typeof instalment>;

/** What every event about a loan says first. A loan has the id of the commitment line it pays. */
export const aboutLoan = { loanId: lineId, collaborationId, msmeId, partner };

export const exampleLoan = {
  loanId: 'KSBB-0000-0000-0011.2',
  collaborationId: 'KSBB-0000-0000-0011',
  msmeId: 'osm-way-352856285',
  partner: 'amanah',
} as const;

/** `in-arrears` is a loan that is paid out, and late; `parked` one that waits for an officer before it goes to its partner. */
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
  /** The partner's e-contract page, while the signature is awaited. */
  signUrl: z.string().nullable(),
  schedule: z.array(instalment.extend({ paidRupiah: rupiahOrZero })),
  /** What should have come back by yesterday and has not, since the oldest day it was due; null where nothing is late. */
  arrears: z.object({ since: z.iso.date(), days: z.int().min(1), amountRupiah: rupiah }).nullable(),
  writtenOffRupiah: rupiahOrZero,
  lots: z.array(lot),
  /** The loan whose repayment pays this one; null for a donor's own money. */
  relentFrom: lineId.nullable(),
  updatedAt: timestamp,
});
export type LoanView = z.output<typeof loanView>;

export const loanList = z.object({ items: z.array(loanView) });
