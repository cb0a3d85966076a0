import { jest } from '@jest/globals';
import { eventually } from '@ksbb/testkit';
import { CREDENTIALS, QARDH_PATH, qardhBody, startSandbox, type TestSandbox } from '../testing/sandbox.ts';

// Ten attempts and two calls without a response take up to a minute.
jest.setTimeout(90_000);

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());

type Delivery = { event: string; status: string; attempts: { status: number | null; error: string | null }[] };

async function deliveriesOf(reference: string): Promise<Delivery[]> {
  return (await sandbox.admin('get', `/admin/deliveries?reference=${reference}`).expect(200)).body.deliveries;
}

async function sign(reference: string): Promise<void> {
  const { body } = await sandbox.amanah('post', QARDH_PATH, qardhBody(reference)).expect(200);
  await sandbox.signOn(body.eContractUrl).expect(303);
}

test('a receiver that refuses, redirects and recovers gets each callback, in order', async () => {
  const statuses = [503, 302, 200];
  sandbox.receiver.answerWith(() => statuses.shift() ?? 200);
  await sign('retry-1');
  const deliveries = await eventually('both deliveries', async () => {
    const all = await deliveriesOf('retry-1');
    return all.length === 2 && all.every(({ status }) => status === 'delivered') && all;
  });
  expect(deliveries.map(({ event, attempts }) => [event, attempts.map(({ status }) => status)])).toEqual([
    ['CONTRACT_SIGNED', [503, 302, 200]],
    ['DISBURSED', [200]],
  ]);
  expect(sandbox.receiver.received.map(({ path }) => path)).not.toContain('/elsewhere');
});

test('after ten refusals a callback is exhausted and the next one is sent', async () => {
  sandbox.receiver.answerWith(({ body }) => (body.event === 'CONTRACT_SIGNED' ? 500 : 200));
  await sign('retry-2');
  const deliveries = await eventually('the end of both deliveries', async () => {
    const all = await deliveriesOf('retry-2');
    return all.length === 2 && all.every(({ status }) => status !== 'pending') && all;
  });
  expect(deliveries.map(({ status, attempts }) => [status, attempts.length])).toEqual([
    ['exhausted', 10],
    ['delivered', 1],
  ]);
  const { body } = await sandbox.admin('get', '/admin/contracts/amanah/retry-2').expect(200);
  expect(body.callbacks).toEqual({ pending: 0, delivered: 1, exhausted: 1 });
});

test('a call without a response ends after 5 s and is tried again, while other contracts go on', async () => {
  let hangs = true;
  sandbox.receiver.answerWith(({ body }) => (hangs && body.partnerReferenceNo === 'retry-3' ? 0 : 200));
  await sign('retry-3');
  await eventually('the first call', () =>
    sandbox.receiver.received.some(({ body }) => body.partnerReferenceNo === 'retry-3'),
  );
  await sandbox.disbursed('amanah', 'retry-4');
  expect((await deliveriesOf('retry-3')).map(({ status }) => status)).not.toContain('delivered');
  await eventually('the first attempt', async () => (await deliveriesOf('retry-3'))[0]!.attempts.length > 0);
  hangs = false;
  const [signed] = await eventually('the delivery', async () => {
    const all = await deliveriesOf('retry-3');
    return all[0]!.status === 'delivered' && all;
  });
  expect(signed!.attempts[0]).toMatchObject({ status: null, error: 'no answer within 5 s' });
  expect(signed!.attempts.at(-1)).toMatchObject({ status: 200, error: null });
});

test('an attempt without a receiver has an error and no status', async () => {
  const alone = await startSandbox({ AMANAH_CALLBACK_URL: 'http://127.0.0.1:9/nobody' });
  try {
    const { body } = await alone.amanah('post', QARDH_PATH, qardhBody('retry-5')).expect(200);
    await alone.signOn(body.eContractUrl).expect(303);
    const attempt = await eventually('the first attempt', async () => {
      const { body: answer } = await alone.admin('get', '/admin/deliveries?reference=retry-5').expect(200);
      return answer.deliveries[0]?.attempts[0];
    });
    expect(attempt).toMatchObject({ status: null, error: 'ECONNREFUSED' });
    expect(JSON.stringify(attempt)).not.toContain(CREDENTIALS.AMANAH_CLIENT_SECRET);
  } finally {
    await alone.stop();
  }
});
