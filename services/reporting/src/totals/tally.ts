import {
  type GoodsItem,
  goodsItem,
  type Partner,
  type Totals,
  type TrainingTopic,
  trainingTopic,
} from '@ksbb/contracts';
import {
  type Contribution,
  type GoodsCount,
  noGoods,
  noTrainings,
  type TrainingCount,
} from '../collaboration/contribution.ts';
import type { LoanContribution } from '../loan/loan.ts';

type LoanCount = Omit<LoanContribution, 'partner'>;

const noLoans = (): LoanCount => ({
  contracts: 0,
  promisedRupiah: 0,
  disbursedRupiah: 0,
  repaidRupiah: 0,
  relentRupiah: 0,
});

const byName = ([one]: [string, unknown], [other]: [string, unknown]) => (one < other ? -1 : 1);

/** Adds each number of `more` to the number of the same name in `sums`. */
function addTo<Counts extends Record<string, number>>(sums: Counts, more: Counts): void {
  const numbers: Record<string, number> = sums;
  for (const [name, value] of Object.entries(more)) numbers[name] = (numbers[name] ?? 0) + value;
}

function rows<Key extends string, Counts>(keys: readonly Key[], none: () => Counts): Map<Key, Counts> {
  return new Map(keys.map((key) => [key, none()]));
}

function addRow<Key, Counts extends Record<string, number>>(sums: Map<Key, Counts>, key: Key, more: Counts): void {
  const row = sums.get(key);
  if (row !== undefined) addTo(row, more);
}

export type Tally = {
  addCollaboration: (contribution: Contribution) => void;
  addLoan: (contribution: LoanContribution) => void;
  totals: (msmesListed: number, asOf: Date) => Totals;
};

/** Adds up what collaborations and loans contribute. It holds sums, and the ids of the MSMEs that were helped. */
export function createTally(): Tally {
  let commitmentsConfirmed = 0;
  let commitmentsClosed = 0;
  const helped = new Set<string>();
  const goods = rows<GoodsItem, GoodsCount>(goodsItem.options, noGoods);
  const loans = new Map<Partner, LoanCount>();
  const trainings = rows<TrainingTopic, TrainingCount>(trainingTopic.options, noTrainings);
  return {
    addCollaboration: (contribution) => {
      commitmentsConfirmed += contribution.confirmed;
      commitmentsClosed += contribution.closed;
      for (const msmeId of contribution.helped) helped.add(msmeId);
      for (const [item, more] of contribution.goods) addRow(goods, item, more);
      for (const [topic, more] of contribution.trainings) addRow(trainings, topic, more);
    },
    addLoan: ({ partner, ...more }) => {
      if (!loans.has(partner)) loans.set(partner, noLoans());
      addRow(loans, partner, more);
    },
    totals: (msmesListed, asOf) => ({
      msmesListed,
      commitmentsConfirmed,
      commitmentsClosed,
      msmesHelped: helped.size,
      goods: [...goods].map(([item, counts]) => ({ item, ...counts })),
      loans: [...loans].sort(byName).map(([partner, counts]) => ({ partner, ...counts })),
      trainings: [...trainings].map(([topic, counts]) => ({ topic, ...counts })),
      asOf: asOf.toISOString(),
    }),
  };
}
