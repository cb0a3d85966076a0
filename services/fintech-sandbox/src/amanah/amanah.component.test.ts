import { createHash, randomUUID } from 'node:crypto';
import { eventually } from '@ksbb/testkit';
import { openIdempotencyKeys } from '../stores/request-keys.ts';
import { QARDH_PATH, qardhBody, startSandbox, type TestSandbox } from '../testing/sandbox.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());

const statusPath = (reference: string) => `${QARDH_PATH}/by-reference/${reference}`;

describe('credentials', () => {
  test.each([
    ['X-PARTNER-ID', 'someone'],
    ['X-TIMESTAMP', '2020-01-01T00:00:00Z'],
    ['X-EXTERNAL-ID', ''],
    ['X-SIGNATURE', 'bm90IGl0'],
  ])('a wrong %s is 401 and opens nothing', async (header, value) => {
    const reference = randomUUID();
    const { body } = await sandbox
      .amanah('post', QARDH_PATH, qardhBody(reference), { headers: { [header]: value } })
      .expect(401);
    expect(body).toEqual({ responseCode: '4010000', responseMessage: expect.stringContaining(header) });
    await sandbox.amanah('get', statusPath(reference)).expect(404);
  });

  test('an X-EXTERNAL-ID works once', async () => {
    const headers = { 'X-EXTERNAL-ID': randomUUID() };
    await sandbox.amanah('get', statusPath('nobody'), undefined, { headers }).expect(404);
    const { body } = await sandbox.amanah('get', statusPath('nobody'), undefined, { headers }).expect(401);
    expect(body.responseMessage).toContain('used before');
  });
});

describe('opening a contract', () => {
  test('answers the contract, whose status can be asked', async () => {
    const created = await sandbox.amanah('post', QARDH_PATH, qardhBody('open-1')).expect(200);
    expect(created.body).toEqual({
      responseCode: '2000000',
      responseMessage: 'Successful',
      referenceNo: expect.stringMatching(/^AMN-[0-9A-Z]{16}$/),
      partnerReferenceNo: 'open-1',
      eContractUrl: expect.stringMatching(/^http:\/\/sandbox\.test\/amanah\/e-contract\/[\w-]{32}$/),
    });
    const { body } = await sandbox.amanah('get', statusPath('open-1')).expect(200);
    expect(body).toMatchObject({
      ...created.body,
      status: 'PENDING_SIGNATURE',
      sequence: 0,
      underMasterContract: null,
      amount: { value: '6000000.00', currency: 'IDR' },
      outstandingAmount: { value: '0.00', currency: 'IDR' },
      signedAt: null,
      disbursedAt: null,
      schedule: [],
      repayments: [],
    });
  });

  test.each([
    ['an unknown field', { purpose: 'x' }, 'purpose'],
    ['a reference with a slash', { partnerReferenceNo: 'a/b' }, 'partnerReferenceNo'],
    ['an amount without .00', { amount: { value: '6000000', currency: 'IDR' } }, 'amount.value'],
    ['an amount of nothing', { amount: { value: '0.00', currency: 'IDR' } }, 'amount.value'],
    ['too large an amount', { amount: { value: '1000000000001.00', currency: 'IDR' } }, 'amount.value'],
    ['another currency', { amount: { value: '1.00', currency: 'USD' } }, 'amount.currency'],
    ['25 instalments', { instalments: 25 }, 'instalments'],
    ['half an instalment', { instalments: 1.5 }, 'instalments'],
  ])('%s is 400 and names the field', async (_, change, field) => {
    const { body } = await sandbox.amanah('post', QARDH_PATH, qardhBody(randomUUID(), change)).expect(400);
    expect(body).toEqual({ responseCode: '4000001', responseMessage: expect.stringContaining(`${field}: `) });
  });

  test('is refused below a rupiah an instalment', async () => {
    const { body } = await sandbox
      .amanah('post', QARDH_PATH, qardhBody('tiny', { amount: { value: '2.00', currency: 'IDR' } }))
      .expect(422);
    expect(body.responseCode).toBe('4220003');
  });

  test('a reference has one contract, whatever the key', async () => {
    const first = await sandbox.amanah('post', QARDH_PATH, qardhBody('one-1')).expect(200);
    const second = await sandbox.amanah('post', QARDH_PATH, qardhBody('one-1')).expect(200);
    expect(second.body).toEqual(first.body);
    expect(second.headers).not.toHaveProperty('idempotent-replayed');
    const other = await sandbox.amanah('post', QARDH_PATH, qardhBody('one-1', { instalments: 4 })).expect(422);
    expect(other.body.responseCode).toBe('4220001');
  });

  test('twelve at the same time open one contract', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => sandbox.amanah('post', QARDH_PATH, qardhBody('race-1'))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200));
    expect(new Set(answers.map(({ body }) => body.referenceNo)).size).toBe(1);
  });
});

