import { createHmac } from 'node:crypto';
import { routeTable } from '@ksbb/service-kit';
import { eventually } from '@ksbb/testkit';
import supertest from 'supertest';
import { signatureOf } from '../amanah/signature.ts';
import type { ReceivedCallback } from '../testing/callback-receiver.ts';
import { CREDENTIALS, LOANS_PATH, loanBody, startSandbox, type TestSandbox } from '../testing/sandbox.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
beforeEach(() => sandbox.receiver.answerWith((callback) => (isSigned(callback) ? 200 : 401)));
afterAll(() => sandbox.stop());

type Unanswered = Omit<ReceivedCallback, 'status'>;

/** Checks both partners' signatures as a receiver would. */
function isSigned({ path, headers, rawBody }: Unanswered): boolean {
  if (path.startsWith('/callbacks/amanah')) {
    const timestamp = String(headers['x-timestamp']);
    return (
      headers['x-signature'] ===
      signatureOf(CREDENTIALS.AMANAH_CLIENT_SECRET, { method: 'POST', pathWithQuery: path, rawBody, timestamp })
    );
  }
  const [, time, hash] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['lumbung-signature'])) ?? [];
  return hash === createHmac('sha256', CREDENTIALS.LUMBUNG_WEBHOOK_SECRET).update(`${time}.${rawBody}`).digest('hex');
}

const repay = (body: object) => sandbox.admin('post', '/admin/repayments', body);

async function settled(partner: string, reference: string) {
  return eventually(`the last callback of ${reference}`, async () => {
    const { body } = await sandbox.admin('get', `/admin/contracts/${partner}/${reference}`).expect(200);
    return body.callbacks.pending === 0 && body;
  });
}

async function deliveriesOf(reference: string) {
  const { body } = await sandbox.admin('get', `/admin/deliveries?reference=${reference}`).expect(200);
  return body.deliveries as {
    event: string;
    sequence: number;
    copy: number;
    status: string;
    deliveryId: string;
    attempts: { status: number; tampered: boolean }[];
  }[];
}

test('amanah: callbacks are reordered, duplicated and tampered as ordered, and the amounts are right', async () => {
  const number = await sandbox.disbursed('amanah', 'repay-1');
  const { body } = await repay({
    partner: 'amanah',
    reference: 'repay-1',
    instalments: [1, 3, 2],
    duplicate: [1],
    tamperFirst: [2],
  }).expect(201);
  expect(body).toEqual({
    partner: 'amanah',
    reference: 'repay-1',
    status: 'completed',
    repayments: [1, 2, 3].map((n) => ({
      repaymentNo: `${number}-R${n}`,
      instalment: n,
      amountRupiah: 2_000_000,
      sequence: n + 2,
    })),
  });
  expect(await settled('amanah', 'repay-1')).toMatchObject({
    status: 'completed',
    repaidRupiah: 6_000_000,
    outstandingRupiah: 0,
    sequence: 6,
  });

  const received = sandbox.receiver.received.filter((callback) => callback.body.referenceNo === number);
  expect(received.map((callback) => [callback.body.event, callback.body.sequence, callback.status])).toEqual([
    ['CONTRACT_SIGNED', 1, 200],
    ['DISBURSED', 2, 200],
    ['REPAYMENT', 3, 200],
    ['REPAYMENT', 3, 200],
    ['REPAYMENT', 5, 200],
    ['REPAYMENT', 4, 401],
    ['REPAYMENT', 4, 200],
    ['COMPLETED', 6, 200],
  ]);
  expect(received.map(({ headers }) => headers['x-external-id'])).toEqual(
    [1, 2, 3, 3, 5, 4, 4, 6].map((sequence) => `${number}-E${sequence}`),
  );
  expect(received[2]!.body).toEqual({
    event: 'REPAYMENT',
    referenceNo: number,
    partnerReferenceNo: 'repay-1',
    sequence: 3,
    occurredAt: expect.stringMatching(/Z$/),
    data: { repaymentNo: `${number}-R1`, instalment: 1, amount: { value: '2000000.00', currency: 'IDR' } },
  });
  expect(received[6]!.rawBody.equals(received[5]!.rawBody)).toBe(true);
  expect(received[7]!.body.data).toEqual({ totalRepaid: { value: '6000000.00', currency: 'IDR' } });

  const tampered = (await deliveriesOf('repay-1')).find(({ sequence }) => sequence === 4);
  expect(tampered).toMatchObject({
    status: 'delivered',
    attempts: [
      { status: 401, tampered: true },
      { status: 200, tampered: false },
    ],
  });
});

