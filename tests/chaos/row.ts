/** What went in and what came out of one row of the fault matrix. */
export type Row = { row: string; faults: number; in: number; out: number; lost: number; doubled: number; unexpected: number };

export const holds = (row: Row) => row.lost === 0 && row.doubled === 0 && row.unexpected === 0;

/** Compares by key how often each thing took effect with the once that it should have. */
export function countEffects(row: string, faults: number, expected: readonly string[], seen: readonly string[]): Row {
  const times = new Map<string, number>();
  for (const key of seen) times.set(key, (times.get(key) ?? 0) + 1);
  const known = new Set(expected);
  return {
    row,
    faults,
    in: expected.length,
    out: seen.length,
    lost: expected.filter((key) => !times.has(key)).length,
    doubled: [...times].filter(([key, count]) => known.has(key) && count > 1).length,
    unexpected: [...times.keys()].filter((key) => !known.has(key)).length,
  };
}
