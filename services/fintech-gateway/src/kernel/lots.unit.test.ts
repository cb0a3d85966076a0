import type { Lot } from '@ksbb/contracts';
import { seededRandom } from '@ksbb/testkit';
import { addLots, split, subtractLots, sumOfLots, takeFromLots } from './lots.ts';

const lot = (donor: string, generation: number, amountRupiah: number): Lot => ({
  donorCollaborationId: donor,
  generation,
  amountRupiah,
});

describe('splitting an amount', () => {
  test.each([
    [10, [1, 1, 1], 'above the weights'],
    [-1, [5], 'below nothing'],
  ])('%i over %j is refused: %s', (amount, weights) => {
    expect(() => split(amount, weights)).toThrow(RangeError);
  });

  test.each<[number, number[], number[]]>([
    [0, [], []],
    [0, [0, 0], [0, 0]],
    [0, [3, 4], [0, 0]],
    [7, [3, 4], [3, 4]],
    [1, [1, 1], [1, 0]],
    [2, [1, 1, 1], [1, 1, 0]],
    [5, [1, 2, 7], [1, 1, 3]],
    [4, [5, 0, 5], [2, 0, 2]],
    [1, [1, 2], [0, 1]],
  ])('%i over %j is %j', (amount, weights, shares) => {
    expect(split(amount, weights)).toEqual(shares);
  });

  test('stays exact where products leave the range of exact doubles', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const half = (most - 1) / 2;
    // Two rupiah less than all: a hair above one less for each half, a hair below one for the last.
    expect(split(most - 2, [half, half, 1])).toEqual([half - 1, half - 1, 1]);
  });

  test('any amount over any weights is exact and never above a weight', () => {
    const { below: next } = seededRandom(20_261_124);
    for (let round = 0; round < 2_000; round += 1) {
      const weights = Array.from({ length: 1 + next(6) }, () => (next(4) === 0 ? next(3) : next(10_000_000)));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const amount = next(total + 1);
      const shares = split(amount, weights);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(amount);
      for (const [at, share] of shares.entries()) {
        const exact = total === 0 ? 0 : (amount * (weights[at] as number)) / total;
        expect(Math.abs(share - exact)).toBeLessThan(1);
        expect(share).toBeLessThanOrEqual(weights[at] as number);
      }
    }
  });
});

describe('lots', () => {
  test('of the same donor and generation become one, others stay apart', () => {
    const together = addLots([lot('A', 1, 5), lot('B', 1, 1)], [lot('A', 1, 2), lot('A', 2, 3), lot('A', 2, 4)]);
    expect(together).toEqual([lot('A', 1, 7), lot('B', 1, 1), lot('A', 2, 7)]);
  });

  test('are left without what was taken, and without empty ones', () => {
    expect(subtractLots([lot('A', 1, 5), lot('A', 2, 5), lot('B', 1, 4)], [lot('A', 1, 5), lot('B', 1, 1)])).toEqual([
      lot('A', 2, 5),
      lot('B', 1, 3),
    ]);
  });

  test('add up', () => {
    expect(sumOfLots([lot('A', 1, 5), lot('B', 1, 4)])).toBe(9);
  });

  test('are taken proportionally, without empty ones', () => {
    expect(takeFromLots([lot('A', 1, 6), lot('B', 1, 3)], 3)).toEqual([lot('A', 1, 2), lot('B', 1, 1)]);
    expect(takeFromLots([lot('A', 1, 6), lot('B', 1, 1)], 1)).toEqual([lot('A', 1, 1)]);
  });
});
