import { type ChildProcess, freePort, startServiceProcess } from '@ksbb/testkit';
import { environmentOf } from './testing/gateway.ts';
import { until } from './testing/until.ts';
import { createWorld, type World } from './testing/world.ts';

/** Processes start slowly where much else runs. */
const PATIENCE_MS = 120_000;

let world: World;
let environment: Record<string, string>;
let gateway: ChildProcess;

const start = () => startServiceProcess('fintech-gateway', environment);
const statusOf = async (loanId: string) => (await world.get(`/loans/${loanId}`).catch(() => null))?.body.status;
const contracts = async (loanId: string) =>
  (await world.sandbox.contracts('amanah')).filter(({ reference }) => reference === loanId);

beforeAll(async () => {
  world = await createWorld();
  const places = { ...world, partnersUrl: world.sandbox.url, healthPort: await freePort() };
  environment = { ...environmentOf(places), PARTNER_TIMEOUT_MS: '2000' };
  gateway = await start();
}, PATIENCE_MS);

afterAll(async () => {
  await gateway.stop();
  await world.close();
});

test(
  'killed in the middle of the call to the partner: started again, there is one contract',
  async () => {
    await world.sandbox.fault('amanah', { route: 'create-contract', kind: 'latency', milliseconds: 1_500, times: 1 });
    const loanId = await world.commit('amanah', 1_000_000, 3);
    await until(async () => (await world.sandbox.faultsLeft()) === 0);
    await gateway.kill();
    gateway = await start();
    await until(async () => (await statusOf(loanId)) === 'awaiting-signature');
    expect(await contracts(loanId)).toHaveLength(1);
  },
  PATIENCE_MS,
);

test(
  'killed while repayments come: started again, each counts once',
  async () => {
    const loanId = await world.commit('amanah', 1_000_000, 6);
    await until(async () => (await statusOf(loanId)) === 'awaiting-signature');
    await world.sandbox.sign(String((await world.loan(loanId)).signUrl));
    await until(async () => (await statusOf(loanId)) === 'disbursed');
    await world.sandbox.repay('amanah', loanId, { instalments: [2, 1, 4, 3, 6, 5], duplicate: [2, 3] });
    await until(async () => (await statusOf(loanId)) === 'repaying');
    await gateway.kill();
    gateway = await start();
    await until(async () => (await statusOf(loanId)) === 'repaid');
    await until(() => world.seen().some(({ name, data }) => name === 'loan-repaid' && data.loanId === loanId));
    const repayments = world.seen().filter(({ name, data }) => name === 'repayment-received' && data.loanId === loanId);
    expect(repayments.map(({ data }) => data.instalment)).toEqual([2, 1, 4, 3, 6, 5]);
    await until(async () =>
      JSON.stringify((await world.get('/fund/trial-balance')).body).includes(
        '{"account":"amanah:lent","debitRupiah":1000000,"creditRupiah":1000000,"balanceRupiah":0}',
      ),
    );
  },
  PATIENCE_MS,
);
