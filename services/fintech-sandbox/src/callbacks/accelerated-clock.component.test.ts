import { eventually } from '@ksbb/testkit';
import { LOANS_PATH, loanBody, QARDH_PATH, qardhBody, startSandbox, type TestSandbox } from '../testing/sandbox.ts';

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ MONTH_MS: '100' });
});
afterAll(() => sandbox.stop());

const signUrlAt = {
  amanah: async (): Promise<string> =>
    (await sandbox.amanah('post', QARDH_PATH, qardhBody('months-1')).expect(200)).body.eContractUrl,
  lumbung: async (): Promise<string> =>
    (await sandbox.lumbung('post', LOANS_PATH, loanBody('months-1')).expect(201)).body.loan.sign_url,
};

test.each(['amanah', 'lumbung'] as const)(
  'a borrower of %s pays automatically every month, and the last rupiah completes the contract',
  async (partner) => {
    await sandbox.signOn(await signUrlAt[partner]()).expect(303);
    const { body } = await eventually(`the last repayment at ${partner}`, async () => {
      const answer = await sandbox.admin('get', `/admin/contracts/${partner}/months-1`);
      return answer.body.status === 'completed' && answer.body.callbacks.pending === 0 && answer;
    });
    expect(body).toMatchObject({
      repaidRupiah: body.principalRupiah,
      outstandingRupiah: 0,
      callbacks: { delivered: 6, exhausted: 0 },
    });
    const paidAt: number[] = body.repayments.map((one: { paidAt: string }) => Date.parse(one.paidAt));
    expect(body.repayments.map((one: { instalment: number }) => one.instalment)).toEqual([1, 2, 3]);
    expect(paidAt).toEqual(paidAt.toSorted((one, other) => one - other));
  },
);
