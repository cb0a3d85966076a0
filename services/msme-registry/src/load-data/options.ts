import { parseArgs } from 'node:util';

const MAX_MSMES = 1_000_000;

/** A mistake on the command line. */
export class UsageError extends Error {
  constructor(why: string) {
    super(
      `${why}\nUsage: node services/msme-registry/src/load-data.ts --msmes N\n` +
        `  N: how many MSMEs to generate besides the real places, a whole number from 0 to ${MAX_MSMES}`,
    );
    this.name = 'UsageError';
  }
}

/** @throws UsageError that says what is wrong with the arguments */
export function parseOptions(args: string[]): { msmes: number } {
  let given: string | undefined;
  try {
    given = parseArgs({ args, options: { msmes: { type: 'string' } } }).values.msmes;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (given === undefined) throw new UsageError('--msmes is missing.');
  if (!/^\d{1,7}$/.test(given) || Number(given) > MAX_MSMES)
    throw new UsageError(`--msmes ${JSON.stringify(given)} is not a whole number from 0 to ${MAX_MSMES}.`);
  return { msmes: Number(given) };
}
