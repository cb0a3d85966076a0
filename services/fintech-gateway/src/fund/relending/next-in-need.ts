/** What the choice needs to know of an MSME. `openRupiah` is the part of its capital need that nobody has promised. */
export type Candidate = {
  msmeId: string;
  needId: string;
  /** Kemendagri code of the district. */
  kodeKecamatan: string;
  verified: boolean;
  openRupiah: number;
  /** When the need was declared. */
  declaredAt: string;
};

export type NextInNeed = { msmeId: string; needId: string; amountRupiah: number };

const before = <T>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Who gets repaid money next, of the verified MSMEs with an open capital need. Districts (kecamatan) that this
 * partner's money has not reached come first, then the need that has waited longest, then the larger need, then the
 * lower id, so that the result is always the same. The amount is what is open, at most `amountRupiah`.
 * @param reached codes of the districts that have a loan of this partner
 * @returns null where no MSME is in need
 */
export function nextInNeed(
  candidates: readonly Candidate[],
  reached: ReadonlySet<string>,
  amountRupiah: number,
): NextInNeed | null {
  const [first] = candidates
    .filter((candidate) => candidate.verified && candidate.openRupiah > 0)
    .sort(
      (a, b) =>
        Number(reached.has(a.kodeKecamatan)) - Number(reached.has(b.kodeKecamatan)) ||
        before(a.declaredAt, b.declaredAt) ||
        b.openRupiah - a.openRupiah ||
        before(a.msmeId, b.msmeId),
    );
  if (first === undefined) return null;
  return { msmeId: first.msmeId, needId: first.needId, amountRupiah: Math.min(first.openRupiah, amountRupiah) };
}
