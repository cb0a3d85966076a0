/** Numbers that follow from a seed alone. */
export type SeededRandom = {
  /** From 0 to below 1. */
  float: () => number;
  /** A whole number from 0 to below `n`. */
  below: (n: number) => number;
  /** A copy in another order (Fisher and Yates). */
  shuffled: <T>(list: readonly T[]) => T[];
};

/** The same seed gives the same numbers, so that a failing run can be repeated (mulberry32). */
export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0;
  const float = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number) => Math.floor(float() * n);
  const shuffled = <T>(list: readonly T[]): T[] => {
    const left = [...list];
    return list.flatMap(() => left.splice(below(left.length), 1));
  };
  return { float, below, shuffled };
}
