import { isDeepStrictEqual } from 'node:util';
import type { Portfolio, Timeline, Totals } from '@ksbb/contracts';
import { connect } from 'amqplib';
import { expectOk, eventually } from '@ksbb/testkit';
import type { Stage, Telling } from '../story.ts';
import type { Promised } from './commit.ts';
import type { Lending } from './lend.ts';
import type { Training } from './train.ts';

type Done = { commitment: Promised; lending: Lending; training: Training };

const SUBSCRIBERS = ['msme-registry', 'commitment', 'fintech-gateway', 'training', 'reporting'];

/** The totals that follow from what the story did. */
function expectedTotals({ commitment, lending, training }: Done): Partial<Totals> {
  const { masks, stations, second } = commitment;
  const loan = (partner: 'amanah' | 'lumbung') => {
    const { amountRupiah } = commitment[partner];
    const relent = lending.relent[partner];
    return {
      partner,
      contracts: 1 + relent.loans,
      promisedRupiah: amountRupiah + relent.amountRupiah,
      disbursedRupiah: amountRupiah + relent.amountRupiah,
      repaidRupiah: amountRupiah,
      relentRupiah: relent.amountRupiah,
    };
  };
  const goods = [
    {
      item: 'face-mask' as const,
      promised: masks.quantity + second.masks,
      reported: masks.quantity,
      confirmed: masks.quantity - 1,
    },
    {
      item: 'hand-washing-station' as const,
      promised: stations.quantity,
      reported: stations.quantity,
      confirmed: stations.quantity,
    },
  ];
  const { topic, seats, attended } = training;
  return {
    msmesListed: 1_271,
    commitmentsConfirmed: 2 + lending.relent.amanah.loans + lending.relent.lumbung.loans,
    goods,
    loans: [loan('amanah'), loan('lumbung')],
    trainings: [{ topic: topic as never, promisedSeats: seats, scheduled: 1, held: 1, attended, reported: 1 }],
  };
}

/** The part of the totals that the story can tell, without rows in which nothing happened. */
function comparable({ msmesListed, commitmentsConfirmed, goods, loans, trainings }: Totals): Partial<Totals> {
  return {
    msmesListed,
    commitmentsConfirmed,
    goods: goods.filter((row) => row.promised > 0),
    loans: loans.filter((row) => row.contracts > 0),
    trainings: trainings.filter((row) => row.promisedSeats > 0),
  };
}

async function checkTotals(world: Stage, { checks }: Telling, done: Done): Promise<void> {
  const expected = expectedTotals(done);
  const read = async () => comparable(await expectOk('GET', `${world.api('reporting')}/totals`));
  await eventually('reporting has caught up', async () => isDeepStrictEqual(await read(), expected)).catch(
    () => undefined,
  );
  const actual = await read();
  for (const key of Object.keys(expected) as (keyof Totals)[])
    checks.equal(`Totals: ${key}`, expected[key], actual[key]);
}

async function checkTimeline(world: Stage, { say, checks }: Telling, { commitment }: Done): Promise<void> {
  const expected = {
    'commitment-confirmed': 1,
    'line-delivered': 2,
    'contract-forwarded': 2,
    'contract-signed': 2,
    'loan-disbursed': 2,
    'repayment-received': 6,
    'loan-repaid': 2,
    'training-scheduled': 1,
    'attendance-recorded': 1,
    'training-held': 1,
    'training-reported': 1,
  };
  const count = async () => {
    const { entries }: Timeline = await expectOk(
      'GET',
      `${world.api('reporting')}/collaborations/${commitment.collaborationId}/timeline`,
    );
    const names = Object.keys(expected);
    return Object.fromEntries(names.map((name) => [name, entries.filter((entry) => entry.event === name).length]));
  };
  await eventually('the timeline is complete', async () => isDeepStrictEqual(await count(), expected)).catch(
    () => undefined,
  );
  const actual = await count();
  say(
    `its timeline: ${Object.entries(actual)
      .map(([name, times]) => `${name} ${times}`)
      .join(', ')}`,
  );
  checks.equal('Timeline: every event once', expected, actual);
}

async function checkPortfolio(world: Stage, { checks }: Telling, { commitment, lending }: Done): Promise<void> {
  const { items }: Portfolio = await expectOk('GET', `${world.api('reporting')}/loans?limit=100`);
  const own = [commitment.amanah, commitment.lumbung];
  const repaid = own
    .map(({ lineId }) => items.find((loan) => loan.loanId === lineId))
    .map((loan) => [loan?.status, loan?.outstandingRupiah]);
  checks.equal(
    'Portfolio: both loans repaid',
    [
      ['repaid', 0],
      ['repaid', 0],
    ],
    repaid,
  );
  const relent = items.filter((loan) => own.some(({ lineId }) => lineId === loan.relentFrom));
  checks.equal('Portfolio: loans lent on', lending.relent.amanah.loans + lending.relent.lumbung.loans, relent.length);
}

async function checkLedger(world: Stage, { checks }: Telling, { commitment, lending }: Done): Promise<void> {
  const expected = Object.fromEntries(
    (['amanah', 'lumbung'] as const).flatMap((partner) => {
      const given = commitment[partner].amountRupiah;
      const lentOn = lending.relent[partner].amountRupiah;
      return [
        [`${partner}:donated`, -given],
        [`${partner}:lent`, lentOn],
        [`${partner}:cash`, given - lentOn],
      ];
    }),
  );
  const read = async () => {
    const { accounts, balanced } = await expectOk('GET', `${world.api('fintech-gateway')}/fund/trial-balance`);
    return {
      balanced,
      accounts: Object.fromEntries(
        accounts.map((one: { account: string; balanceRupiah: number }) => [one.account, one.balanceRupiah]),
      ),
    };
  };
  await eventually('the ledger has caught up', async () => isDeepStrictEqual((await read()).accounts, expected)).catch(
    () => undefined,
  );
  checks.equal('Ledger: balanced, to the rupiah', { balanced: true, accounts: expected }, await read());
}

async function checkQueues(world: Stage, { checks }: Telling): Promise<void> {
  const connection = await connect(world.rabbitUrl);
  const channel = await connection.createChannel();
  let left = (await channel.checkQueue('ksbb.unrouted')).messageCount;
  for (const service of SUBSCRIBERS) left += (await channel.checkQueue(`${service}.dead`)).messageCount;
  await connection.close();
  checks.equal('Dead letters and unrouted events', 0, left);
}

export async function lookBack(world: Stage, telling: Telling, done: Done): Promise<void> {
  await checkTotals(world, telling, done);
  await checkTimeline(world, telling, done);
  await checkPortfolio(world, telling, done);
  await checkLedger(world, telling, done);
  await checkQueues(world, telling);
}
