import type { Partner } from '@ksbb/contracts';
import { apiClient } from '../testing/api-client.ts';
import { asDonorOf } from '../testing/donor-token.ts';
import { eventually, freePort } from '@ksbb/testkit';
import { OPERATOR_TOKEN, startGateway, type TestGateway } from '../testing/gateway.ts';
import { createEnvironment, type Environment } from '../testing/environment.ts';

let environment: Environment;
let gateway: TestGateway;

const statusOf = async (loanId: string) => (await environment.get(`/loans/${loanId}`)).body.status;
const contractsOf = async (partner: Partner, loanId: string) =>
  (await environment.sandbox.contracts(partner)).filter(({ reference }) => reference === loanId);
async function breakerOf(partner: Partner, operation: string): Promise<string | undefined> {
  const { items } = (await environment.get('/partners', { Authorization: `Bearer ${OPERATOR_TOKEN}` })).body as {
    items: { partner: string; breakers: { operation: string; state: string }[] }[];
  };
  return items.find((one) => one.partner === partner)?.breakers.find((one) => one.operation === operation)?.state;
}
const waitingAt = async (partner: Partner) => {
  const { items } = (await environment.get('/partners', { Authorization: `Bearer ${OPERATOR_TOKEN}` })).body as {
    items: { partner: string; contractsWaiting: number }[];
  };
  return items.find((one) => one.partner === partner)?.contractsWaiting;
};
async function goesThrough(loanId: string): Promise<void> {
  await eventually('the loan is awaiting-signature', async () => (await statusOf(loanId)) === 'awaiting-signature');
}

beforeAll(async () => {
  environment = await createEnvironment();
});

beforeEach(async () => {
  // Breakers that remember nothing of the test before.
  gateway = await startGateway({ ...environment, partnersUrl: environment.sandbox.url });
});

afterEach(async () => {
  await gateway.close();
  await environment.sandbox.clearFaults();
});

afterAll(() => environment.close());

test.each(['amanah', 'lumbung'] as const)(
  '%s answers 503: the breaker opens, contracts wait, and go through when it is back',
  async (partner) => {
    await environment.sandbox.fault(partner, { route: 'create-contract', kind: 'status', status: 503, times: 10_000 });
    const loanId = await environment.commit(partner, 1_000_000, 3);
    await eventually('the breaker is open', async () => (await breakerOf(partner, 'create-contract')) === 'open');
    expect(await statusOf(loanId)).toBe('forwarding');
    expect(await waitingAt(partner)).toBe(1);
    const openInMetrics = new RegExp(
      `ksbb_partner_breaker_state\\{.*partner="${partner}",operation="create-contract".*\\} 2`,
    );
    await eventually('the metric shows it', async () => openInMetrics.test(await gateway.metrics()));

    await environment.sandbox.clearFaults();
    await goesThrough(loanId);
    expect(await breakerOf(partner, 'create-contract')).toBe('closed');
    expect(await waitingAt(partner)).toBe(0);
    expect(await contractsOf(partner, loanId)).toHaveLength(1);
  },
);

test('one partner that is away does not hold up the other', async () => {
  await environment.sandbox.fault('amanah', { route: 'create-contract', kind: 'status', status: 503, times: 10_000 });
  const held = await environment.commit('amanah', 1_000_000, 3);
  await goesThrough(await environment.commit('lumbung', 1_000_000, 3));
  expect(['requested', 'forwarding']).toContain(await statusOf(held));
  await environment.sandbox.clearFaults();
  await goesThrough(held);
});

test.each(['amanah', 'lumbung'] as const)(
  '%s takes the contract and its answer is lost: it is found, and there is one',
  async (partner) => {
    await environment.sandbox.fault(partner, { route: 'create-contract', kind: 'lost-answer', times: 1 });
    const loanId = await environment.commit(partner, 1_000_000, 3);
    await goesThrough(loanId);
    expect(await contractsOf(partner, loanId)).toHaveLength(1);
    const forwardings = () =>
      environment.seen().filter(({ name, data }) => name === 'contract-forwarded' && data.loanId === loanId);
    await eventually('contract-forwarded is published', () => forwardings().length > 0);
    expect(forwardings()).toHaveLength(1);
  },
);

test('an answer later than the time limit: one contract', async () => {
  await environment.sandbox.fault('lumbung', {
    route: 'create-contract',
    kind: 'latency',
    milliseconds: 1_500,
    times: 1,
  });
  const loanId = await environment.commit('lumbung', 1_000_000, 3);
  await goesThrough(loanId);
  expect(await contractsOf('lumbung', loanId)).toHaveLength(1);
});

