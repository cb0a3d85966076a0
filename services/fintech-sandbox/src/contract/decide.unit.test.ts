import { type ContractEvent, evolve, initialState, type Terms } from './contract.ts';
import { type ContractCommand, decide } from './decide.ts';

const NOW = new Date('2026-01-05T03:00:00.000Z');
const AT = NOW.toISOString();
const DISBURSE_AT = '2026-01-05T03:00:00.200Z';

const terms: Terms = {
  borrower: { id: 'm1', name: 'Warung Bu Tini', area: 'Kapuk' },
  principalRupiah: 1_000_001,
  instalments: 2,
  parentContractNo: null,
};
const relentTerms: Terms = { ...terms, parentContractNo: 'AMN-1' };
const schedule = [
  { instalment: 1, dueDate: '2026-02-05', amountRupiah: 500_001 },
  { instalment: 2, dueDate: '2026-03-05', amountRupiah: 500_000 },
];

const opened: ContractEvent = { type: 'opened', at: AT, terms };
const signed: ContractEvent = { type: 'signed', at: AT, signedBy: 'Ibu Ratna', disburseAt: DISBURSE_AT };
const declined: ContractEvent = { type: 'declined', at: AT };
const disbursed: ContractEvent = { type: 'disbursed', at: AT, schedule };
const repaid1: ContractEvent = { type: 'repaid', at: AT, number: 1, instalment: 1, amountRupiah: 500_001 };
const repaid2: ContractEvent = { type: 'repaid', at: AT, number: 2, instalment: 2, amountRupiah: 500_000 };
const completed: ContractEvent = { type: 'completed', at: AT, totalRupiah: 1_000_001 };

const nothing: ContractEvent[] = [];
const pending = [opened];
const signedContract = [opened, signed];
const declinedContract = [opened, declined];
const disbursedContract = [opened, signed, disbursed];
const repayingContract = [...disbursedContract, repaid1];
const completedContract = [...repayingContract, repaid2, completed];

const open: ContractCommand = { type: 'open', terms, parentSigned: false, disburseAfterMs: 200 };
const openRelent: ContractCommand = { type: 'open', terms: relentTerms, parentSigned: true, disburseAfterMs: 200 };
const sign: ContractCommand = { type: 'sign', signedBy: 'Ibu Ratna', disburseAfterMs: 200 };
const decline: ContractCommand = { type: 'decline' };
const disburse: ContractCommand = { type: 'disburse', payEveryMs: 0 };
const repay = (...instalments: number[]): ContractCommand => ({ type: 'repay', instalments });

function given(events: ContractEvent[]) {
  const state = events.reduce(evolve, initialState);
  return {
    when: (command: ContractCommand, now = NOW) => ({
      gives: (expected: object) => expect(decide(state, command, now)).toEqual(expected),
    }),
  };
}

describe('open', () => {
  test('opens a contract that waits for a signature', () => given(nothing).when(open).gives([opened]));

  test('is a repeat with the same terms, whatever became of the contract', () => {
    given(pending).when(open).gives([]);
    given(completedContract).when(open).gives([]);
  });

  test.each<[string, Terms]>([
    ['principal', { ...terms, principalRupiah: 1_000_000 }],
    ['instalments', { ...terms, instalments: 3 }],
    ['parent', { ...terms, parentContractNo: 'AMN-2' }],
    ['borrower id', { ...terms, borrower: { ...terms.borrower, id: 'm2' } }],
    ['borrower name', { ...terms, borrower: { ...terms.borrower, name: 'Warung Pak Budi' } }],
    ['borrower area', { ...terms, borrower: { ...terms.borrower, area: 'Cengkareng' } }],
  ])('is refused where the reference has another %s', (_, other) => {
    given(pending)
      .when({ ...open, terms: other, parentSigned: true } as ContractCommand)
      .gives({ refused: 'other-terms' });
  });

  test('is refused below one rupiah an instalment, and taken at exactly one', () => {
    given(nothing)
      .when({ ...open, terms: { ...terms, principalRupiah: 1 } } as ContractCommand)
      .gives({ refused: 'principal-too-small' });
    const smallest = { ...terms, principalRupiah: 2 };
    given(nothing)
      .when({ ...open, terms: smallest } as ContractCommand)
      .gives([{ ...opened, terms: smallest }]);
  });

  test('signs a relent contract at once, in nobody’s name', () =>
    given(nothing)
      .when(openRelent)
      .gives([
        { ...opened, terms: relentTerms },
        { ...signed, signedBy: null },
      ]));

  test('is refused where the parent is not signed', () =>
    given(nothing)
      .when({ ...openRelent, parentSigned: false } as ContractCommand)
      .gives({ refused: 'parent-not-signed' }));
});

describe('sign', () => {
  test('signs and sets the time of disbursement', () => given(pending).when(sign).gives([signed]));
  test('is a repeat where it is signed, disbursed or completed', () => {
    given(signedContract).when(sign).gives([]);
    given(disbursedContract).when(sign).gives([]);
    given(completedContract).when(sign).gives([]);
  });
  test('is refused after a decline', () => given(declinedContract).when(sign).gives({ refused: 'declined-already' }));
  test('is refused where nothing was opened', () => given(nothing).when(sign).gives({ refused: 'not-open' }));
});

