import type { ContractEvent } from './contract.ts';
import { append, type ContractRecord, dueWork } from './record.ts';

const NOW = new Date('2026-01-05T03:00:00.000Z');
const AT = NOW.toISOString();
const DISBURSE_AT = '2026-01-05T03:00:00.200Z';

const opened: ContractEvent = {
  type: 'opened',
  at: AT,
  terms: {
    borrower: { id: 'm1', name: 'Warung', area: 'Kapuk' },
    principalRupiah: 2,
    instalments: 1,
    parentContractNo: null,
  },
};
const signed: ContractEvent = { type: 'signed', at: AT, signedBy: 'Ibu Ratna', disburseAt: DISBURSE_AT };
const empty: ContractRecord = {
  partner: 'amanah',
  reference: 'r',
  contractNo: 'AMN-1',
  token: 't',
  events: [],
  callbacks: [],
  published: 0,
};

const pending = append(empty, [opened], NOW);
const signedRecord = append(pending, [signed], NOW);

function delivered(record: ContractRecord): ContractRecord {
  return { ...record, callbacks: record.callbacks.map((callback) => ({ ...callback, status: 'delivered' as const })) };
}

test('append adds events and their callbacks, each with its sequence', () => {
  expect(signedRecord.events).toEqual([opened, signed]);
  expect(signedRecord.callbacks.map(({ sequence, notBefore }) => ({ sequence, notBefore }))).toEqual([
    { sequence: 1, notBefore: AT },
  ]);
  expect(pending.callbacks).toEqual([]);
});

describe('dueWork', () => {
  test('is none while a signature is awaited', () => expect(dueWork(pending)).toBeNull());

  test('is the callback before a later disbursement', () => {
    expect(dueWork(signedRecord)).toEqual({
      work: 'call-back',
      at: NOW.getTime(),
      callback: signedRecord.callbacks[0],
    });
  });

  test('is the disbursement before a callback that has to wait longer', () => {
    const waiting = {
      ...signedRecord,
      callbacks: signedRecord.callbacks.map((callback) => ({ ...callback, notBefore: '2026-01-05T03:01:00.000Z' })),
    };
    expect(dueWork(waiting)).toEqual({ work: 'disburse', at: Date.parse(DISBURSE_AT) });
  });

  test('is the disbursement once all is delivered', () => {
    expect(dueWork(delivered(signedRecord))).toEqual({ work: 'disburse', at: Date.parse(DISBURSE_AT) });
  });

  test('is only callbacks after the disbursement, then none', () => {
    const disbursed: ContractEvent = {
      type: 'disbursed',
      at: DISBURSE_AT,
      schedule: [{ instalment: 1, dueDate: '2026-02-05', amountRupiah: 2 }],
    };
    const record = append(delivered(signedRecord), [disbursed], new Date(DISBURSE_AT));
    expect(dueWork(record)).toEqual({ work: 'call-back', at: Date.parse(DISBURSE_AT), callback: record.callbacks[1] });
    expect(dueWork(delivered(record))).toBeNull();
  });

  describe('on an accelerated clock', () => {
    const schedule = [1, 2].map((instalment) => ({
      instalment,
      dueDate: `2026-0${instalment + 1}-05`,
      amountRupiah: 1,
    }));
    const disbursed: ContractEvent = { type: 'disbursed', at: DISBURSE_AT, schedule, payEveryMs: 1_000 };
    const paid: ContractEvent = { type: 'repaid', at: DISBURSE_AT, number: 1, instalment: 1, amountRupiah: 1 };
    const record = delivered(append(signedRecord, [disbursed], NOW));

    test('is the next repayment, one each month', () => {
      expect(dueWork(record)).toEqual({ work: 'repay', at: Date.parse(DISBURSE_AT) + 1_000, instalment: 1 });
      expect(dueWork(delivered(append(record, [paid], NOW)))).toEqual({
        work: 'repay',
        at: Date.parse(DISBURSE_AT) + 2_000,
        instalment: 2,
      });
    });

    test('skips an instalment that was paid early, and is none after a write-off', () => {
      expect(dueWork(delivered(append(record, [{ ...paid, instalment: 2 }], NOW)))).toMatchObject({
        work: 'repay',
        instalment: 1,
      });
      expect(dueWork(delivered(append(record, [{ type: 'written-off', at: AT, amountRupiah: 2 }], NOW)))).toBeNull();
    });
  });

  test('publishes to the feed first at lumbung, at once, until all events are in it', () => {
    const loan: ContractRecord = { ...signedRecord, partner: 'lumbung' };
    expect(dueWork({ ...loan, published: 1 })).toEqual({ work: 'publish', at: 0 });
    expect(dueWork({ ...loan, published: 2 })).toEqual({
      work: 'call-back',
      at: NOW.getTime(),
      callback: signedRecord.callbacks[0],
    });
  });
});