test('no answer, a cut connection, a 500 and a partner that cannot even be asked: one contract in the end', async () => {
  for (const fault of [{ kind: 'reset' }, { kind: 'status', status: 500 }, { kind: 'hang', milliseconds: 2_000 }]) {
    await environment.sandbox.fault('amanah', { route: 'create-contract', times: 1, ...fault });
  }
  await environment.sandbox.fault('amanah', { route: 'get-contract', kind: 'status', status: 503, times: 2 });
  const loanId = await environment.commit('amanah', 1_000_000, 3);
  await goesThrough(loanId);
  expect(await environment.sandbox.faultsLeft()).toBe(0);
  expect(await contractsOf('amanah', loanId)).toHaveLength(1);
});

test.each(['amanah', 'lumbung'] as const)(
  '%s refuses the contract for good: it is declined, and not sent again',
  async (partner) => {
    const loanId = await environment.commit(partner, 2, 3);
    await eventually('the loan is declined', async () => (await statusOf(loanId)) === 'declined');
    await eventually('contract-declined is published', () =>
      environment.seen().some(({ name, data }) => name === 'contract-declined' && data.loanId === loanId),
    );
    expect(await waitingAt(partner)).toBe(0);
  },
);

test('the signer declines: it is declined', async () => {
  const loanId = await environment.commit('lumbung', 1_000_000, 3);
  await goesThrough(loanId);
  await environment.sandbox.sign(String((await environment.loan(loanId)).signUrl), 'decline');
  await eventually('the loan is declined', async () => (await statusOf(loanId)) === 'declined');
});

test('lumbung cannot call back: its feed is enough', async () => {
  await gateway.close();
  gateway = await startGateway(
    { ...environment, partnersUrl: environment.sandbox.url },
    { LUMBUNG_WEBHOOK_SECRET: 'not-what-lumbung-signs-with' },
  );
  const loanId = await environment.commit('lumbung', 1_000_000, 3);
  await goesThrough(loanId);
  await environment.sandbox.sign(String((await environment.loan(loanId)).signUrl));
  await eventually('the loan is disbursed', async () => (await statusOf(loanId)) === 'disbursed');
  await environment.sandbox.repay('lumbung', loanId, { instalments: [1, 2, 3] });
  await eventually('the loan is repaid', async () => (await statusOf(loanId)) === 'repaid');
});

const operator = { Authorization: `Bearer ${OPERATOR_TOKEN}` };
async function parked(): Promise<Record<string, unknown>[]> {
  return (await environment.get('/parked?limit=200', operator)).body.items as Record<string, unknown>[];
}
const resume = (loanId: string) =>
  apiClient(environment.gatewayUrl, OPERATOR_TOKEN)('POST', `/parked/${loanId}/resume`);

describe('a contract is parked for a person', () => {
  test.each([401, 403, 404])('at once where the partner answers %i; resumed, it goes through', async (status) => {
    await environment.sandbox.fault('amanah', { route: 'create-contract', kind: 'status', status, times: 1 });
    const loanId = await environment.commit('amanah', 1_000_000, 3);
    await eventually('the loan is parked', async () => (await statusOf(loanId)) === 'parked');
    expect(await parked()).toContainEqual({
      loanId,
      partner: 'amanah',
      amountRupiah: 1_000_000,
      reason: expect.stringContaining(String(status)),
      parkedAt: expect.any(String),
    });
    expect(await waitingAt('amanah')).toBe(0);
    expect(await gateway.metrics()).toMatch(/ksbb_loans\{status="parked".*\} 1/);
    expect((await resume(loanId)).status).toBe(202);
    await goesThrough(loanId);
    expect(await contractsOf('amanah', loanId)).toHaveLength(1);
    expect((await resume(loanId)).status).toBe(409);
    expect((await resume('KSBB-0000-0000-0011.99')).status).toBe(404);
  });

  test('when the partner was away for too long, by its breaker alone too', async () => {
    await gateway.close();
    gateway = await startGateway({ ...environment, partnersUrl: environment.sandbox.url }, { PARK_AFTER_MS: '400' });
    await environment.sandbox.fault('lumbung', {
      route: 'create-contract',
      kind: 'status',
      status: 503,
      times: 10_000,
    });
    const loanIds = [
      await environment.commit('lumbung', 1_000_000, 3),
      await environment.commit('lumbung', 1_000_000, 3),
    ];
    for (const loanId of loanIds)
      await eventually('the loan is parked', async () => (await statusOf(loanId)) === 'parked');
    await environment.sandbox.clearFaults();
    for (const loanId of loanIds) expect((await resume(loanId)).status).toBe(202);
    await Promise.all(loanIds.map(goesThrough));
  });

  test('only operators see or resume it', async () => {
    expect((await environment.get('/parked')).status).toBe(401);
    expect(
      (await fetch(`${environment.gatewayUrl}/parked/KSBB-0000-0000-0011.99/resume`, { method: 'POST' })).status,
    ).toBe(401);
  });
});