describe('decline', () => {
  test('declines', () => given(pending).when(decline).gives([declined]));
  test('is a repeat where it is declined', () => given(declinedContract).when(decline).gives([]));
  test('is refused after the signature', () => {
    given(signedContract).when(decline).gives({ refused: 'signed-already' });
    given(repayingContract).when(decline).gives({ refused: 'signed-already' });
  });
  test('is refused where nothing was opened', () => given(nothing).when(decline).gives({ refused: 'not-open' }));
});

describe('disburse', () => {
  const due = new Date(DISBURSE_AT);
  test('pays out with a schedule from its time on', () =>
    given(signedContract)
      .when(disburse, due)
      .gives([{ ...disbursed, at: DISBURSE_AT }]));
  test('is refused a millisecond early', () =>
    given(signedContract)
      .when(disburse, new Date(due.getTime() - 1))
      .gives({ refused: 'too-early' }));
  test('is a repeat where it is disbursed', () => {
    given(disbursedContract).when(disburse, due).gives([]);
    given(repayingContract).when(disburse, due).gives([]);
    given(completedContract).when(disburse, due).gives([]);
  });
  test('is refused without a signature', () => {
    given(nothing).when(disburse, due).gives({ refused: 'not-signed' });
    given(pending).when(disburse, due).gives({ refused: 'not-signed' });
    given(declinedContract).when(disburse, due).gives({ refused: 'not-signed' });
  });
});

describe('repay', () => {
  test('takes one instalment at its amount', () => given(disbursedContract).when(repay(1)).gives([repaid1]));
  test('takes them in any order and numbers them as they come', () =>
    given(disbursedContract)
      .when(repay(2))
      .gives([{ ...repaid2, number: 1 }]));
  test('completes with the last one', () => given(repayingContract).when(repay(2)).gives([repaid2, completed]));
  test('completes with all at once', () =>
    given(disbursedContract).when(repay(1, 2)).gives([repaid1, repaid2, completed]));
  test('is refused for an instalment that is not in the schedule', () =>
    given(disbursedContract).when(repay(1, 3)).gives({ refused: 'no-such-instalment', instalment: 3 }));
  test('is refused for one that is repaid', () =>
    given(repayingContract).when(repay(1)).gives({ refused: 'already-repaid', instalment: 1 }));
  test('is refused for one that is named twice', () =>
    given(disbursedContract).when(repay(2, 2)).gives({ refused: 'already-repaid', instalment: 2 }));
  test('is refused unless disbursed and not completed', () => {
    given(nothing).when(repay(1)).gives({ refused: 'not-repayable' });
    given(pending).when(repay(1)).gives({ refused: 'not-repayable' });
    given(declinedContract).when(repay(1)).gives({ refused: 'not-repayable' });
    given(signedContract).when(repay(1)).gives({ refused: 'not-repayable' });
    given(completedContract).when(repay(1)).gives({ refused: 'not-repayable' });
  });
});

describe('cancel', () => {
  const cancel: ContractCommand = { type: 'cancel' };
  const cancelled: ContractEvent = { type: 'cancelled', at: AT };

  test('takes back what is not paid out', () => {
    given(pending).when(cancel).gives([cancelled]);
    given(signedContract).when(cancel).gives([cancelled]);
  });

  test('is a repeat where there is nothing to take back any more', () => {
    given([...pending, cancelled])
      .when(cancel)
      .gives([]);
    given(declinedContract).when(cancel).gives([]);
  });

  test('is refused where nothing was opened, and where it is too late', () => {
    given(nothing).when(cancel).gives({ refused: 'not-open' });
    given(disbursedContract).when(cancel).gives({ refused: 'paid-out' });
    given(completedContract).when(cancel).gives({ refused: 'paid-out' });
  });

  test('leaves nothing to sign, to disburse or to repay', () => {
    const gone = [...signedContract, cancelled];
    given(gone).when(sign).gives({ refused: 'declined-already' });
    given(gone).when(disburse).gives({ refused: 'not-signed' });
    given(gone).when(repay(1)).gives({ refused: 'not-repayable' });
  });
});

describe('write-off', () => {
  const writeOff: ContractCommand = { type: 'write-off' };
  const lost = (amountRupiah: number): ContractEvent => ({ type: 'written-off', at: AT, amountRupiah });

  test('gives up what is still owed', () => {
    given(disbursedContract)
      .when(writeOff)
      .gives([lost(1_000_001)]);
    given(repayingContract)
      .when(writeOff)
      .gives([lost(500_000)]);
  });

  test('is a repeat once it is given up, and nothing is repaid after it', () => {
    given([...repayingContract, lost(500_000)])
      .when(writeOff)
      .gives([]);
    given([...repayingContract, lost(500_000)])
      .when(repay(2))
      .gives({ refused: 'not-repayable' });
  });

  test('is refused before the money is out and after it is back', () => {
    given(signedContract).when(writeOff).gives({ refused: 'not-repayable' });
    given(completedContract).when(writeOff).gives({ refused: 'not-repayable' });
  });
});
