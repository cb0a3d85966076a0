/** What one side does in a round. */
export type Side = {
  peer: string;
  /** Not timed. */
  prepare?: (operations: number) => Promise<unknown>;
  /** Answers how many milliseconds it took where it knows better than the caller, who counts connecting and the like. */
  run: (operations: number) => Promise<number | void>;
};

export type Row = {
  bench: string;
  peer: string;
  unit: string;
  ours: number;
  theirs: number;
  ratio: number;
  rounds: number;
};

const WARM_UP_ROUNDS = 2;

export const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const hundredths = (value: number) => Math.round(value * 100) / 100;

async function perSecond(side: Side, operations: number): Promise<number> {
  await side.prepare?.(operations);
  const started = performance.now();
  const own = await side.run(operations);
  return (operations * 1000) / (own ?? performance.now() - started);
}

/**
 * Runs all sides in turn, `rounds` times after a warm-up, beginning with another one each time. Answers each side's
 * operations per second, by round.
 */
export async function alternate(
  bench: string,
  sides: Side[],
  { operations, rounds }: { operations: number; rounds: number },
): Promise<number[][]> {
  const figures: number[][] = sides.map(() => []);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (let turn = 0; turn < sides.length; turn += 1) {
      const at = (turn + round + WARM_UP_ROUNDS) % sides.length;
      const figure = await perSecond(sides[at] as Side, operations);
      if (round >= 0) figures[at]?.push(figure);
    }
    process.stdout.write(`   ${bench}: round ${round < 0 ? 'for warming up' : `${round + 1} of ${rounds}`}\n`);
  }
  return figures;
}

/** A noisy neighbour meets all sides of a round alike: the median of the ratio within a round is the result, not the rates. */
export function rowOf(bench: string, peer: string, ours: number[], theirs: number[]): Row {
  const ratios = ours.map((figure, round) => figure / (theirs[round] ?? Number.NaN));
  return {
    bench,
    peer,
    unit: '1/s',
    ours: Math.round(median(ours)),
    theirs: Math.round(median(theirs)),
    ratio: hundredths(median(ratios)),
    rounds: ours.length,
  };
}

/**
 * Ours against each of theirs, one after the other: a row for each. In pairs, since who comes after a slow one finds a
 * rested broker.
 */
export async function compare(
  bench: string,
  ours: Side,
  theirs: Side[],
  options: { operations: number; rounds: number },
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const their of theirs) {
    const [own = [], other = []] = await alternate(`${bench} against ${their.peer}`, [ours, their], options);
    rows.push(rowOf(bench, their.peer, own, other));
  }
  return rows;
}
