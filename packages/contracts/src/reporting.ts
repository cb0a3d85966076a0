import { z } from 'zod';
import {
  collaborationId,
  goodsItem,
  lineId,
  msmeId,
  pageOf,
  partner,
  rupiah,
  rupiahOrZero,
  timestamp,
  trainingTopic,
} from './primitives.ts';

const count = z.int().min(0);

/**
 * Answer of `GET /totals`: sums of the events that were received. Every good and topic has a row, and every partner with
 * a loan, in the order of names. What is promised stays counted when a part of it is released later. Loans and
 * commitments that relend repaid money are counted like others, and their money is shown again in `relentRupiah`.
 */
export const totals = z.object({
  msmesListed: count,
  commitmentsConfirmed: count,
  /** Without those that were never confirmed, because others had covered all that they asked for. */
  commitmentsClosed: count,
  /** MSMEs at which something has arrived: confirmed goods, a disbursed loan or a training. */
  msmesHelped: count,
  goods: z.array(z.object({ item: goodsItem, promised: count, reported: count, confirmed: count })),
  loans: z.array(
    z.object({
      partner,
      /** Loans that the partner has, or had, a contract for. */
      contracts: count,
      promisedRupiah: rupiahOrZero,
      disbursedRupiah: rupiahOrZero,
      repaidRupiah: rupiahOrZero,
      relentRupiah: rupiahOrZero,
    }),
  ),
  /** `scheduled` counts trainings that were not cancelled, held ones included; `attended` people of held ones. */
  trainings: z.array(
    z.object({
      topic: trainingTopic,
      promisedSeats: count,
      scheduled: count,
      held: count,
      attended: count,
      reported: count,
    }),
  ),
  asOf: z.iso.datetime(),
});
export type Totals = z.output<typeof totals>;

/**
 * Answer of `GET /collaborations/:collaborationId/timeline`: every event of the collaboration, oldest first, without
 * personal data.
 */
export const timeline = z.object({
  collaborationId,
  entries: z.array(
    z.object({
      eventId: z.string(),
      /** The event's name, such as `line-delivered`. */
      event: z.string(),
      time: timestamp,
      data: z.record(z.string(), z.unknown()),
    }),
  ),
});
export type Timeline = z.output<typeof timeline>;

/** One loan of `GET /loans`, in the order of loan ids. */
export const portfolioLoan = z.object({
  loanId: lineId,
  collaborationId,
  msmeId,
  partner,
  amountRupiah: rupiah,
  status: z.enum([
    'promised',
    'forwarded',
    'signed',
    'disbursed',
    'repaying',
    'repaid',
    'declined',
    'cancelled',
    'written-off',
  ]),
  repaidRupiah: rupiahOrZero,
  outstandingRupiah: rupiahOrZero,
  relentFrom: lineId.nullable(),
  updatedAt: timestamp,
});

export const portfolio = pageOf(portfolioLoan);
export type Portfolio = z.output<typeof portfolio>;

/** One event of `GET /events`, the open archive: no names of donors, no free text, no links. */
export const archivedEvent = z.object({
  eventId: z.string(),
  type: z.string(),
  subject: z.string(),
  version: z.int().min(1),
  time: timestamp,
  data: z.record(z.string(), z.unknown()),
});

/** Answer of `GET /events`, in the order of event ids: by producer, subject and version as text, not by time. */
export const archivePage = pageOf(archivedEvent);
export type ArchivePage = z.output<typeof archivePage>;
