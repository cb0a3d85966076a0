import { eventually, freePort } from '@ksbb/testkit';
import { dayInJakarta } from '../kernel/jakarta-day.ts';
import { apiClient } from '../testing/api-client.ts';
import { OPERATOR_TOKEN, startGateway, type TestGateway } from '../testing/gateway.ts';
import { createEnvironment, type Environment } from '../testing/environment.ts';

let environment: Environment;
let gateway: TestGateway;
let call: ReturnType<typeof apiClient>;

const today = () => dayInJakarta(new Date());
const statusOf = async (loanId: string) => (await environment.get(`/loans/${loanId}`)).body.status;
async function balances(at?: string): Promise<Record<string, number>> {
  const { body } = await environment.get(`/fund/trial-balance${at === undefined ? '' : `?at=${at}`}`);
  expect(body.balanced).toBe(true);
  const accounts = body.accounts as { account: string; balanceRupiah: number }[];
  return Object.fromEntries(accounts.map(({ account, balanceRupiah }) => [account, balanceRupiah]));
}
const postingsOf = async (loanId: string) =>
  (await call('GET', `/fund/postings?loanId=${loanId}`)).body.items as {
    postingId: string;
    kind: string;
    amountRupiah: number;
    at: string;
  }[];

async function disbursedLoan(): Promise<string> {
  const loanId = await environment.commit('lumbung', 900, 3);
  await eventually('the loan is awaiting-signature', async () => (await statusOf(loanId)) === 'awaiting-signature');
  await environment.sandbox.sign(String((await environment.loan(loanId)).signUrl));
  await eventually('1 posting', async () => (await postingsOf(loanId)).length === 1);
  return loanId;
}

beforeAll(async () => {
  environment = await createEnvironment();
  call = apiClient(environment.gatewayUrl, OPERATOR_TOKEN);
  gateway = await startGateway(
    { ...environment, partnersUrl: environment.sandbox.url, port: environment.port },
    { LEND_ON_APPROVAL: 'lumbung' },
  );
});

afterAll(async () => {
  await gateway.close();
  await environment.close();
});

test('the trial balance is of any moment', async () => {
  const loanId = await disbursedLoan();
  const [paidOut] = await postingsOf(loanId);
  await environment.sandbox.repay('lumbung', loanId, { instalments: [1] });
  await eventually('2 postings', async () => (await postingsOf(loanId)).length === 2);
  expect(await balances(paidOut?.at)).toEqual({ 'lumbung:cash': 0, 'lumbung:donated': -900, 'lumbung:lent': 900 });
  expect(await balances('2020-01-01T00:00:00Z')).toEqual({});
  expect(await balances()).toEqual({ 'lumbung:cash': 300, 'lumbung:donated': -900, 'lumbung:lent': 600 });
});

