import { z } from 'zod';
import {
  area,
  goodsItem,
  lineId,
  msmeId,
  needId,
  partner,
  quantity,
  rupiah,
  skill,
  trainingTopic,
} from '../primitives.ts';

const place = { msmeId, needId };
const instalments = z
  .int('a whole number of instalments')
  .min(1, 'at least 1 instalment')
  .max(24, 'at most 24 instalments');

/** What a donor wants to give for one need. The unit follows from the package. */
export const requestedLine = z.discriminatedUnion(
  'package',
  [
    z.strictObject({ ...place, package: z.literal('goods'), quantity }),
    z.strictObject({ ...place, package: z.literal('capital'), amountRupiah: rupiah, partner, instalments }),
    z.strictObject({ ...place, package: z.literal('training'), seats: quantity }),
  ],
  { error: 'one of the packages: goods, capital, training' },
);
export type RequestedLine = z.output<typeof requestedLine>;

const confirmed = { ...place, lineId, msmeName: z.string(), area };

/** A line as it was reserved. The amount is what is covered, never more than was open. */
export const confirmedLine = z.discriminatedUnion('package', [
  z.object({ ...confirmed, package: z.literal('goods'), item: goodsItem, quantity }),
  z.object({ ...confirmed, package: z.literal('capital'), amountRupiah: rupiah, partner, instalments }),
  z.object({ ...confirmed, package: z.literal('training'), topic: trainingTopic, skill, seats: quantity }),
]);
export type ConfirmedLine = z.output<typeof confirmedLine>;
