import { setTimeout as sleep } from 'node:timers/promises';

/** What one side does in a round. */
export type Side = {
  peer: string;
  /** Not timed. */
  prepare?: (operations: number) => Promise<unknown>;
  /** Answers how many milliseconds it took where it measures that itself, without connecting and the like. */
  run: (operations: number) => Promise<number | void>;
};

/** One line of the bench's output. */
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

/** The value below which this share of the values lies. */
export const percentile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
export const median = (values: readonly number[]) => percentile(values, 0.5);
const rounded = (value: number, decimals: number) => Math.round(value * 10 ** decimals) / 10 ** decimals;

export const say = (text: string) => void process.stdout.write(`   ${text}\n`);

/** Counts at an even pace, for as long as is said. A number that is late comes at once. */
export async function* paced(perSecond: number, seconds: number): AsyncGenerator<number> {
  const started = performance.now();
  for (let at = 0; performance.now() - started < seconds * 1_000; at += 1) {
    const early = started + (at * 1_000) / perSecond - performance.now();
    if (early > 0) await sleep(early);
    yield at;
  }
}

/** This many callers, each of which begins its next operation when its last one has ended. */
export async function inParallel(
  operations: number,
  callers: number,
  work: (at: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < operations; at = next++) await work(at);
  };
  await Promise.all(Array.from({ length: callers }, worker));
}

async function rateOf(side: Side, operations: number): Promise<number> {
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
      const figure = await rateOf(sides[at] as Side, operations);
      if (round >= 0) figures[at]?.push(figure);
    }
    say(`${bench}: round ${round < 0 ? 'for warming up' : `${round + 1} of ${rounds}`}`);
  }
  return figures;
}

/**
 * The result is the median of the ratio within a round, not of the figures: a noisy neighbour slows all sides of a
 * round alike. `decimals` are those of the figures.
 */
export function rowOf(
  bench: string,
  peer: string,
  { ours, theirs }: { ours: number[]; theirs: number[] },
  { unit = '1/s', decimals = 0, ratioOf = (own: number, other: number) => own / other } = {},
): Row {
  const ratios = ours.map((figure, round) => ratioOf(figure, theirs[round] ?? Number.NaN));
  return {
    bench,
    peer,
    unit,
    ours: rounded(median(ours), decimals),
    theirs: rounded(median(theirs), decimals),
    ratio: rounded(median(ratios), 2),
    rounds: ours.length,
  };
}

/**
 * Ours against each of theirs, one after the other: a row for each. In pairs, since the side that runs after a slow one
 * finds a rested broker.
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
    rows.push(rowOf(bench, their.peer, { ours: own, theirs: other }));
  }
  return rows;
}