test('lumbung: the same, and only the first of two copies is tampered with', async () => {
  const id = await sandbox.disbursed('lumbung', 'repay-2');
  await repay({
    partner: 'lumbung',
    reference: 'repay-2',
    instalments: [2, 1],
    duplicate: [2],
    tamperFirst: [2],
  }).expect(201);
  expect(await settled('lumbung', 'repay-2')).toMatchObject({
    status: 'repaying',
    repaidRupiah: 2_666_668,
    outstandingRupiah: 1_333_333,
  });
  const received = sandbox.receiver.received.filter((callback) => callback.body.loan_id === id);
  expect(received.map((callback) => [callback.body.type, callback.body.seq, callback.status])).toEqual([
    ['loan.signed', 1, 200],
    ['loan.disbursed', 2, 200],
    ['loan.repayment', 4, 401],
    ['loan.repayment', 4, 200],
    ['loan.repayment', 4, 200],
    ['loan.repayment', 3, 200],
  ]);
  expect(received[5]!.body.data).toEqual({ repayment_id: `${id}-R1`, instalment: 1, amount: 1_333_334 });
  for (const { headers, body } of received)
    expect([headers['lumbung-delivery'], body.id]).toEqual([body.id, `${id}-E${body.seq}`]);
  const { body } = await sandbox.lumbung('get', `${LOANS_PATH}/repay-2`).expect(200);
  expect(body.loan).toMatchObject({ status: 'repaying', repaid: 2_666_668, outstanding: 1_333_333 });
  expect(body.loan.schedule.map(({ paid }: { paid: boolean }) => paid)).toEqual([true, true, false]);
  expect(
    body.loan.repayments.map(({ instalment, seq }: { instalment: number; seq: number }) => [instalment, seq]),
  ).toEqual([
    [1, 3],
    [2, 4],
  ]);
});

test('impossible repayments are refused and nothing is recorded', async () => {
  await repay({ partner: 'amanah', reference: 'nobody', instalments: [1] }).expect(404);
  await sandbox.lumbung('post', LOANS_PATH, loanBody('repay-3')).expect(201);
  const early = await repay({ partner: 'lumbung', reference: 'repay-3', instalments: [1] }).expect(409);
  expect(early.body.type).toBe('urn:ksbb-umkm:problem:not-repayable');
  await sandbox.disbursed('amanah', 'repay-4');
  const unknown = await repay({ partner: 'amanah', reference: 'repay-4', instalments: [1, 4] }).expect(422);
  expect(unknown.body.errors[0].pointer).toBe('/instalments');
  await repay({ partner: 'amanah', reference: 'repay-4', instalments: [1] }).expect(201);
  const again = await repay({ partner: 'amanah', reference: 'repay-4', instalments: [2, 1] }).expect(409);
  expect(again.body).toMatchObject({ type: 'urn:ksbb-umkm:problem:already-repaid', instalment: 1 });
  expect(await settled('amanah', 'repay-4')).toMatchObject({ repaidRupiah: 2_000_000 });
});

test.each([
  [{ instalments: [] }, '/instalments'],
  [{ instalments: [1, 1] }, '/instalments'],
  [{ instalments: [1], duplicate: [2] }, '/duplicate'],
  [{ instalments: [1], tamperFirst: [2] }, '/tamperFirst'],
  [{ partner: 'bank' }, '/partner'],
  [{ colour: 'red' }, '/colour'],
])('the request %j is 400 and names %s', async (change, pointer) => {
  const { body } = await repay({ partner: 'amanah', reference: 'x', instalments: [1], ...change }).expect(400);
  expect(body.errors).toEqual([{ pointer, detail: expect.any(String) }]);
});

