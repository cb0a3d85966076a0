import { eventually } from '@ksbb/testkit';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { commitmentConfirmed, envelope, type LoanView, type Partner } from '@ksbb/contracts';
import { apiClient } from './testing/api-client.ts';
import { callBackAsAmanah } from './testing/callbacks.ts';
import { asDonorOf } from './testing/donor-token.ts';
import { OPERATOR_TOKEN, startGateway, type TestGateway } from './testing/gateway.ts';
import { CREDENTIALS } from './testing/credentials.ts';
import { createEnvironment, type Proposal, type Environment } from './testing/environment.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

let environment: Environment;
let gateway: TestGateway;

const statusOf = async (loanId: string) => (await environment.get(`/loans/${loanId}`)).body.status;
const balances = async () => {
  const { accounts, balanced } = (await environment.get('/fund/trial-balance')).body as {
    accounts: { account: string; balanceRupiah: number }[];
    balanced: boolean;
  };
  expect(balanced).toBe(true);
  return Object.fromEntries(accounts.map(({ account, balanceRupiah }) => [account, balanceRupiah]));
};
const setAside = async () =>
  (await environment.get('/set-aside', { Authorization: `Bearer ${OPERATOR_TOKEN}` })).body.items as {
    deliveryId: string;
  }[];
const replay = (deliveryId: string) =>
  apiClient(environment.gatewayUrl, OPERATOR_TOKEN)('POST', '/set-aside/replay', { partner: 'amanah', deliveryId });
/** Names of the events about a loan, sorted: how often each came. */
const eventsOf = (loanId: string) =>
  environment
    .seen()
    .flatMap(({ name, data }) => (data.loanId === loanId ? [name] : []))
    .sort();

async function disbursedLoan(partner: Partner, amountRupiah = 1_000_000, instalments = 3): Promise<LoanView> {
  const loanId = await environment.commit(partner, amountRupiah, instalments);
  await eventually('the loan is awaiting-signature', async () => (await statusOf(loanId)) === 'awaiting-signature');
  await environment.sandbox.sign(String((await environment.loan(loanId)).signUrl));
  await eventually('the loan is disbursed', async () => (await statusOf(loanId)) === 'disbursed');
  return environment.loan(loanId);
}

async function repaidLoan(partner: Partner, amountRupiah: number): Promise<string> {
  const { loanId } = await disbursedLoan(partner, amountRupiah, 1);
  await environment.sandbox.repay(partner, loanId, { instalments: [1] });
  await eventually('the loan is repaid', async () => (await statusOf(loanId)) === 'repaid');
  return loanId;
}

beforeAll(async () => {
  environment = await createEnvironment();
  gateway = await startGateway({ ...environment, partnersUrl: environment.sandbox.url });
});

afterAll(async () => {
  await gateway.close();
  await environment.close();
});

describe.each(['amanah', 'lumbung'] as const)('a loan through %s', (partner) => {
  test('is forwarded, signed, paid out and repaid, with callbacks twice, out of order and tampered with', async () => {
    const loan = await disbursedLoan(partner);
    expect(loan).toMatchObject({
      signUrl: null,
      partnerContractId: expect.any(String),
      amountRupiah: 1_000_000,
      relentFrom: null,
    });
    await eventually('the books show it', async () => (await balances())[`${partner}:lent`] === 1_000_000);
    expect(await balances()).toMatchObject({
      [`${partner}:lent`]: 1_000_000,
      [`${partner}:donated`]: -1_000_000,
      [`${partner}:cash`]: 0,
    });

    await environment.sandbox.repay(partner, loan.loanId, { instalments: [1], duplicate: [1] });
    await environment.sandbox.repay(partner, loan.loanId, { instalments: [3, 2], tamperFirst: [2] });
    await eventually('the loan is repaid', async () => (await statusOf(loan.loanId)) === 'repaid');
    const repaid = await environment.loan(loan.loanId);
    expect(repaid.schedule.map(({ amountRupiah, paidRupiah }) => paidRupiah - amountRupiah)).toEqual([0, 0, 0]);

    await eventually('the books show it', async () => (await balances())[`${partner}:lent`] === 0);
    expect(await balances()).toMatchObject({ [`${partner}:cash`]: 1_000_000, [`${partner}:donated`]: -1_000_000 });
    await eventually('its events are published', () => eventsOf(loan.loanId).length === 7);
    expect(eventsOf(loan.loanId)).toEqual([
      'contract-forwarded',
      'contract-signed',
      'loan-disbursed',
      'loan-repaid',
      'repayment-received',
      'repayment-received',
      'repayment-received',
    ]);
    // The partner's word that all is done may come after the last repayment, and is kept too.
    expect(await environment.loansOf(loan.collaborationId)).toEqual([{ ...repaid, updatedAt: expect.any(String) }]);
  });
});

