import { type GoodsItem, type Need, packageOfHelp, type Partner, type TrainingTopic } from '@ksbb/contracts';
import type { Texts } from '../i18n/id.ts';
import { hasText } from '../i18n/language.ts';

/** The name of what a need asks for: an item, capital or a topic. */
export function needName(texts: Texts, need: Need): string {
  switch (need.package) {
    case 'goods':
      return texts.item[need.item];
    case 'capital':
      return texts.capital;
    case 'training':
      return texts.topic[need.topic];
    default:
      return need satisfies never;
  }
}

/** A partner's name, alone or with what it offers. A partner without texts is shown by the name that services use. */
export function partnerName(texts: Texts, partner: Partner, length: 'partner' | 'partnerLong' = 'partner'): string {
  const names = texts[length];
  return hasText(names, partner) ? names[partner] : partner;
}

/** The name of what a line of a collaboration gives. */
export function lineName(
  texts: Texts,
  line: { item: GoodsItem | null; topic: TrainingTopic | null; partner: Partner | null },
): string {
  if (line.item !== null) return texts.item[line.item];
  if (line.topic !== null) return texts.topic[line.topic];
  return line.partner === null ? texts.capital : `${texts.capital} (${partnerName(texts, line.partner)})`;
}

/** Sorts by package: goods, capital, training, the order of the packages on every page. */
export function byPackage(one: Pick<Need, 'package'>, other: Pick<Need, 'package'>): number {
  return packageOfHelp.options.indexOf(one.package) - packageOfHelp.options.indexOf(other.package);
}
