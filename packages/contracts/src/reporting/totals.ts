import { z } from 'zod';
import { goodsItem, partner, rupiahOrZero, trainingTopic } from '../primitives.ts';

const count = z.int().min(0);

/**
 * Answer of `GET /totals`: what it all adds up to. Folded from the events that came in; every good, partner and topic has a
 * row. What is promised stays counted when a part of it is released later; loans and commitments that lend repaid money on
 * are counted like others, and that money once more in `relentRupiah`.
 */
export const totals = z.object({
  msmesListed: count,
  commitmentsConfirmed: count,
  /** Without those that never held, since all they asked for was covered by others. */
  commitmentsClosed: count,
  /** MSMEs at which something has arrived: goods confirmed, a loan disbursed, seats taken. */
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