describe('repaid money', () => {
  test('goes to the next in need, part by part, past those that others were faster at; a declined one gives it back', async () => {
    const proposals: Proposal[] = [];
    environment.answerProposals((proposal) => {
      proposals.push(proposal);
      return { coveredRupiah: proposal.msmeId === 'faster-others' ? 0 : Math.min(proposal.amountRupiah, 300_000) };
    });
    const waiting = await environment.chain(await repaidLoan('amanah', 500_000));
    expect(waiting).toHaveLength(1);
    await environment.listMsme({
      msmeId: 'not-verified',
      capitalRupiah: 900_000,
      kodeKecamatan: '31.72.02',
      verified: false,
    });
    await environment.listMsme({ msmeId: 'faster-others', capitalRupiah: 900_000, kodeKecamatan: '31.72.02' });
    await environment.listMsme({ msmeId: 'partly-open', capitalRupiah: 800_000, kodeKecamatan: '31.72.02' });

    const loanId = waiting[0]?.loanId as string;
    const onceRelent = await untilChain(loanId, 2);
    expect(onceRelent[1]).toMatchObject({
      relentFrom: loanId,
      generation: 2,
      msmeId: 'partly-open',
      amountRupiah: 300_000,
    });
    await eventually(
      'the relent loan is disbursed',
      async () => (await statusOf(onceRelent[1]?.loanId as string)) === 'disbursed',
    );

    await environment.listMsme({ msmeId: 'listed-later', capitalRupiah: 250_000, kodeKecamatan: '31.72.03' });
    const twice = await untilChain(loanId, 3);
    expect(twice[2]).toMatchObject({
      relentFrom: loanId,
      generation: 2,
      msmeId: 'listed-later',
      amountRupiah: 200_000,
    });
    expect(proposals.map(({ msmeId }) => msmeId)).not.toContain('not-verified');
    const relentFrom = () =>
      environment.seen().filter(({ name, data }) => name === 'fund-relent' && data.fromLoanId === loanId);
    await eventually('two proposals are relent', () => relentFrom().length >= 2);
    expect(relentFrom()).toHaveLength(2);

    await environment.publish(environment.declinedBySigner(twice[2]?.loanId as string, 'listed-later'));
    await eventually('the chain has its loans', async () => (await environment.chain(loanId)).length === 2);
    expect((await balances())['amanah:donated']).toBe(-1_500_000);
  });

  async function untilChain(loanId: string, length: number) {
    await eventually('the chain has its loans', async () => (await environment.chain(loanId)).length === length);
    return environment.chain(loanId);
  }
});

