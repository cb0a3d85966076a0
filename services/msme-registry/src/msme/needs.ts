import { type Need, type NeedDeclaration, needKind, skillOf } from '@ksbb/contracts';

function toNeed(msmeId: string, declared: NeedDeclaration, declaredAt: string): Need {
  const base = { needId: `${msmeId}.${needKind(declared)}`, declaredAt };
  switch (declared.package) {
    case 'goods':
      return { ...base, package: 'goods', item: declared.item, quantity: declared.quantity };
    case 'capital':
      return { ...base, package: 'capital', amountRupiah: declared.amountRupiah };
    case 'training':
      return {
        ...base,
        package: 'training',
        topic: declared.topic,
        skill: skillOf[declared.topic],
        seats: declared.seats,
      };
    default:
      return declared satisfies never;
  }
}

/** Both are made by `toNeed`, so their members stand in the same order. */
const same = (one: Need, other: Need) => JSON.stringify(one) === JSON.stringify(other);

/**
 * The needs that follow from what is declared, in the order of their ids. One that stays as it was keeps the day it was
 * declared; a new or changed one is declared now.
 */
export function declareNeeds(
  msmeId: string,
  declared: readonly NeedDeclaration[],
  before: readonly Need[],
  now: Date,
): Need[] {
  const needs = declared.map((declaration) => {
    const fresh = toNeed(msmeId, declaration, now.toISOString());
    const old = before.find((need) => need.needId === fresh.needId);
    return old !== undefined && same({ ...fresh, declaredAt: old.declaredAt }, old) ? old : fresh;
  });
  return needs.sort((one, other) => (one.needId < other.needId ? -1 : 1));
}
