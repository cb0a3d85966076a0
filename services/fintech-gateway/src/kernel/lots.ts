import type { Lot } from '@ksbb/contracts';

/**
 * Splits an amount over weights by largest remainder: proportional, whole, and in sum exactly the amount. A share is
 * never above its weight. Ties go to the earlier weight.
 * @param amount not above the sum of the weights
 */
export function split(amount: number, weights: readonly number[]): number[] {
  // Products of two amounts leave the range of exact doubles.
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (amount < 0 || BigInt(amount) > total) throw new RangeError(`${amount} cannot be split over ${total}`);
  if (total === 0n) return weights.map(() => 0);
  const products = weights.map((weight) => BigInt(amount) * BigInt(weight));
  const shares = products.map((product) => Number(product / total));
  const byRemainder = products
    .map((product, at) => ({ at, remainder: product % total }))
    // The sign is all that counts, and a stable sort keeps ties in their order.
    .sort((a, b) => Number(b.remainder - a.remainder));
  const left = amount - shares.reduce((sum, share) => sum + share, 0);
  for (const { at } of byRemainder.slice(0, left)) shares[at] = (shares[at] ?? 0) + 1;
  return shares;
}

export function sumOfLots(lots: readonly Lot[]): number {
  return lots.reduce((total, lot) => total + lot.amountRupiah, 0);
}

/** Whether two lots are of the same money: one donor, lent equally often. */
export function sameMoney(a: Lot, b: Lot): boolean {
  return a.donorCollaborationId === b.donorCollaborationId && a.generation === b.generation;
}

/** `lots` with `more` added, the same money in one lot. */
export function addLots(lots: readonly Lot[], more: readonly Lot[]): Lot[] {
  return more.reduce<Lot[]>(
    (all, lot) => {
      const at = all.findIndex((one) => sameMoney(one, lot));
      if (at === -1) return [...all, { ...lot }];
      return all.map((one, index) =>
        index === at ? { ...one, amountRupiah: one.amountRupiah + lot.amountRupiah } : one,
      );
    },
    [...lots],
  );
}

/** What is left of `lots` without `less`; lots of nothing are left out. */
export function subtractLots(lots: readonly Lot[], less: readonly Lot[]): Lot[] {
  return lots.flatMap((lot) => {
    const taken = sumOfLots(less.filter((one) => sameMoney(one, lot)));
    return taken === lot.amountRupiah ? [] : [{ ...lot, amountRupiah: lot.amountRupiah - taken }];
  });
}

/** The part of `lots` that makes up `amount`, proportionally and to the rupiah; lots of nothing are left out. */
export function takeFromLots(lots: readonly Lot[], amount: number): Lot[] {
  const shares = split(
    amount,
    lots.map((lot) => lot.amountRupiah),
  );
  return lots.flatMap((lot, at) => (shares[at] ? [{ ...lot, amountRupiah: shares[at] }] : []));
}
