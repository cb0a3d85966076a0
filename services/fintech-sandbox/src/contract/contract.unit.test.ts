import {
  type Contract,
  contractOf,
  type ContractEvent,
  evolve,
  outstandingRupiah,
  repaidRupiah,
  type Terms,
} from './contract.ts';

const terms: Terms = {
  borrower: { id: 'm1', name: 'Warung Bu Tini', area: 'Kapuk' },
  principalRupiah: 1_000_001,
  instalments: 2,
  parentContractNo: null,
};
const schedule = [
  { instalment: 1, dueDate: '2026-02-05', amountRupiah: 500_001 },
  { instalment: 2, dueDate: '2026-03-05', amountRupiah: 500_000 },
];
const history: ContractEvent[] = [
  { type: 'opened', at: 't0', terms },
  { type: 'signed', at: 't1', signedBy: 'Ibu Ratna', disburseAt: 't2' },
  { type: 'disbursed', at: 't2', schedule },
  { type: 'repaid', at: 't3', number: 1, instalment: 2, amountRupiah: 500_000 },
  { type: 'repaid', at: 't4', number: 2, instalment: 1, amountRupiah: 500_001 },
  { type: 'completed', at: 't5', totalRupiah: 1_000_001 },
];
const declined: ContractEvent = { type: 'declined', at: 't1' };

test('each state carries what is known by then, and its sequence', () => {
  const states = history.map((_, index) => contractOf(history.slice(0, index + 1)));
  const pending = { status: 'pending-signature', terms, openedAt: 't0', sequence: 0 };
  const signed = { ...pending, status: 'signed', signedAt: 't1', signedBy: 'Ibu Ratna', disburseAt: 't2', sequence: 1 };
  const { disburseAt: _, ...kept } = signed;
  const disbursed = {
    ...kept,
    status: 'disbursed',
    disbursedAt: 't2',
    schedule,
    repayments: [],
    payEveryMs: 0,
    sequence: 2,
  };
  const first = { number: 1, instalment: 2, amountRupiah: 500_000, sequence: 3, paidAt: 't3' };
  const second = { number: 2, instalment: 1, amountRupiah: 500_001, sequence: 4, paidAt: 't4' };
  const repaying = { ...disbursed, status: 'repaying', repayments: [first], sequence: 3 };
  const repaid = { ...repaying, repayments: [first, second], sequence: 4 };
  expect(states).toEqual([
    pending,
    signed,
    disbursed,
    repaying,
    repaid,
    { ...repaid, status: 'completed', completedAt: 't5', sequence: 5 },
  ]);
});

test('a declined contract says when', () => {
  expect(contractOf([history[0]!, declined])).toEqual({
    status: 'declined',
    terms,
    openedAt: 't0',
    declinedAt: 't1',
    sequence: 1,
  });
});

test('what is repaid and owed adds up to the principal from the disbursement on', () => {
  const money = history
    .map((_, index) => contractOf(history.slice(0, index + 1)))
    .map((state) => [repaidRupiah(state), outstandingRupiah(state)]);
  expect(money).toEqual([
    [0, 0],
    [0, 0],
    [0, 1_000_001],
    [500_000, 500_001],
    [1_000_001, 0],
    [1_000_001, 0],
  ]);
});

test('no event can follow where it does not belong', () => {
  const follows: Record<string, string[]> = {
    unopened: ['opened'],
    'pending-signature': ['signed', 'declined'],
    declined: [],
    signed: ['disbursed'],
    disbursed: ['repaid'],
    repaying: ['repaid', 'completed'],
    completed: [],
  };
  const states: Contract[] = [
    { status: 'unopened' },
    contractOf([history[0]!, declined]),
    ...[1, 2, 3, 4, 6].map((length) => contractOf(history.slice(0, length))),
  ];
  expect(states.map(({ status }) => status).toSorted()).toEqual(Object.keys(follows).toSorted());
  for (const state of states) {
    for (const event of [...history, declined]) {
      const attempt = () => evolve(state, event);
      if (follows[state.status]!.includes(event.type)) expect(attempt).not.toThrow();
      else expect(attempt).toThrow(`${state.status} cannot have been ${event.type}`);
    }
  }
});

test('a contract without events is damaged', () => expect(() => contractOf([])).toThrow('without events'));
