import { eventually } from '@ksbb/testkit';
import { Webhook } from 'standardwebhooks';
import supertest from 'supertest';
import { startSandbox, type TestSandbox } from '../testing/sandbox.ts';

let sandbox: TestSandbox;
const secret = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
const payload = '{"type":"loan-repaid","timestamp":"2026-11-24T03:00:00.000Z","data":{}}';

function send(id: string, body = payload, sentAt = new Date(), signingSecret = secret) {
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': new Webhook(signingSecret).sign(id, sentAt, payload),
  };
  return supertest(sandbox.app).post('/webhooks/amanah').set(headers).type('json').send(body);
}
const stored = async () => (await sandbox.admin('get', '/admin/webhooks/amanah').expect(200)).body.webhooks;
const setSecret = (body: object) => sandbox.admin('put', '/admin/webhook-secrets/amanah', body);

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());

test('nothing is genuine before a secret is set', async () => {
  await send('msg_0').expect(401);
});

test('a genuine webhook is stored once with the number of its repeats; others are refused', async () => {
  await setSecret({ secret }).expect(204);
  for (let times = 0; times < 2; times += 1) await send('msg_1').expect(204);
  await send('msg_2', `${payload} `).expect(401);
  await send('msg_3', payload, new Date(Date.now() - 400_000)).expect(401);
  await send('msg_4', payload, new Date(), `whsec_${Buffer.alloc(24, 4).toString('base64')}`).expect(401);
  expect(await stored()).toEqual([
    { partner: 'amanah', webhookId: 'msg_1', payload, receivedAt: expect.any(String), times: 2 },
  ]);
});

test('a malformed secret is refused by field', async () => {
  expect((await setSecret({ secret: 'too-short' }).expect(400)).body.errors).toMatchObject([{ pointer: '/secret' }]);
});

test('a scenario orders its faults, the same for the same seed', async () => {
  const order = { scenario: 'bad-day', partner: 'lumbung', seed: 4, faults: 5 };
  expect((await sandbox.admin('post', '/admin/scenarios', order).expect(201)).body).toEqual(order);
  const { body } = await sandbox.admin('get', '/admin/faults').expect(200);
  expect(body.faults).toHaveLength(5);
  expect(
    (await sandbox.admin('post', '/admin/scenarios', { ...order, scenario: 'paradise' }).expect(400)).body.errors,
  ).toMatchObject([{ pointer: '/scenario' }]);
  await sandbox.admin('delete', '/admin/faults').expect(204);
});

test('late callbacks are sent later, and an old signature is followed by a new one', async () => {
  await sandbox.disbursed('amanah', 'late-1');
  sandbox.receiver.answerWith(({ headers }) =>
    Date.now() - Date.parse(String(headers['x-timestamp'])) > 300_000 ? 401 : 200,
  );
  const plan = { instalments: [1], staleFirst: [1], lateMs: 150 };
  await sandbox.admin('post', '/admin/repayments', { partner: 'amanah', reference: 'late-1', ...plan }).expect(201);
  const last = await eventually('the delivery of the repayment', async () => {
    const { body } = await sandbox.admin('get', '/admin/deliveries?reference=late-1').expect(200);
    const delivery = body.deliveries.at(-1);
    return delivery.status === 'delivered' && delivery;
  });
  expect(last.attempts.map(({ status }: { status: number }) => status)).toEqual([401, 200]);
  const { body: contract } = await sandbox.admin('get', '/admin/contracts/amanah/late-1').expect(200);
  const lateMs = Date.parse(last.attempts[0].at) - Date.parse(contract.repayments[0].paidAt);
  expect(lateMs).toBeGreaterThanOrEqual(150);
});
