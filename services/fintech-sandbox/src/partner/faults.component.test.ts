import { randomUUID } from 'node:crypto';
import { LOANS_PATH, loanBody, QARDH_PATH, qardhBody, startSandbox, type TestSandbox } from '../testing/sandbox.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.admin('delete', '/admin/faults').expect(204));
afterAll(() => sandbox.stop());

const order = (fault: object) =>
  sandbox.admin('post', '/admin/faults', { partner: 'amanah', route: 'create-contract', times: 1, ...fault });
const open = (reference: string, key = randomUUID()) =>
  sandbox.amanah('post', QARDH_PATH, qardhBody(reference), { key });
const contractOf = (reference: string) => sandbox.admin('get', `/admin/contracts/amanah/${reference}`);
const served = async () =>
  ((await sandbox.admin('get', '/admin/faults').expect(200)).body.faults as { served: number }[]).map(
    (fault) => fault.served,
  );

test('status: the next calls get this status, the call after them succeeds with the same key', async () => {
  await order({ kind: 'status', status: 503, retryAfterSeconds: 7, times: 2 }).expect(201);
  const key = randomUUID();
  const first = await open('status-1', key).expect(503);
  expect(first.body.responseCode).toBe('5030000');
  expect(first.headers['retry-after']).toBe('7');
  await open('status-1', key).expect(503);
  await contractOf('status-1').expect(404);
  await open('status-1', key).expect(200);
  expect(await served()).toEqual([2]);
});

test('faults on a route are served in their order, and a call without credentials uses none', async () => {
  await order({ kind: 'status', status: 401 }).expect(201);
  await order({ kind: 'status', status: 429 }).expect(201);
  await sandbox.amanah('post', QARDH_PATH, qardhBody('order-1'), { headers: { 'X-SIGNATURE': 'x' } }).expect(401);
  expect(await served()).toEqual([0, 0]);
  await open('order-1').expect(401);
  await open('order-1').expect(429);
  await open('order-1').expect(200);
});

test('latency: done, but the response is late', async () => {
  await order({ kind: 'latency', milliseconds: 400 }).expect(201);
  const begun = performance.now();
  await open('latency-1').expect(200);
  // A timer may fire a millisecond early.
  expect(performance.now() - begun).toBeGreaterThan(398);
  await contractOf('latency-1').expect(200);
});

test.each(['reset', 'hang'])('%s: no response and nothing done', async (kind) => {
  await order({ kind, ...(kind === 'hang' ? { milliseconds: 50 } : {}) }).expect(201);
  const key = randomUUID();
  await expect(open(`${kind}-1`, key).then()).rejects.toThrow(/ECONNRESET|socket hang up|aborted/);
  await contractOf(`${kind}-1`).expect(404);
  await open(`${kind}-1`, key).expect(200);
});

test('hang: nothing is done when the caller gives up first', async () => {
  await order({ kind: 'hang', milliseconds: 1_000 }).expect(201);
  await expect(open('hang-2').timeout(100).then()).rejects.toThrow(/[Tt]imeout/);
  await contractOf('hang-2').expect(404);
});

test('lost-answer: done, and a repeat with the same key gets the lost response', async () => {
  await order({ kind: 'lost-answer' }).expect(201);
  const key = randomUUID();
  await expect(open('lost-1', key).then()).rejects.toThrow(/ECONNRESET|socket hang up|aborted/);
  const { body: stored } = await contractOf('lost-1').expect(200);
  const repeat = await open('lost-1', key).expect(200);
  expect(repeat.body.referenceNo).toBe(stored.contractNo);
  expect(repeat.headers['idempotent-replayed']).toBe('true');
  const status = await sandbox.amanah('get', `${QARDH_PATH}/by-reference/lost-1`).expect(200);
  expect(status.body.referenceNo).toBe(stored.contractNo);
});

test.each(['slow-response', 'drip'])('%s: done, and the response is complete only later', async (kind) => {
  await order({ kind, milliseconds: 200 }).expect(201);
  const { body } = await open(`${kind}-1`).expect(200);
  const { body: stored } = await contractOf(`${kind}-1`).expect(200);
  expect(body).toMatchObject({ referenceNo: stored.contractNo, responseCode: '2000000' });
  await order({ kind, milliseconds: 2_000 }).expect(201);
  await expect(open(`${kind}-2`).timeout(100).then()).rejects.toThrow(/[Tt]imeout/);
});

test('each route of each partner has its own faults', async () => {
  await order({ route: 'get-contract', kind: 'status', status: 500 }).expect(201);
  for (const route of ['create-contract', 'get-contract', 'events'])
    await order({ partner: 'lumbung', route, kind: 'status', status: 502 }).expect(201);
  await open('routes-1').expect(200);
  await sandbox.amanah('get', `${QARDH_PATH}/by-reference/routes-1`).expect(500);
  await sandbox.amanah('get', `${QARDH_PATH}/by-reference/routes-1`).expect(200);
  const refused = await sandbox.lumbung('post', LOANS_PATH, loanBody('routes-1')).expect(502);
  expect(refused.body.error.code).toBe('sandbox_fault');
  await sandbox.lumbung('get', `${LOANS_PATH}/routes-1`).expect(502);
  await sandbox.lumbung('get', '/lumbung/api/events').expect(502);
  await sandbox.lumbung('get', '/lumbung/api/events').expect(200);
  expect(await served()).toEqual([1, 1, 1, 1]);
});

test.each([
  [{ kind: 'status' }, '/status'],
  [{ kind: 'status', status: 200 }, '/status'],
  [{ kind: 'latency' }, '/milliseconds'],
  [{ kind: 'reset', milliseconds: 5 }, '/milliseconds'],
  [{ kind: 'reset', status: 500 }, '/status'],
  [{ kind: 'reset', retryAfterSeconds: 5 }, '/retryAfterSeconds'],
  [{ kind: 'reset', route: 'events' }, '/route'],
  [{ kind: 'explode' }, '/kind'],
  [{ kind: 'reset', times: 0 }, '/times'],
  [{ kind: 'reset', colour: 'red' }, '/colour'],
])('the order %j is 400 and names %s', async (fault, pointer) => {
  const { body } = await order(fault).expect(400);
  expect(body.errors).toEqual([{ pointer, detail: expect.any(String) }]);
  expect(await served()).toEqual([]);
});

test('a hundred faults are stored, no more', async () => {
  for (let count = 0; count < 100; count += 1) await order({ kind: 'reset', route: 'get-contract' }).expect(201);
  const { body } = await order({ kind: 'reset', route: 'get-contract' }).expect(409);
  expect(body.type).toBe('urn:ksbb-umkm:problem:too-many-faults');
});