describe('Idempotency-Key', () => {
  test('missing is 400, after the credentials', async () => {
    const { body } = await sandbox.amanah('post', QARDH_PATH, qardhBody('key-0'), { idempotent: false }).expect(400);
    expect(body.responseCode).toBe('4000002');
    await sandbox
      .amanah('post', QARDH_PATH, qardhBody('key-0'), { idempotent: false, headers: { 'X-SIGNATURE': 'x' } })
      .expect(401);
  });

  test('a repeat is answered with the first answer, another body is 422', async () => {
    const key = randomUUID();
    const first = await sandbox.amanah('post', QARDH_PATH, qardhBody('key-1'), { key }).expect(200);
    const repeat = await sandbox.amanah('post', QARDH_PATH, qardhBody('key-1'), { key }).expect(200);
    expect(repeat.text).toBe(first.text);
    expect(repeat.headers['idempotent-replayed']).toBe('true');
    const other = await sandbox.amanah('post', QARDH_PATH, qardhBody('key-2'), { key }).expect(422);
    expect(other.body.responseCode).toBe('4220000');
    await sandbox.amanah('get', statusPath('key-2')).expect(404);
  });

  test('a refusal by the rules is remembered, a malformed body is not', async () => {
    const key = randomUUID();
    await sandbox.amanah('post', QARDH_PATH, qardhBody('key-3', { instalments: 0 }), { key }).expect(400);
    await sandbox.amanah('post', QARDH_PATH, qardhBody('key-3', { underMasterContract: 'AMN-0' }), { key }).expect(422);
    const repeat = await sandbox
      .amanah('post', QARDH_PATH, qardhBody('key-3', { underMasterContract: 'AMN-0' }), { key })
      .expect(422);
    expect(repeat.headers['idempotent-replayed']).toBe('true');
  });

  test('a repeat before the first request has ended is 409', async () => {
    const [key, body] = [randomUUID(), qardhBody('key-4')];
    // The test holds the key itself, so that the first request cannot end too early.
    const keys = await openIdempotencyKeys(sandbox.database.connection);
    const fingerprint = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    const claim = await keys.claim('amanah', key, fingerprint, new Date(), 600_000);
    if (claim.outcome !== 'claimed') throw new Error(claim.outcome);
    const repeat = await sandbox.amanah('post', QARDH_PATH, body, { key }).expect(409);
    expect(repeat.body.responseCode).toBe('4090000');
    expect(repeat.headers['retry-after']).toBe('1');
    await keys.release('amanah', key, claim.lease);
    await sandbox.amanah('post', QARDH_PATH, body, { key }).expect(200);
  });
});

test('a relent contract needs a signed parent, is disbursed without a signature and is called back', async () => {
  const unsigned = await sandbox.amanah('post', QARDH_PATH, qardhBody('relent-0')).expect(200);
  const tooEarly = await sandbox
    .amanah('post', QARDH_PATH, qardhBody('relent-1', { underMasterContract: unsigned.body.referenceNo }))
    .expect(422);
  expect(tooEarly.body.responseCode).toBe('4220002');

  const parent = await sandbox.disbursed('amanah', 'relent-parent');
  const { body: created } = await sandbox
    .amanah('post', QARDH_PATH, qardhBody('relent-2', { underMasterContract: parent }))
    .expect(200);
  const status = await eventually('the disbursement', async () => {
    const { body } = await sandbox.amanah('get', statusPath('relent-2'));
    return body.status === 'DISBURSED' && body;
  });
  expect(status).toMatchObject({ underMasterContract: parent, sequence: 2 });
  const received = await eventually('two callbacks', () => {
    const callbacks = sandbox.receiver.received.filter(({ body }) => body.referenceNo === created.referenceNo);
    return callbacks.length === 2 && callbacks;
  });
  expect(received.map(({ body }) => [body.event, body.data])).toEqual([
    ['CONTRACT_SIGNED', { signedBy: null, underMasterContract: parent }],
    ['DISBURSED', { amount: { value: '6000000.00', currency: 'IDR' }, schedule: expect.any(Array) }],
  ]);
});