describe('a callback', () => {
  const message = (loan: LoanView, sequence: number, data: object, event = 'REPAYMENT') => ({
    event,
    referenceNo: loan.partnerContractId,
    partnerReferenceNo: loan.loanId,
    sequence,
    occurredAt: new Date().toISOString(),
    data,
  });
  const repayment = (value: string) => ({
    repaymentNo: 'AMN-OWN-R1',
    instalment: 1,
    amount: { value, currency: 'IDR' },
  });

  test('with a wrong or old signature is refused and changes nothing', async () => {
    const loan = await disbursedLoan('amanah');
    const genuine = message(loan, 3, repayment('1.00'));
    const [wrong, old] = [
      { secret: 'a-secret-that-nobody-knows' },
      { timestamp: new Date(Date.now() - 301_000).toISOString() },
    ];
    for (const signing of [wrong, old]) {
      const answer = await callBackAsAmanah(environment.gatewayUrl, genuine, signing);
      expect(answer).toMatchObject({
        status: 401,
        type: expect.stringContaining('application/problem+json'),
        body: { type: 'urn:ksbb-umkm:problem:unauthorized' },
      });
    }
    expect(await environment.loan(loan.loanId)).toEqual(loan);
  });

  test('of more than is owed is taken, quarantined once, and changes nothing', async () => {
    const loan = await disbursedLoan('amanah');
    const tooMuch = message(loan, 3, repayment('1000001.00'));
    for (let n = 0; n < 2; n += 1)
      expect(await callBackAsAmanah(environment.gatewayUrl, tooMuch)).toMatchObject({ status: 202 });
    expect(await environment.loan(loan.loanId)).toEqual(loan);
    const deliveryId = `${loan.partnerContractId}-E3`;
    expect((await setAside()).filter((one) => one.deliveryId === deliveryId)).toMatchObject([
      {
        partner: 'amanah',
        reason: 'more-than-owed',
        reference: loan.loanId,
        fact: { kind: 'repayment', amountRupiah: 1_000_001 },
      },
    ]);
    expect(await gateway.metrics()).toMatch(/ksbb_partner_messages_set_aside_total\{.*reason="more-than-owed".*\} 1/);
  });

  test('about a contract that is not known is taken and quarantined', async () => {
    const unknown = {
      ...message({} as LoanView, 7, repayment('1.00')),
      referenceNo: 'AMN-UNKNOWN',
      partnerReferenceNo: 'KSBB-0000-0000-0011.9',
    };
    expect(await callBackAsAmanah(environment.gatewayUrl, unknown)).toMatchObject({ status: 202 });
    expect(await setAside()).toContainEqual(
      expect.objectContaining({ deliveryId: 'AMN-UNKNOWN-E7', reason: 'no-such-loan' }),
    );
    expect(await replay('AMN-UNKNOWN-E7')).toMatchObject({
      status: 409,
      body: { type: 'urn:ksbb-umkm:problem:still-not-bookable' },
    });
    expect(await replay('AMN-UNKNOWN-E8')).toMatchObject({ status: 404 });
  });

  test('that was quarantined is recorded by a person once its contract is known', async () => {
    const loanId = 'KSBB-0000-0000-0022.1';
    const early = {
      ...message({} as LoanView, 3, repayment('7.00')),
      referenceNo: 'AMN-EARLY',
      partnerReferenceNo: loanId,
    };
    expect(await callBackAsAmanah(environment.gatewayUrl, early)).toMatchObject({ status: 202 });
    const line = commitmentConfirmed.data
      .parse(commitmentConfirmed.example)
      .lines.find((one) => one.package === 'capital');
    const lines = [{ ...line, lineId: loanId, partner: 'amanah' as const }];
    const data = { ...commitmentConfirmed.example, collaborationId: 'KSBB-0000-0000-0022', lines };
    await environment.publish(envelope(commitmentConfirmed, 'KSBB-0000-0000-0022', 1, data, new Date()));
    await eventually('the loan is known', async () => (await environment.get(`/loans/${loanId}`)).status === 200);
    for (const status of [204, 404]) expect(await replay('AMN-EARLY-E3')).toMatchObject({ status });
    expect(await setAside()).not.toContainEqual(expect.objectContaining({ deliveryId: 'AMN-EARLY-E3' }));
  });

  test('that does not fit what was agreed is refused by field, and quarantined', async () => {
    const answer = await callBackAsAmanah(
      environment.gatewayUrl,
      message({ loanId: 'x', partnerContractId: 'y' } as LoanView, 1, repayment('1.50')),
    );
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/data/amount/value', detail: 'whole rupiah such as 6000000.00' }] },
    });
    expect(await setAside()).toContainEqual(
      expect.objectContaining({ deliveryId: 'AMN-OWN-E9', reason: 'malformed', fact: null }),
    );
  });

  test('larger than 256 KB is refused', async () => {
    expect(await callBackAsAmanah(environment.gatewayUrl, { padding: 'x'.repeat(256 * 1024) })).toMatchObject({
      status: 413,
    });
  });
});

test('passes the conformance run that a partner uses', async () => {
  const args = [
    '--disable-warning=ExperimentalWarning',
    'services/fintech-sandbox/src/conformance/conformance.ts',
    '--gateway',
    environment.gatewayUrl,
  ];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...CREDENTIALS },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = (await child.stdout.toArray()).join('');
  // A busy machine may need longer than the second that the run allows, so only the statuses count here.
  const statuses = [...said.matchAll(/; (\S+) in \d+ ms(?:, not (\S+) within)?/g)];
  expect(statuses.filter(([, actual, expected = actual]) => actual === expected)).toHaveLength(14);
  expect(statuses).toHaveLength(14);
});

describe('an event that comes twice', () => {
  test('changes nothing: neither the commitment, nor what is posted, nor what is relent', async () => {
    const loanId = await repaidLoan('lumbung', 10_000);
    await eventually('its events are published', () => eventsOf(loanId).includes('loan-repaid'));
    const [before, books] = [await environment.loan(loanId), await balances()];
    await environment.republish((sent) => JSON.stringify(sent).includes(loanId));
    const marker = await repaidLoan('lumbung', 20_000);
    await eventually(
      'the books show it',
      async () => (await balances())['lumbung:donated'] === (books['lumbung:donated'] as number) - 20_000,
    );
    // The partner's word that all is done may come after the last repayment; only the moment of it is new then.
    expect(await environment.loan(loanId)).toEqual({ ...before, updatedAt: expect.any(String) });
    expect(await statusOf(marker)).toBe('repaid');
    expect(
      environment.seen().filter(({ name, data }) => name === 'repayment-received' && data.loanId === loanId),
    ).toHaveLength(1);
  });
});

