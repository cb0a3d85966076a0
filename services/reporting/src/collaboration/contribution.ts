import type { GoodsItem, TrainingTopic } from '@ksbb/contracts';
import type { Entry } from './collaboration.ts';

export type GoodsCount = { promised: number; reported: number; confirmed: number };
export type TrainingCount = {
  promisedSeats: number;
  scheduled: number;
  held: number;
  attended: number;
  reported: number;
};

/** What one collaboration adds to the totals. */
export type Contribution = {
  confirmed: number;
  closed: number;
  /** The MSMEs at which something has arrived. */
  helped: string[];
  goods: Map<GoodsItem, GoodsCount>;
  trainings: Map<TrainingTopic, TrainingCount>;
};

export const noGoods = (): GoodsCount => ({ promised: 0, reported: 0, confirmed: 0 });
export const noTrainings = (): TrainingCount => ({ promisedSeats: 0, scheduled: 0, held: 0, attended: 0, reported: 0 });

type Named<Name extends Entry['event']> = Extract<Entry, { event: Name }>;

function named<Name extends Entry['event']>(entries: readonly Entry[], name: Name): Named<Name>[] {
  return entries.filter((entry): entry is Named<Name> => entry.event === name);
}

/** The value under `key`, made where it is missing. */
function at<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

/** Pieces by line: the highest total reported. */
function reportedByLine(entries: readonly Entry[]): Map<string, number> {
  const totals = new Map<string, number>();
  for (const { data } of named(entries, 'line-delivered')) {
    totals.set(data.lineId, Math.max(data.reportedTotal, totals.get(data.lineId) ?? 0));
  }
  return totals;
}

/** The last confirmation of the MSME for each delivery report and line. */
function lastReceipts(entries: readonly Entry[]): Named<'line-receipt-confirmed'>[] {
  const last = new Map<string, Named<'line-receipt-confirmed'>>();
  for (const receipt of named(entries, 'line-receipt-confirmed')) {
    const key = `${receipt.data.lineId} ${receipt.data.reportId}`;
    const known = last.get(key);
    if (known === undefined || known.version < receipt.version) last.set(key, receipt);
  }
  return [...last.values()];
}

function goodsOf(entries: readonly Entry[]): Map<GoodsItem, GoodsCount> {
  const goods = new Map<GoodsItem, GoodsCount>();
  const itemOf = new Map<string, GoodsItem>();
  for (const line of named(entries, 'commitment-confirmed').flatMap(({ data }) => data.lines)) {
    if (line.package !== 'goods') continue;
    itemOf.set(line.lineId, line.item);
    at(goods, line.item, noGoods).promised += line.quantity;
  }
  for (const [lineId, reported] of reportedByLine(entries)) {
    const item = itemOf.get(lineId);
    if (item !== undefined) at(goods, item, noGoods).reported += reported;
  }
  for (const { data } of lastReceipts(entries)) {
    const item = itemOf.get(data.lineId);
    if (item !== undefined) at(goods, item, noGoods).confirmed += data.confirmedAmount;
  }
  return goods;
}

function trainingsOf(entries: readonly Entry[]): Map<TrainingTopic, TrainingCount> {
  const trainings = new Map<TrainingTopic, TrainingCount>();
  const countOf = (topic: TrainingTopic) => at(trainings, topic, noTrainings);
  for (const line of named(entries, 'commitment-confirmed').flatMap(({ data }) => data.lines)) {
    if (line.package === 'training') countOf(line.topic).promisedSeats += line.seats;
  }
  const cancelled = new Set(named(entries, 'training-cancelled').map(({ data }) => data.trainingId));
  // A session that is moved is published again, so trainings are counted and not events.
  const topicOf = new Map(named(entries, 'training-scheduled').map(({ data }) => [data.trainingId, data.topic]));
  for (const [trainingId, topic] of topicOf) if (!cancelled.has(trainingId)) countOf(topic).scheduled += 1;
  for (const { data } of named(entries, 'training-held')) {
    countOf(data.topic).held += 1;
    countOf(data.topic).attended += data.participants.reduce((sum, { attended }) => sum + attended, 0);
  }
  for (const { data } of named(entries, 'training-reported')) countOf(data.topic).reported += 1;
  return trainings;
}

/**
 * Folds the events of a collaboration, in any order. An event that refers to a missing one is counted once that one is
 * there.
 */
export function contributionOf(entries: readonly Entry[]): Contribution {
  const helped = lastReceipts(entries).filter(({ data }) => data.confirmedAmount > 0);
  return {
    confirmed: named(entries, 'commitment-confirmed').length,
    closed: named(entries, 'commitment-closed').filter(({ data }) => data.outcome !== 'nothing-covered').length,
    helped: [...new Set(helped.map(({ data }) => data.msmeId))],
    goods: goodsOf(entries),
    trainings: trainingsOf(entries),
  };
}
