/** What went in and what came out of one row of the fault matrix. */
export type Row = {
  row: string;
  faults: number;
  in: number;
  out: number;
  lost: number;
  doubled: number;
  unexpected: number;
};

const COLUMNS = ['faults', 'in', 'out', 'lost', 'doubled', 'unexpected'] as const;

export const holds = (row: Row) => row.lost === 0 && row.doubled === 0 && row.unexpected === 0;

/** Two parts of a row as one. */
export function joined(one: Row, other: Row): Row {
  const sum = { row: one.row, faults: 0, in: 0, out: 0, lost: 0, doubled: 0, unexpected: 0 };
  for (const column of COLUMNS) sum[column] = one[column] + other[column];
  return sum;
}

/** Facts that are too few, too many, or that nobody expected. */
export type Differences = { lost: string[]; doubled: string[]; unexpected: string[] };

function countOf(facts: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const fact of facts) times.set(fact, (times.get(fact) ?? 0) + 1);
  return times;
}

/** Compares how often each fact was seen with how often it had to come about: a fact stands as often in `expected`. */
export function differences(expected: readonly string[], seen: readonly string[]): Differences {
  const [due, found] = [countOf(expected), countOf(seen)];
  const more = (of: Map<string, number>, than: Map<string, number>) =>
    [...of].flatMap(([fact, times]) => Array.from({ length: Math.max(0, times - (than.get(fact) ?? 0)) }, () => fact));
  const tooMany = more(found, due);
  return {
    lost: more(due, found),
    doubled: tooMany.filter((fact) => due.has(fact)),
    unexpected: tooMany.filter((fact) => !due.has(fact)),
  };
}

export function rowOf(row: string, faults: number, expected: readonly string[], seen: readonly string[]): Row {
  const { lost, doubled, unexpected } = differences(expected, seen);
  return {
    row,
    faults,
    in: expected.length,
    out: seen.length,
    lost: lost.length,
    doubled: doubled.length,
    unexpected: unexpected.length,
  };
}

/** The ledger for people: a line for each row, and their sum where there is more than one. */
export function ledgerOf(rows: readonly Row[]): string[] {
  const all = rows.length > 1 ? [...rows, { ...rows.reduce(joined), row: 'all' }] : rows;
  const cells = [['row', ...COLUMNS], ...all.map((row) => [row.row, ...COLUMNS.map((column) => String(row[column]))])];
  const widths = cells[0]?.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0))) ?? [];
  return cells.map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  );
}
