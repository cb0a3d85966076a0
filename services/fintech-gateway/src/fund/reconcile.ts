import type { Posting } from './ledger.ts';

/** One movement of money, in our books or the partner's. `repaymentId` is null unless it is a repayment. */
export type Moved = Pick<Posting, 'repaymentId' | 'amountRupiah'> & {
  kind: 'disbursement' | 'repayment' | 'write-off';
  reference: string;
};

/** One movement on which the two books differ. An amount is null where a side does not have the movement. */
export type Difference = {
  difference: 'missing-here' | 'missing-there' | 'amount-differs' | 'twice-there';
  kind: Moved['kind'];
  reference: string;
  repaymentId: string | null;
  oursRupiah: number | null;
  theirsRupiah: number | null;
};

const keyOf = ({ kind, reference, repaymentId }: Moved) => JSON.stringify([kind, reference, repaymentId]);

/** What our postings say moved; reversals move nothing at the partner. */
export function movedOf(postings: readonly Posting[]): Moved[] {
  return postings.flatMap(({ kind, loanId: reference, repaymentId, amountRupiah }) => {
    return kind === 'reversal' ? [] : [{ kind, reference, repaymentId, amountRupiah }];
  });
}

/** Every difference between our books and a partner's statement of the same time, in a fixed order. */
export function reconcile(ours: readonly Moved[], theirs: readonly Moved[]): Difference[] {
  const here = new Map(ours.map((moved) => [keyOf(moved), moved]));
  const there = new Map<string, Moved>();
  const differences: Difference[] = [];
  const add = (
    difference: Difference['difference'],
    { kind, reference, repaymentId }: Moved,
    oursRupiah: number | null,
    theirsRupiah: number | null,
  ) => differences.push({ difference, kind, reference, repaymentId, oursRupiah, theirsRupiah });
  for (const moved of theirs) {
    const key = keyOf(moved);
    const own = here.get(key);
    if (there.has(key)) add('twice-there', moved, own?.amountRupiah ?? null, moved.amountRupiah);
    else if (own === undefined) add('missing-here', moved, null, moved.amountRupiah);
    else if (own.amountRupiah !== moved.amountRupiah)
      add('amount-differs', moved, own.amountRupiah, moved.amountRupiah);
    there.set(key, moved);
  }
  for (const [key, moved] of here) if (!there.has(key)) add('missing-there', moved, moved.amountRupiah, null);
  return differences.sort((a, b) => keyOf({ ...a, amountRupiah: 0 }).localeCompare(keyOf({ ...b, amountRupiah: 0 })));
}
