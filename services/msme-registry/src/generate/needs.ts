import { goodsItem, type GoodsItem, type MsmeCategory, type NeedDeclaration, skillOf } from '@ksbb/contracts';
import type { Random } from './random.ts';
import { TRADES } from './trades.ts';

type Range = [low: number, high: number, step: number];

/** Plausible amounts for a single business and for a market with many stalls, in pieces or bottles of a litre. */
const BUSINESS: Record<GoodsItem, Range> = {
  'face-mask': [50, 500, 50],
  glove: [50, 300, 50],
  disinfectant: [2, 20, 2],
  'hand-sanitizer': [5, 50, 5],
  'hand-washing-station': [1, 3, 1],
};
const MARKET: Record<GoodsItem, Range> = {
  'face-mask': [300, 1_000, 100],
  glove: [200, 800, 100],
  disinfectant: [20, 100, 10],
  'hand-sanitizer': [50, 200, 10],
  'hand-washing-station': [4, 12, 1],
};

const goods = (random: Random, item: GoodsItem, ranges: Record<GoodsItem, Range>): NeedDeclaration => ({
  package: 'goods',
  item,
  quantity: random.between(...ranges[item]),
});

/** Removes a random item of a list and returns it. */
function draw<T>(random: Random, from: T[]): T {
  const drawn = random.pick(from);
  from.splice(from.indexOf(drawn), 1);
  return drawn;
}

/** 0 to 4 needs of distinct kinds. */
export function generatedNeeds(random: Random, category: MsmeCategory): NeedDeclaration[] {
  const kinds: (() => NeedDeclaration)[] = [
    ...goodsItem.options.map((item) => () => goods(random, item, BUSINESS)),
    () => ({ package: 'capital', amountRupiah: random.between(2_000_000, 25_000_000, 500_000) }),
    ...TRADES[category].topics.map((topic) => () => ({
      package: 'training' as const,
      topic,
      seats: random.between(1, 5),
    })),
  ];
  const count = random.pick([0, 1, 1, 2, 2, 2, 3, 3, 4]);
  return Array.from({ length: count }, () => draw(random, kinds)());
}

/**
 * Example needs for a real place: always masks, hand-washing stations, capital, a hard and a soft skills training, so
 * that each package of help can be given at each place.
 */
export function exampleNeeds(random: Random, category: MsmeCategory): NeedDeclaration[] {
  const isMarket = category === 'pasar';
  const ranges = isMarket ? MARKET : BUSINESS;
  const seats = () => (isMarket ? random.between(10, 30, 5) : random.between(2, 6));
  const { topics } = TRADES[category];
  const hard = topics.filter((topic) => skillOf[topic] === 'hard');
  return [
    goods(random, 'face-mask', ranges),
    goods(random, 'hand-washing-station', ranges),
    {
      package: 'capital',
      amountRupiah: isMarket
        ? random.between(10_000_000, 50_000_000, 1_000_000)
        : random.between(3_000_000, 25_000_000, 500_000),
    },
    { package: 'training', topic: random.pick(hard), seats: seats() },
    { package: 'training', topic: random.pick(['customer-service', 'leadership'] as const), seats: seats() },
  ];
}