test('the list of contracts pages through all of them, once each', async () => {
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await sandbox.admin('get', `/admin/contracts?limit=2${cursor && `&cursor=${cursor}`}`).expect(200);
    seen.push(
      ...body.contracts.map(
        ({ partner, reference }: { partner: string; reference: string }) => `${partner}:${reference}`,
      ),
    );
    cursor = body.nextCursor ?? '';
  } while (cursor !== '');
  expect(seen).toEqual(['amanah:repay-1', 'amanah:repay-4', 'lumbung:repay-2', 'lumbung:repay-3']);
  const { body } = await sandbox.admin('get', '/admin/contracts?partner=lumbung').expect(200);
  expect(body.contracts.map(({ reference }: { reference: string }) => reference)).toEqual(['repay-2', 'repay-3']);
  expect(body.nextCursor).toBeNull();
});

test.each([
  ['get', '/admin/contracts'],
  ['get', '/admin/contracts/amanah/repay-1'],
  ['get', '/admin/deliveries?reference=repay-1'],
  ['get', '/admin/faults'],
  ['delete', '/admin/faults'],
] as const)('%s %s needs the admin token', async (method, path) => {
  await supertest(sandbox.app)
    [method](path)
    .expect(401)
    .expect('Content-Type', /problem\+json/);
  await supertest(sandbox.app)[method](path).set('Authorization', `Bearer ${CREDENTIALS.LUMBUNG_TOKEN}`).expect(401);
});

test('deliveries want a reference, and an unknown one has none', async () => {
  await sandbox.admin('get', '/admin/deliveries').expect(400);
  expect(await deliveriesOf('nobody')).toEqual([]);
});

test('openapi.json shows every route and the bodies of the partners', async () => {
  const { body } = await supertest(sandbox.app).get('/openapi.json').expect(200);
  expect(Object.keys(body.paths)).toHaveLength(21);
  const schema = body.paths['/amanah/v1.0/qardh-contracts'].post.requestBody.content['application/json'].schema;
  expect(schema.required).toEqual(['partnerReferenceNo', 'borrower', 'amount', 'instalments']);
  expect(body.paths['/lumbung/api/events'].get.parameters.map(({ name }: { name: string }) => name)).toEqual([
    'cursor',
    'limit',
  ]);
});

test('every route and who may call it', () => {
  expect(routeTable(sandbox.app)).toEqual([
    'POST /amanah/v1.0/qardh-contracts partner',
    'GET /amanah/v1.0/qardh-contracts/by-reference/:partnerReferenceNo partner',
    'POST /amanah/v1.0/qardh-contracts/by-reference/:partnerReferenceNo/cancel partner',
    'GET /amanah/v1.0/statement partner',
    'POST /lumbung/api/loans partner',
    'GET /lumbung/api/loans/:external_id partner',
    'POST /lumbung/api/loans/:external_id/cancel partner',
    'GET /lumbung/api/statement partner',
    'GET /lumbung/api/events partner',
    'GET /amanah/e-contract/:token public',
    'POST /amanah/e-contract/:token public',
    'GET /lumbung/e-contract/:token public',
    'POST /lumbung/e-contract/:token public',
    'GET /admin/contracts operator',
    'GET /admin/contracts/:partner/:reference operator',
    'GET /admin/deliveries operator',
    'POST /admin/repayments operator',
    'POST /admin/write-offs operator',
    'POST /admin/faults operator',
    'GET /admin/faults operator',
    'DELETE /admin/faults operator',
    'POST /admin/scenarios operator',
    'POST /webhooks/:partner partner',
    'PUT /admin/webhook-secrets/:partner operator',
    'GET /admin/webhooks/:partner operator',
  ]);
});
