import { z } from 'zod';
import { goodsItem, partner, rupiahOrZero, trainingTopic } from '../primitives.ts';

const count = z.int().min(0);

/** Answer of `GET /totals`: what it all adds up to. Folded from the facts in the event archive. */
export const totals = z.object({
  msmesListed: count,
  commitmentsConfirmed: count,
  commitmentsClosed: count,
  msmesHelped: count,
  goods: z.array(z.object({ item: goodsItem, promised: count, reported: count, confirmed: count })),
  loans: z.array(
    z.object({
      partner,
      contracts: count,
      promisedRupiah: rupiahOrZero,
      disbursedRupiah: rupiahOrZero,
      repaidRupiah: rupiahOrZero,
      relentRupiah: rupiahOrZero,
    }),
  ),
  trainings: z.array(z.object({ topic: trainingTopic, promisedSeats: count, scheduled: count, held: count, attended: count, reported: count })),
  asOf: z.iso.datetime(),
});
export type Totals = z.output<typeof totals>;
