/** What went in and what came out of one scenario of the fault matrix. */
export type ScenarioReport = {
  scenario: string;
  faults: number;
  in: number;
  out: number;
  lost: number;
  doubled: number;
  unexpected: number;
};

/** What has to be there, and what is there: each fact as often as it happened. */
export type Facts = { expected: string[]; seen: string[] };

/** Facts that are missing, that are there too often, or that nobody expected. */
type Differences = { lost: string[]; doubled: string[]; unexpected: string[] };

const COLUMNS = ['faults', 'in', 'out', 'lost', 'doubled', 'unexpected'] as const;

export const holds = (report: ScenarioReport) => report.lost === 0 && report.doubled === 0 && report.unexpected === 0;

/** Two parts of a scenario as one. */
export function joined(one: ScenarioReport, other: ScenarioReport): ScenarioReport {
  const sum = { ...one };
  for (const column of COLUMNS) sum[column] = one[column] + other[column];
  return sum;
}

export function joinedFacts(parts: readonly Facts[]): Facts {
  return { expected: parts.flatMap(({ expected }) => expected), seen: parts.flatMap(({ seen }) => seen) };
}

function countOf(facts: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const fact of facts) times.set(fact, (times.get(fact) ?? 0) + 1);
  return times;
}

/** Compares how often each fact was seen with how often it is expected. */
export function differences({ expected, seen }: Facts): Differences {
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

export function reportOf(scenario: string, faults: number, facts: Facts): ScenarioReport {
  const { lost, doubled, unexpected } = differences(facts);
  return {
    scenario,
    faults,
    in: facts.expected.length,
    out: facts.seen.length,
    lost: lost.length,
    doubled: doubled.length,
    unexpected: unexpected.length,
  };
}

/** The report as `--json` prints it, where a scenario is called a row of the fault matrix. */
export function asRow({ scenario, ...counts }: ScenarioReport) {
  return { row: scenario, ...counts };
}

/** A table for people: a line for each scenario, and their sum where there is more than one. */
export function tableOf(reports: readonly ScenarioReport[]): string[] {
  const all = reports.length > 1 ? [...reports, { ...reports.reduce(joined), scenario: 'all' }] : reports;
  const cells = [
    ['row', ...COLUMNS],
    ...all.map((report) => [report.scenario, ...COLUMNS.map((column) => String(report[column]))]),
  ];
  const widths = cells[0]?.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0))) ?? [];
  return cells.map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  );
}
