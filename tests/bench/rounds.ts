/** What one side does in a round: so many operations, timed by the caller. */
export type Side = { peer: string; run: (operations: number) => Promise<void> };

export type Row = { bench: string; peer: string; unit: string; ours: number; theirs: number; ratio: number; rounds: number };

const WARM_UP_ROUNDS = 2;

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function perSecond(side: Side, operations: number): Promise<number> {
  const started = performance.now();
  await side.run(operations);
  return (operations * 1000) / (performance.now() - started);
}

/**
 * Runs ours and a peer in turn, `rounds` times after a warm-up, and gives the medians of operations per second and of the
 * ratio within a round. A noisy neighbour meets both sides of a round alike; only the ratio is a result.
 */
export async function compare(bench: string, ours: Side, theirs: Side, { operations, rounds }: { operations: number; rounds: number }): Promise<Row> {
  const figures: { ours: number; theirs: number }[] = [];
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    const oursFirst = round % 2 === 0;
    const first = await perSecond(oursFirst ? ours : theirs, operations);
    const second = await perSecond(oursFirst ? theirs : ours, operations);
    if (round >= 0) figures.push(oursFirst ? { ours: first, theirs: second } : { ours: second, theirs: first });
    process.stdout.write(`   ${bench} against ${theirs.peer}: round ${round < 0 ? 'for warming up' : `${round + 1} of ${rounds}`}\n`);
  }
  const ratio = median(figures.map((figure) => figure.ours / figure.theirs));
  return {
    bench,
    peer: theirs.peer,
    unit: '1/s',
    ours: Math.round(median(figures.map((figure) => figure.ours))),
    theirs: Math.round(median(figures.map((figure) => figure.theirs))),
    ratio: Math.round(ratio * 100) / 100,
    rounds,
  };
}