describe('the day of a partner', () => {
  test('is compared with its statement, listed, and closed only when it is over and the same', async () => {
    await disbursedLoan();
    const { status, body } = await call('POST', `/fund/reconciliations/lumbung/${today()}`);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { partner: 'lumbung', day: today(), differences: [], closedAt: null },
    });
    expect(body.ours).toBe(body.theirs);
    expect((await call('GET', '/fund/reconciliations/lumbung')).body.items).toEqual([body]);
    expect(await call('POST', `/fund/reconciliations/lumbung/${today()}/close`)).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining('day-not-over') },
    });
    expect(await call('POST', '/fund/reconciliations/lumbung/2026-01-01/close')).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining('day-not-compared') },
    });
    expect(await call('POST', '/fund/reconciliations/lumbung/2026-01-01')).toMatchObject({
      status: 200,
      body: { ours: 0, theirs: 0 },
    });
    for (let times = 0; times < 2; times += 1)
      expect((await call('POST', '/fund/reconciliations/lumbung/2026-01-01/close')).status).toBe(204);
    const again = await call('POST', '/fund/reconciliations/lumbung/2026-01-01');
    expect(again.body.closedAt).toEqual(expect.any(String));
  });

  test('with a posting that was reversed differs by it, and a person finds both', async () => {
    const loanId = await disbursedLoan();
    await environment.sandbox.repay('lumbung', loanId, { instalments: [1] });
    await eventually('2 postings', async () => (await postingsOf(loanId)).length === 2);
    const before = await balances();
    const postingId = (await postingsOf(loanId)).find(({ kind }) => kind === 'repayment')?.postingId;
    const reversed = await call('POST', '/fund/reversals', { postingId, reason: 'booked on the wrong loan' });
    expect(reversed).toMatchObject({
      status: 201,
      body: { kind: 'reversal', loanId, amountRupiah: 300, reason: 'booked on the wrong loan' },
    });
    expect(await call('POST', '/fund/reversals', { postingId, reason: 'once more' })).toEqual(reversed);
    expect(
      await call('POST', '/fund/reversals', { postingId: reversed.body.postingId, reason: 'the reversal itself' }),
    ).toMatchObject({ status: 404 });
    expect(await balances()).toEqual({
      ...before,
      'lumbung:cash': (before['lumbung:cash'] as number) - 300,
      'lumbung:lent': (before['lumbung:lent'] as number) + 300,
    });
    expect((await call('POST', `/fund/reconciliations/lumbung/${today()}`)).body.differences).toEqual([
      {
        difference: 'missing-here',
        kind: 'repayment',
        reference: loanId,
        repaymentId: expect.any(String),
        oursRupiah: null,
        theirsRupiah: 300,
      },
    ]);
  });

  test('waits while the partner gives no statement', async () => {
    await environment.sandbox.fault('amanah', { route: 'statement', kind: 'status', status: 503, times: 1 });
    expect(await call('POST', `/fund/reconciliations/amanah/${today()}`)).toMatchObject({ status: 503 });
  });
});

test('where the setting says so an officer lends on, and the next in need is found for what is turned down', async () => {
  const loanId = await disbursedLoan();
  const declaredFirst = {
    needId: 'first-choice.capital',
    package: 'capital' as const,
    amountRupiah: 10_000,
    declaredAt: '2026-01-01T00:00:00.000Z',
  };
  await environment.listMsme({
    msmeId: 'first-choice',
    capitalRupiah: 10_000,
    kodeKecamatan: '31.73.01',
    needs: [declaredFirst],
  });
  await environment.listMsme({ msmeId: 'second-choice', capitalRupiah: 10_000, kodeKecamatan: '31.73.02' });
  const proposals: string[] = [];
  environment.answerProposals(({ msmeId, amountRupiah }) => {
    proposals.push(msmeId);
    return { coveredRupiah: amountRupiah };
  });
  await environment.sandbox.repay('lumbung', loanId, { instalments: [1, 2, 3] });
  const waiting = async () =>
    (await call('GET', '/fund/approvals')).body.items as { relendId: string; msmeId: string; amountRupiah: number }[];
  await eventually('a proposal waits', async () => (await waiting()).length === 1);
  const first = (await waiting())[0];
  expect(first).toMatchObject({ msmeId: 'first-choice', amountRupiah: 900 });
  expect(await call('POST', `/fund/approvals/${first?.relendId}`, { decision: 'turn-down' })).toMatchObject({
    status: 204,
  });
  await eventually('the second proposal waits', async () => (await waiting())[0]?.msmeId === 'second-choice');
  const second = (await waiting())[0];
  expect(proposals).toEqual([]);
  expect(await call('POST', `/fund/approvals/${second?.relendId}`, { decision: 'approve' })).toMatchObject({
    status: 204,
  });
  await eventually('the chain has its loans', async () => (await environment.chain(loanId)).length === 2);
  expect(proposals).toEqual(['second-choice']);
  expect(await waiting()).toEqual([]);
  expect(await call('POST', `/fund/approvals/${first?.relendId}`, { decision: 'approve' })).toMatchObject({
    status: 409,
  });
  expect((await environment.get('/fund/approvals')).status).toBe(401);
});

test('two gateways compare the same day to the same end', async () => {
  const other = await startGateway({ ...environment, partnersUrl: environment.sandbox.url, port: await freePort() });
  const days = await Promise.all([0, 1, 2, 3].map(() => call('POST', `/fund/reconciliations/amanah/${today()}`)));
  expect(new Set(days.map(({ body }) => JSON.stringify(body.differences)))).toEqual(new Set(['[]']));
  await other.close();
});
