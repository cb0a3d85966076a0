import { postDisbursement, postRepayment, postReversal, postWriteOff } from './ledger.ts';
import { seededRandom } from '@ksbb/testkit';
import { type Moved, movedOf, reconcile } from './reconcile.ts';

const at = '2026-11-24T03:00:00.000Z';
const disbursement: Moved = { kind: 'disbursement', reference: 'L1', repaymentId: null, amountRupiah: 100 };
const first: Moved = { kind: 'repayment', reference: 'L1', repaymentId: 'R1', amountRupiah: 60 };
const second: Moved = { kind: 'repayment', reference: 'L1', repaymentId: 'R2', amountRupiah: 30 };
const loss: Moved = { kind: 'write-off', reference: 'L1', repaymentId: null, amountRupiah: 10 };
const all = [disbursement, first, second, loss];
const about = ({ kind, reference, repaymentId }: Moved) => ({ kind, reference, repaymentId });

test('postings are compared by what they moved; a reversal moves nothing at the partner', () => {
  const lots = [{ donorCollaborationId: 'KSBB-0000-0000-0011', generation: 1, amountRupiah: 100 }];
  const paid = postDisbursement({ loanId: 'L1', partner: 'amanah', amountRupiah: 100, lots, disbursedAt: at });
  const back = postRepayment({ loanId: 'L1', partner: 'amanah', repaymentId: 'R1', amountRupiah: 60, receivedAt: at });
  const lost = postWriteOff({ loanId: 'L1', partner: 'amanah', amountRupiah: 10, writtenOffAt: at });
  expect(movedOf([paid, back, lost, postReversal(back, new Date(at))])).toEqual([disbursement, first, loss]);
});

test('books that say the same have no difference, whatever their order', () => {
  expect(reconcile([], [])).toEqual([]);
  expect(reconcile(all, [...all].reverse())).toEqual([]);
});

test.each<[string, Moved[], Moved[], object]>([
  [
    'a movement that only the partner has',
    [disbursement],
    [disbursement, first],
    { difference: 'missing-here', ...about(first), oursRupiah: null, theirsRupiah: 60 },
  ],
  [
    'a movement that only we have',
    all,
    [disbursement, second, loss],
    { difference: 'missing-there', ...about(first), oursRupiah: 60, theirsRupiah: null },
  ],
  [
    'another amount',
    all,
    [disbursement, first, second, { ...loss, amountRupiah: 11 }],
    { difference: 'amount-differs', ...about(loss), oursRupiah: 10, theirsRupiah: 11 },
  ],
  [
    'a movement that the partner has twice',
    all,
    [...all, first],
    { difference: 'twice-there', ...about(first), oursRupiah: 60, theirsRupiah: 60 },
  ],
])('%s is named with both amounts', (_, ours, theirs, difference) => {
  expect(reconcile(ours, theirs)).toEqual([difference]);
});

test('a repayment under another number is missing on both sides', () => {
  expect(reconcile([first], [{ ...first, repaymentId: 'R9' }]).map(({ difference }) => difference)).toEqual([
    'missing-there',
    'missing-here',
  ]);
});

test('what is taken away or changed on one side is found, and nothing else', () => {
  const { below: next, shuffled } = seededRandom(11);
  for (let round = 0; round < 200; round += 1) {
    const ours = Array.from({ length: 1 + next(20) }, (_, n): Moved => ({
      kind: 'repayment',
      reference: `L${next(4)}`,
      repaymentId: `R${n}`,
      amountRupiah: 1 + next(1_000),
    }));
    const at_ = next(ours.length);
    const chosen = ours[at_] as Moved;
    const without = ours.filter((moved) => moved !== chosen);
    expect(reconcile(ours, shuffled(without))).toMatchObject([{ difference: 'missing-there', ...about(chosen) }]);
    expect(reconcile(without, shuffled(ours))).toMatchObject([{ difference: 'missing-here', ...about(chosen) }]);
    const changed = ours.map((moved) =>
      moved === chosen ? { ...moved, amountRupiah: moved.amountRupiah + 1 } : moved,
    );
    expect(reconcile(ours, shuffled(changed))).toMatchObject([{ difference: 'amount-differs', ...about(chosen) }]);
  }
});
