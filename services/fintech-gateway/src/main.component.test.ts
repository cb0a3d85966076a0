import { eventually, type ChildProcess, freePort, startServiceProcess } from '@ksbb/testkit';
import { environmentOf } from './testing/gateway.ts';
import { createEnvironment, type Environment } from './testing/environment.ts';

/** Processes start slowly where much else runs. */
const TIMEOUT_MS = 120_000;

let environment: Environment;
let settings: Record<string, string>;
let gateway: ChildProcess;

const start = () => startServiceProcess('fintech-gateway', settings);
const statusOf = async (loanId: string) => (await environment.get(`/loans/${loanId}`).catch(() => null))?.body.status;
const contracts = async (loanId: string) =>
  (await environment.sandbox.contracts('amanah')).filter(({ reference }) => reference === loanId);

beforeAll(async () => {
  environment = await createEnvironment();
  const places = { ...environment, partnersUrl: environment.sandbox.url, healthPort: await freePort() };
  settings = { ...environmentOf(places), PARTNER_TIMEOUT_MS: '2000' };
  gateway = await start();
}, TIMEOUT_MS);

afterAll(async () => {
  await gateway.stop();
  await environment.close();
});

test(
  'killed in the middle of the call to the partner: started again, there is one contract',
  async () => {
    await environment.sandbox.fault('amanah', {
      route: 'create-contract',
      kind: 'latency',
      milliseconds: 1_500,
      times: 1,
    });
    const loanId = await environment.commit('amanah', 1_000_000, 3);
    await eventually('the slow call has begun', async () => (await environment.sandbox.faultsLeft()) === 0);
    await gateway.kill();
    gateway = await start();
    await eventually('the loan is awaiting-signature', async () => (await statusOf(loanId)) === 'awaiting-signature');
    expect(await contracts(loanId)).toHaveLength(1);
  },
  TIMEOUT_MS,
);

test(
  'killed while repayments come: started again, each counts once',
  async () => {
    const loanId = await environment.commit('amanah', 1_000_000, 6);
    const repayments = () =>
      environment.seen().filter(({ name, data }) => name === 'repayment-received' && data.loanId === loanId);
    await eventually('the loan is awaiting-signature', async () => (await statusOf(loanId)) === 'awaiting-signature');
    await environment.sandbox.sign(String((await environment.loan(loanId)).signUrl));
    await eventually('the loan is disbursed', async () => (await statusOf(loanId)) === 'disbursed');
    await environment.sandbox.repay('amanah', loanId, { instalments: [2, 1, 4, 3, 6, 5], duplicate: [2, 3] });
    // The status `repaying` may be over before it is looked at; an event stays.
    await eventually('the first repayment is published', () => repayments().length > 0);
    await gateway.kill();
    gateway = await start();
    await eventually('the loan is repaid', async () => (await statusOf(loanId)) === 'repaid');
    await eventually('loan-repaid is published', () =>
      environment.seen().some(({ name, data }) => name === 'loan-repaid' && data.loanId === loanId),
    );
    expect(repayments().map(({ data }) => data.instalment)).toEqual([2, 1, 4, 3, 6, 5]);
    await eventually('the books show it', async () =>
      JSON.stringify((await environment.get('/fund/trial-balance')).body).includes(
        '{"account":"amanah:lent","debitRupiah":1000000,"creditRupiah":1000000,"balanceRupiah":0}',
      ),
    );
  },
  TIMEOUT_MS,
);
