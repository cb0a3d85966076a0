import { hash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Numbers of one sequence. Not for secrets. */
export type Random = {
  /** At least 0, below 1. */
  next: () => number;
  /** A whole number from `low` to `high`, both included, in steps of `step` from `low`. */
  between: (low: number, high: number, step?: number) => number;
  pick: <T>(from: readonly T[]) => T;
  /** Normally distributed around 0 with a standard deviation of 1 (Box and Muller). */
  normal: () => number;
};

/** A sequence that follows from its seed alone. Similar seeds give unrelated sequences, because the seed is hashed. */
export function randomOf(seed: string): Random {
  const digest = hash('sha256', seed, 'buffer');
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((at) => digest.readInt32LE(at)));
  const next = () => uniformFloat64(generator);
  return {
    next,
    between: (low, high, step = 1) => low + step * uniformInt(generator, 0, Math.floor((high - low) / step)),
    pick: (from) => {
      const picked = from[uniformInt(generator, 0, from.length - 1)];
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}
