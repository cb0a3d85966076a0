import type { Totals } from '@ksbb/contracts';
import type { Commitment } from './commit.ts';
import type { Part } from './environment.ts';
import type { Relent } from './lend.ts';
import { MSMES } from './load-and-choose.ts';

type Done = { commitment: Commitment; relent: Relent; attended: number };

const PARTNERS = ['amanah', 'lumbung'] as const;

/** The totals that follow from what the scenario did. All that is repaid is relent. */
function expectedTotals({ commitment, relent, attended }: Done): Partial<Totals> {
  const { masks, stations, training, masksOfSecondDonor } = commitment;
  const loan = (partner: (typeof PARTNERS)[number]) => {
    const { amountRupiah } = commitment[partner];
    return {
      partner,
      contracts: 1 + relent[partner],
      promisedRupiah: 2 * amountRupiah,
      disbursedRupiah: 2 * amountRupiah,
      repaidRupiah: amountRupiah,
      relentRupiah: amountRupiah,
    };
  };
  const goods = (
    item: 'face-mask' | 'hand-washing-station',
    promised: number,
    reported: number,
    confirmed: number,
  ) => ({
    item,
    promised,
    reported,
    confirmed,
  });
  return {
    msmesListed: MSMES,
    commitmentsConfirmed: 2 + relent.amanah + relent.lumbung,
    goods: [
      goods('face-mask', masks.quantity + masksOfSecondDonor, masks.quantity, masks.quantity - 1),
      goods('hand-washing-station', stations.quantity, stations.quantity, stations.quantity),
    ],
    loans: PARTNERS.map(loan),
    trainings: [
      {
        topic: training.topic as Totals['trainings'][number]['topic'],
        promisedSeats: training.seats,
        scheduled: 1,
        held: 1,
        attended,
        reported: 1,
      },
    ],
  };
}

async function checkTotals({ client, checks }: Part, done: Done): Promise<void> {
  /** The part of the totals that the scenario can tell, without rows in which nothing happened. */
  const comparable = async (): Promise<Partial<Totals>> => {
    const { msmesListed, commitmentsConfirmed, goods, loans, trainings } = await client.totals();
    return {
      msmesListed,
      commitmentsConfirmed,
      goods: goods.filter((row) => row.promised > 0),
      loans: loans.filter((row) => row.contracts > 0),
      trainings: trainings.filter((row) => row.promisedSeats > 0),
    };
  };
  const expected = expectedTotals(done);
  for (const key of Object.keys(expected) as (keyof Totals)[])
    await checks.reaches(`Totals: ${key}`, expected[key], async () => (await comparable())[key]);
}

async function checkTimeline({ client, say, checks }: Part, { commitment }: Done): Promise<void> {
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
    const events = await client.timeline(commitment.collaborationId);
    return Object.fromEntries(
      Object.keys(expected).map((name) => [name, events.filter((event) => event === name).length]),
    );
  };
  await checks.reaches('Timeline: every event once', expected, count);
  const counts = Object.entries(await count()).map(([name, times]) => `${name} ${times}`);
  say(`its timeline: ${counts.join(', ')}`);
}

async function checkPortfolio({ client, checks }: Part, { commitment, relent }: Done): Promise<void> {
  const items = await client.portfolio();
  const own = PARTNERS.map((partner) => commitment[partner].loanId);
  const loans = own.map((id) => items.find(({ loanId }) => loanId === id));
  const repaid = loans.map((loan) => [loan?.status, loan?.outstandingRupiah]);
  const expected = own.map(() => ['repaid', 0]);
  checks.equal('Portfolio: both loans repaid', expected, repaid);
  const next = items.filter(({ relentFrom }) => relentFrom !== null && own.includes(relentFrom));
  checks.equal('Portfolio: loans relent', relent.amanah + relent.lumbung, next.length);
}

async function checkLedger({ client, checks }: Part, { commitment }: Done): Promise<void> {
  const accounts = Object.fromEntries(
    PARTNERS.flatMap((partner) => {
      const { amountRupiah } = commitment[partner];
      return [
        [`${partner}:donated`, -amountRupiah],
        [`${partner}:lent`, amountRupiah],
        [`${partner}:cash`, 0],
      ];
    }),
  );
  await checks.reaches('Ledger: balanced, to the rupiah', { balanced: true, accounts }, async () => {
    const balance = await client.trialBalance();
    const entries = balance.accounts.map(({ account, balanceRupiah }) => [account, balanceRupiah]);
    return { balanced: balance.balanced, accounts: Object.fromEntries(entries) };
  });
}

export async function lookBack(part: Part, done: Done): Promise<void> {
  await checkTotals(part, done);
  await checkTimeline(part, done);
  await checkPortfolio(part, done);
  await checkLedger(part, done);
  part.checks.equal('Dead letters and unrouted events', 0, await part.environment.countDeadLetters());
}
