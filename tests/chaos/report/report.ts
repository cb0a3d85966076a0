const COUNTS = ['faults', 'in', 'out', 'lost', 'doubled', 'unexpected'] as const;

/** What went in and what came out of one scenario. */
export type Counts = Record<(typeof COUNTS)[number], number>;
/** A row of the fault matrix: a scenario and its counts. */
export type Row = Counts & { row: string };

export const NOTHING: Counts = { faults: 0, in: 0, out: 0, lost: 0, doubled: 0, unexpected: 0 };

/** What has to be there, and what is there: each fact as often as it happened. */
export type Facts = { expected: string[]; seen: string[] };

const MOST_NAMED = 12;

export const holds = ({ lost, doubled, unexpected }: Counts) => lost === 0 && doubled === 0 && unexpected === 0;

/** Two parts of a scenario as one. */
export const joined = (one: Counts, other: Counts) =>
  Object.fromEntries(COUNTS.map((name) => [name, one[name] + other[name]])) as Counts;

export function joinedFacts(parts: readonly Facts[]): Facts {
  return { expected: parts.flatMap(({ expected }) => expected), seen: parts.flatMap(({ seen }) => seen) };
}

/** Compares how often each fact was seen with how often it is expected: what is missing, too often, or unexpected. */
export function differences({ expected, seen }: Facts) {
  const [due, found] = [Map.groupBy(expected, String), Map.groupBy(seen, String)];
  const more = (of: typeof due, than: typeof due) =>
    [...of].flatMap(([fact, times]) => times.slice(than.get(fact)?.length ?? 0));
  const tooMany = more(found, due);
  return {
    lost: more(due, found),
    doubled: tooMany.filter((fact) => due.has(fact)),
    unexpected: tooMany.filter((fact) => !due.has(fact)),
  };
}

/** Counts facts, and says what differs. */
export function countFacts(faults: number, facts: Facts, say: (text: string) => void): Counts {
  const { lost, doubled, unexpected } = differences(facts);
  for (const [what, found] of Object.entries({ lost, doubled, unexpected })) {
    for (const fact of found.slice(0, MOST_NAMED)) say(`   ${what}: ${fact}`);
    if (found.length > MOST_NAMED) say(`   ${what}: and ${found.length - MOST_NAMED} more`);
  }
  return {
    faults,
    in: facts.expected.length,
    out: facts.seen.length,
    lost: lost.length,
    doubled: doubled.length,
    unexpected: unexpected.length,
  };
}

/** A table for people: a line for each row, and their sum where there is more than one. */
export function tableOf(rows: readonly Row[]): string[] {
  const all = rows.length > 1 ? [...rows, { row: 'all', ...(rows as readonly Counts[]).reduce(joined) }] : rows;
  const columns = ['row', ...COUNTS] as const;
  const cells = [columns, ...all.map((row) => columns.map((column) => String(row[column])))];
  const widthOf = (at: number) => Math.max(...cells.map((line) => line[at]?.length ?? 0));
  return cells.map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widthOf(at)) : cell.padStart(widthOf(at)))).join('  '),
  );
}
