import { jest } from '@jest/globals';
import { createLog } from '@ksbb/service-kit';
import type { ContractEvent } from '../contract/contract.ts';
import type { ContractRecord } from '../contract/record.ts';
import { createWorker, type Worker } from './worker.ts';

const T0 = 1_800_000_000_000;
const unused = () => {
  throw new Error('not used in this test');
};
const protocol = { url: '', messageOf: unused, headersOf: unused };
const opened: ContractEvent = {
  type: 'opened',
  at: new Date(T0).toISOString(),
  terms: {
    borrower: { id: 'm1', name: 'Warung', area: 'Kapuk' },
    principalRupiah: 2,
    instalments: 1,
    parentContractNo: null,
  },
};
const record: ContractRecord = {
  partner: 'amanah',
  reference: 'r',
  contractNo: 'AMN-1',
  token: 't',
  events: [opened],
  callbacks: [],
  published: 1,
};

let worker: Worker;
/** When work is due, and when the worker has claimed it, in ms after T0. */
let due: number[];
let claimed: number[];

// The test moves the clock, so that a machine that stands still cannot change the result.
beforeEach(() => {
  jest.useFakeTimers({ now: T0 });
  due = [];
  claimed = [];
  worker = createWorker({
    contracts: {
      claim: async (now) => {
        const at = due.findIndex((time) => T0 + time <= now.getTime());
        if (at === -1) return null;
        due.splice(at, 1);
        claimed.push(now.getTime() - T0);
        return record;
      },
      update: async () => record,
    },
    feed: { append: unused },
    protocols: { amanah: protocol, lumbung: protocol },
    clock: () => new Date(),
    retryBaseMs: 1,
    payEveryMs: 0,
    log: createLog('test', 'silent'),
    onAttempt: unused,
    removeExpired: async () => undefined,
  });
});
afterEach(async () => {
  await worker.stop();
  jest.useRealTimers();
});

function announce(...times: number[]): void {
  due.push(...times);
  for (const time of times) worker.scheduleAt(T0 + time);
}

test('work is claimed when it is due, in the order of time', async () => {
  worker.start();
  announce(60, 20);
  await jest.advanceTimersByTimeAsync(19);
  expect(claimed).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(claimed).toEqual([20]);
  await jest.advanceTimersByTimeAsync(40);
  expect(claimed).toEqual([20, 60]);
});

test('work that became due before the start is claimed at once', async () => {
  announce(60, 20);
  jest.setSystemTime(T0 + 65);
  worker.start();
  await jest.advanceTimersByTimeAsync(0);
  expect(claimed).toEqual([65, 65]);
});

test('work that is announced as due already is claimed at once', async () => {
  worker.start();
  await jest.advanceTimersByTimeAsync(1_000);
  announce(0);
  await jest.advanceTimersByTimeAsync(0);
  expect(claimed).toEqual([1_000]);
});