describe('a line is let go', () => {
  const sandboxStatus = async (partner: Partner, loanId: string) =>
    (await contractsOf(partner, loanId)).map(({ status }) => status);

  test.each(['amanah', 'lumbung'] as const)(
    '%s has the contract: it is taken back there, and nobody can sign it',
    async (partner) => {
      const loanId = await environment.commit(partner, 1_000_000, 3);
      await goesThrough(loanId);
      const { signUrl } = await environment.loan(loanId);
      await environment.release(loanId, 'msme-delisted');
      await eventually('the loan is cancelled', async () => (await statusOf(loanId)) === 'cancelled');
      expect(await sandboxStatus(partner, loanId)).toEqual(['cancelled']);
      await expect(environment.sandbox.sign(String(signUrl))).rejects.toThrow('409');
      await eventually('contract-cancelled is published', () =>
        environment
          .seen()
          .some(
            ({ name, data }) =>
              name === 'contract-cancelled' && data.loanId === loanId && data.reason === 'msme-delisted',
          ),
      );
      await eventually('no contract waits', async () => (await waitingAt(partner)) === 0);
    },
  );

  test('a parked contract, of which the partner knows nothing, is cancelled', async () => {
    await environment.sandbox.fault('lumbung', { route: 'create-contract', kind: 'status', status: 403, times: 1 });
    const loanId = await environment.commit('lumbung', 1_000_000, 3);
    await eventually('the loan is parked', async () => (await statusOf(loanId)) === 'parked');
    await environment.release(loanId, 'withdrawn');
    await eventually('the loan is cancelled', async () => (await statusOf(loanId)) === 'cancelled');
    expect(await sandboxStatus('lumbung', loanId)).toEqual([]);
  });

  test('money that is paid out stays a loan', async () => {
    const loanId = await environment.commit('amanah', 1_000_000, 3);
    await goesThrough(loanId);
    await environment.sandbox.sign(String((await environment.loan(loanId)).signUrl));
    await eventually('the loan is disbursed', async () => (await statusOf(loanId)) === 'disbursed');
    await environment.release(loanId, 'msme-delisted');
    await environment.sandbox.repay('amanah', loanId, { instalments: [1, 2, 3] });
    await eventually('the loan is repaid', async () => (await statusOf(loanId)) === 'repaid');
  });

  test('a partner that cannot be asked is asked again', async () => {
    const loanId = await environment.commit('amanah', 1_000_000, 3);
    await goesThrough(loanId);
    await environment.sandbox.fault('amanah', { route: 'cancel-contract', kind: 'lost-answer', times: 1 });
    await environment.sandbox.fault('amanah', { route: 'cancel-contract', kind: 'status', status: 503, times: 4 });
    await environment.release(loanId, 'withdrawn');
    await eventually(
      'the loan is cancelled',
      async () => (await statusOf(loanId)) === 'cancelled' && (await environment.sandbox.faultsLeft()) <= 4,
    );
    expect(await sandboxStatus('amanah', loanId)).toEqual(['cancelled']);
  });
});

test('what amanah cannot call back is found by asking, from the signature to a loss', async () => {
  await gateway.close();
  // Callbacks go to where nobody listens.
  gateway = await startGateway(
    { ...environment, partnersUrl: environment.sandbox.url, port: await freePort() },
    { STATUS_CHECK_MS: '300' },
  );
  const loanId = await environment.commit('amanah', 1_000_000, 3);
  const headers = await asDonorOf(loanId);
  const ask = async (path: string) =>
    (await (await fetch(`${gateway.url}${path}`, { headers })).json()) as Record<string, unknown>;
  await eventually(
    'the loan is awaiting-signature',
    async () => (await ask(`/loans/${loanId}`)).status === 'awaiting-signature',
  );
  await environment.sandbox.sign(String((await ask(`/loans/${loanId}`)).signUrl));
  await eventually('the loan is disbursed', async () => (await ask(`/loans/${loanId}`)).status === 'disbursed');
  await environment.sandbox.repay('amanah', loanId, { instalments: [1] });
  await environment.sandbox.writeOff('amanah', loanId);
  await eventually('the loan is written-off', async () => (await ask(`/loans/${loanId}`)).status === 'written-off');
  expect(await ask(`/loans/${loanId}`)).toMatchObject({ repaidRupiah: 333_334, writtenOffRupiah: 666_666 });
  await eventually('the books show it', async () =>
    JSON.stringify(await ask('/fund/trial-balance')).includes(
      '{"account":"amanah:written-off","debitRupiah":666666,"creditRupiah":0,"balanceRupiah":666666}',
    ),
  );
});

test('two gateways on one database: each contract is forwarded once', async () => {
  const other = await startGateway({ ...environment, partnersUrl: environment.sandbox.url, port: await freePort() });
  const loanIds = await Promise.all(Array.from({ length: 20 }, () => environment.commit('amanah', 1_000_000, 3)));
  await Promise.all(loanIds.map(goesThrough));
  await other.close();
  const contracts = await environment.sandbox.contracts('amanah');
  expect(loanIds.map((loanId) => contracts.filter(({ reference }) => reference === loanId).length)).toEqual(
    loanIds.map(() => 1),
  );
});
