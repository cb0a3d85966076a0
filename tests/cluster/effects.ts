import { isDeepStrictEqual } from 'node:util';
import { eventually, type PlatformClient } from '@ksbb/testkit';
import { LOAN_RUPIAH, type Tally } from './load.ts';

const SETTLE_MS = 90_000;

/** What reporting adds up of what the load does. */
type Sums = {
  commitments: number;
  piecesPromised: number;
  piecesReported: number;
  contracts: number;
  disbursedRupiah: number;
};

export async function readSums(client: PlatformClient): Promise<Sums> {
  const { commitmentsConfirmed, goods, loans } = await client.totals();
  const sum = <T>(of: readonly T[], amount: (one: T) => number) => of.reduce((total, one) => total + amount(one), 0);
  return {
    commitments: commitmentsConfirmed,
    piecesPromised: sum(goods, ({ promised }) => promised),
    piecesReported: sum(goods, ({ reported }) => reported),
    contracts: sum(loans, ({ contracts }) => contracts),
    disbursedRupiah: sum(loans, ({ disbursedRupiah }) => disbursedRupiah),
  };
}

/** Compares reporting's sums with what the load did. */
async function compareSums(client: PlatformClient, before: Sums, tally: Tally) {
  const expected: Sums = {
    commitments: before.commitments + tally.collaborations.length,
    piecesPromised: before.piecesPromised + tally.piecesPromised,
    piecesReported: before.piecesReported + tally.piecesReported,
    contracts: before.contracts + tally.loans.length,
    disbursedRupiah: before.disbursedRupiah + tally.loans.length * LOAN_RUPIAH,
  };
  const isSettled = async () => isDeepStrictEqual(await readSums(client), expected);
  await eventually('the sums are settled', isSettled, SETTLE_MS).catch(() => undefined);
  const actual = await readSums(client);
  let [lost, doubled] = [0, 0];
  for (const key of Object.keys(expected) as (keyof Sums)[]) {
    const unit = key === 'disbursedRupiah' ? LOAN_RUPIAH : 1;
    lost += Math.max(0, expected[key] - actual[key]) / unit;
    doubled += Math.max(0, actual[key] - expected[key]) / unit;
  }
  return { lost, doubled, expected, actual };
}

/** The callbacks about the loans of the load: those delivered, those that failed, and the loans that lack one. */
async function compareCallbacks({ sandbox }: PlatformClient, loans: readonly string[]) {
  let [callbacks, failedCallbacks, lost] = [0, 0, 0];
  for (const loanId of loans) {
    const sent = await sandbox.callbacks(loanId);
    const delivered = sent.filter(({ status }) => status === 'delivered').length;
    const attempts = sent.flatMap((callback) => callback.attempts);
    callbacks += delivered;
    failedCallbacks += attempts.filter(({ status }) => status === null || status >= 400).length;
    if (sent.length < 2 || delivered < sent.length) lost += 1;
  }
  return { callbacks, failedCallbacks, lost };
}

/**
 * Compares what was answered with what is there: in reporting's sums, in the commitments themselves, at the partners.
 */
export async function compareEffects(
  client: PlatformClient,
  countDeadLetters: () => Promise<number>,
  before: Sums,
  tally: Tally,
) {
  const sums = await compareSums(client, before, tally);
  let { doubled } = sums;
  for (const collaborationId of tally.collaborations) {
    const { lines, reports } = await client.collaboration(collaborationId);
    doubled += Math.abs(lines.length - 1) + Math.max(0, reports.length - 1);
  }
  const contracts = await client.sandbox.contracts();
  for (const loanId of tally.loans)
    doubled += Math.max(0, contracts.filter(({ reference }) => reference === loanId).length - 1);
  const { lost, ...callbacks } = await compareCallbacks(client, tally.loans);
  return { ...sums, lost: sums.lost + lost, doubled, ...callbacks, deadLetters: await countDeadLetters() };
}