describe('the e-contract page', () => {
  test('is shown to the donor of its collaboration alone', async () => {
    const loanId = await environment.commit('amanah', 900, 3);
    await eventually('the loan is awaiting-signature', async () => (await statusOf(loanId)) === 'awaiting-signature');
    const { collaborationId, signUrl } = await environment.loan(loanId);
    expect(signUrl).toMatch(/\/amanah\/e-contract\//);
    const other = await environment.commit('amanah', 900, 3);
    const seenBy = async (headers: Record<string, string>) => {
      const one = await environment.get(`/loans/${loanId}`, headers);
      const all = await environment.get(`/collaborations/${collaborationId}/loans`, headers);
      return [one.status, one.body.signUrl, (all.body.items as LoanView[] | undefined)?.[0]?.signUrl];
    };
    expect(await seenBy(await asDonorOf(loanId))).toEqual([200, signUrl, signUrl]);
    for (const headers of [{}, await asDonorOf(other)]) expect(await seenBy(headers)).toEqual([200, null, null]);
    for (const token of ['nonsense', OPERATOR_TOKEN])
      expect(await seenBy({ Authorization: `Bearer ${token}` })).toEqual([401, undefined, undefined]);
    const answer = await fetch(`${environment.gatewayUrl}/loans/${loanId}`, { headers: await asDonorOf(loanId) });
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  });
});

describe('asking', () => {
  test.each([
    ['/loans/KSBB-0000-0000-0011.99', 404, 'no-such-loan'],
    ['/fund/chain/KSBB-0000-0000-0011.99', 404, 'no-such-loan'],
    ['/loans/nonsense', 400, 'invalid-request'],
    ['/collaborations/KSBB-0000-0000-0012/loans', 400, 'invalid-request'],
    ['/set-aside', 401, 'unauthorized'],
    ['/partners', 401, 'unauthorized'],
  ])('%s answers %i %s', async (path, status, slug) => {
    expect(await environment.get(path)).toMatchObject({ status, body: { type: `urn:ksbb-umkm:problem:${slug}` } });
  });

  test('for the loans of a collaboration forgives how its ID is typed, and is empty where there are none', async () => {
    expect(await environment.get('/collaborations/ksbb 0000 0000 OO11/loans')).toEqual({
      status: 200,
      body: { items: [] },
    });
  });

  test.each([
    ['GET', '/fund/reconciliations/kencana', undefined, 'path /partner'],
    ['POST', '/set-aside/replay', { partner: 'kencana', deliveryId: 'one' }, '/partner'],
    ['POST', '/partner-credentials', { partner: 'kencana', label: 'test', scopes: ['endpoints:read'] }, '/partner'],
  ])(
    '%s %s about a partner that does not exist names the field and the partners',
    async (method, path, body, pointer) => {
      const call = apiClient(environment.gatewayUrl, OPERATOR_TOKEN);
      expect(await call(method, path, body)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer, detail: 'one of the partner fintechs: amanah, lumbung' }] },
      });
    },
  );

  test('page by page for what is quarantined', async () => {
    const headers = { Authorization: `Bearer ${OPERATOR_TOKEN}` };
    const first = (await environment.get('/set-aside?limit=1', headers)).body as {
      items: unknown[];
      nextCursor: string;
    };
    const rest = (await environment.get(`/set-aside?cursor=${encodeURIComponent(first.nextCursor)}`, headers)).body as {
      items: unknown[];
    };
    expect([...first.items, ...rest.items]).toEqual(await setAside());
  });

  test('how the partners are reached', async () => {
    const items = async () =>
      (await environment.get('/partners', { Authorization: `Bearer ${OPERATOR_TOKEN}` })).body.items as {
        partner: string;
        contractsWaiting: number;
        breakers: { state: string }[];
      }[];
    await eventually('no contract waits', async () =>
      (await items()).every(({ contractsWaiting }) => contractsWaiting === 0),
    );
    const seen = await items();
    expect(seen.map(({ partner }) => partner)).toEqual(['amanah', 'lumbung']);
    expect(
      seen.flatMap(({ breakers }) => breakers.map(({ state }) => state)).every((state) => state === 'closed'),
    ).toBe(true);
  });

  test('for metrics', async () => {
    const text = await gateway.metrics();
    expect(text).toMatch(/ksbb_partner_breaker_state\{.*partner="amanah",operation="create-contract".*\} 0/);
    expect(text).toMatch(
      /ksbb_partner_call_seconds_count\{.*partner="lumbung",operation="create-contract",result="ok".*\} \d/,
    );
    expect(text).toMatch(/ksbb_loans\{status="repaid".*\} \d/);
  });
});
