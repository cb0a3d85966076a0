import type { Partner } from '@ksbb/contracts';
import { freePort } from '../../../../infra/dev/ports.ts';
import { startGateway, type TestGateway } from '../testing/gateway.ts';
import { until } from '../testing/until.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let gateway: TestGateway;

const statusOf = async (loanId: string) => (await world.get(`/loans/${loanId}`)).body.status;
const contractsOf = async (partner: Partner, loanId: string) => (await world.sandbox.contracts(partner)).filter(({ reference }) => reference === loanId);
async function breakerOf(partner: Partner, operation: string): Promise<string | undefined> {
  const { items } = (await world.get('/partners')).body as { items: { partner: string; breakers: { operation: string; state: string }[] }[] };
  return items.find((one) => one.partner === partner)?.breakers.find((one) => one.operation === operation)?.state;
}
const waitingAt = async (partner: Partner) => {
  const { items } = (await world.get('/partners')).body as { items: { partner: string; contractsWaiting: number }[] };
  return items.find((one) => one.partner === partner)?.contractsWaiting;
};
async function goesThrough(loanId: string): Promise<void> {
  await until(async () => (await statusOf(loanId)) === 'awaiting-signature');
}

beforeAll(async () => {
  world = await createWorld();
});

beforeEach(async () => {
  // Breakers that remember nothing of the test before.
  gateway = await startGateway({ ...world, partnersUrl: world.sandbox.url });
});

afterEach(async () => {
  await gateway.close();
  await world.sandbox.clearFaults();
});

afterAll(() => world.close());

test.each(['amanah', 'lumbung'] as const)('%s answers 503: the breaker opens, contracts wait, and go through when it is back', async (partner) => {
  await world.sandbox.fault(partner, { route: 'create-contract', kind: 'status', status: 503, times: 10_000 });
  const loanId = await world.commit(partner, 1_000_000, 3);
  await until(async () => (await breakerOf(partner, 'create-contract')) === 'open');
  expect(await statusOf(loanId)).toBe('requested');
  expect(await waitingAt(partner)).toBe(1);
  const openInMetrics = new RegExp(`ksbb_partner_breaker_state\\{.*partner="${partner}",operation="create-contract".*\\} 2`);
  await until(async () => openInMetrics.test(await gateway.metrics()));

  await world.sandbox.clearFaults();
  await goesThrough(loanId);
  expect(await breakerOf(partner, 'create-contract')).toBe('closed');
  expect(await waitingAt(partner)).toBe(0);
  expect(await contractsOf(partner, loanId)).toHaveLength(1);
});

test('one partner that is away does not hold up the other', async () => {
  await world.sandbox.fault('amanah', { route: 'create-contract', kind: 'status', status: 503, times: 10_000 });
  const held = await world.commit('amanah', 1_000_000, 3);
  await goesThrough(await world.commit('lumbung', 1_000_000, 3));
  expect(await statusOf(held)).toBe('requested');
  await world.sandbox.clearFaults();
  await goesThrough(held);
});

test.each(['amanah', 'lumbung'] as const)('%s takes the contract and its answer is lost: it is found, and there is one', async (partner) => {
  await world.sandbox.fault(partner, { route: 'create-contract', kind: 'lost-answer', times: 1 });
  const loanId = await world.commit(partner, 1_000_000, 3);
  await goesThrough(loanId);
  expect(await contractsOf(partner, loanId)).toHaveLength(1);
  expect(world.seen().filter(({ name, data }) => name === 'contract-forwarded' && data.loanId === loanId)).toHaveLength(1);
});

test('an answer later than the time limit: one contract', async () => {
  await world.sandbox.fault('lumbung', { route: 'create-contract', kind: 'latency', milliseconds: 1_500, times: 1 });
  const loanId = await world.commit('lumbung', 1_000_000, 3);
  await goesThrough(loanId);
  expect(await contractsOf('lumbung', loanId)).toHaveLength(1);
});

test('no answer, a cut connection, a 500, a 401 and a partner that cannot even be asked: one contract in the end', async () => {
  for (const fault of [{ kind: 'reset' }, { kind: 'status', status: 500 }, { kind: 'status', status: 401 }, { kind: 'hang', milliseconds: 2_000 }]) {
    await world.sandbox.fault('amanah', { route: 'create-contract', times: 1, ...fault });
  }
  await world.sandbox.fault('amanah', { route: 'get-contract', kind: 'status', status: 503, times: 2 });
  const loanId = await world.commit('amanah', 1_000_000, 3);
  await goesThrough(loanId);
  expect(await world.sandbox.faultsLeft()).toBe(0);
  expect(await contractsOf('amanah', loanId)).toHaveLength(1);
});

test.each(['amanah', 'lumbung'] as const)('%s refuses the contract for good: it is declined, and not sent again', async (partner) => {
  const loanId = await world.commit(partner, 2, 3);
  await until(async () => (await statusOf(loanId)) === 'declined');
  await until(() => world.seen().some(({ name, data }) => name === 'contract-declined' && data.loanId === loanId));
  expect(await waitingAt(partner)).toBe(0);
});

test('the signer declines: it is declined', async () => {
  const loanId = await world.commit('lumbung', 1_000_000, 3);
  await goesThrough(loanId);
  await world.sandbox.sign(String((await world.loan(loanId)).signUrl), 'decline');
  await until(async () => (await statusOf(loanId)) === 'declined');
});

test('lumbung cannot call back: its feed is enough', async () => {
  await gateway.close();
  gateway = await startGateway({ ...world, partnersUrl: world.sandbox.url }, { LUMBUNG_WEBHOOK_SECRET: 'not-what-lumbung-signs-with' });
  const loanId = await world.commit('lumbung', 1_000_000, 3);
  await goesThrough(loanId);
  await world.sandbox.sign(String((await world.loan(loanId)).signUrl));
  await until(async () => (await statusOf(loanId)) === 'disbursed');
  await world.sandbox.repay('lumbung', loanId, { instalments: [1, 2, 3] });
  await until(async () => (await statusOf(loanId)) === 'repaid');
});

test('two gateways on one database: each contract is forwarded once', async () => {
  const other = await startGateway({ ...world, partnersUrl: world.sandbox.url, port: await freePort() });
  const loanIds = await Promise.all(Array.from({ length: 20 }, () => world.commit('amanah', 1_000_000, 3)));
  await Promise.all(loanIds.map(goesThrough));
  await other.close();
  const contracts = await world.sandbox.contracts('amanah');
  expect(loanIds.map((loanId) => contracts.filter(({ reference }) => reference === loanId).length)).toEqual(loanIds.map(() => 1));
});
