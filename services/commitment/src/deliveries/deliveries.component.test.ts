import { lineDelivered, lineReceiptConfirmed } from '@ksbb/contracts';
import request from 'supertest';
import { eventually } from '@ksbb/testkit';
import { commitTo, msmeTokenOf, freshKey, startTestService } from '../testing/running-service.ts';

const service = await startTestService({ hears: [lineDelivered, lineReceiptConfirmed] });
afterAll(service.close);

function report(
  collaborationId: string,
  pin: string,
  lines: { lineId: string; quantity: number }[],
  key = freshKey(),
  note = '',
) {
  return request(service.app)
    .post(`/collaborations/${collaborationId}/deliveries`)
    .set('Idempotency-Key', key)
    .send({ pin, lines, note });
}

function receive(collaborationId: string, token: string, body: object) {
  return request(service.app)
    .post(`/collaborations/${collaborationId}/receipts`)
    .set('Authorization', `Bearer ${token}`)
    .send(body);
}

const show = async (collaborationId: string) =>
  (await request(service.app).get(`/collaborations/${collaborationId}`)).body;
const board = async (msmeId: string) => (await request(service.app).get(`/boards/${msmeId}`)).body.needs[0];

test('the donor reports goods, the MSME confirms one less, the difference shows, and the board counts the confirmed', async () => {
  const { collaborationId, pin } = await commitTo(service, 'warung-a');
  const lineId = `${collaborationId}.1`;
  const reported = await report(collaborationId, pin, [{ lineId, quantity: 100 }], freshKey(), 'di pintu belakang');
  expect([reported.status, reported.body]).toEqual([
    201,
    { reportId: expect.any(String), lines: [{ lineId, quantity: 100, reportedTotal: 100, promised: 100 }] },
  ]);
  const { reportId } = reported.body;

  const token = await msmeTokenOf(service, collaborationId);
  const received = await receive(collaborationId, token, { reportId, lineId, quantity: 99, note: 'satu sobek' });
  expect([received.status, received.body]).toEqual([
    200,
    { lineId, reportedQuantity: 100, confirmedQuantity: 99, difference: 1 },
  ]);

  const { reports, lines, status } = await show(collaborationId);
  expect(status).toBe('confirmed');
  expect(lines[0]).toMatchObject({ promised: 100, reported: 100, confirmed: 99, status: 'open' });
  expect(reports).toEqual([
    {
      reportId,
      lineId,
      reportedQuantity: 100,
      confirmedQuantity: 99,
      difference: 1,
      note: 'di pintu belakang',
      receiptNote: 'satu sobek',
      reportedAt: expect.any(String),
    },
  ]);
  const delivered = await eventually('line-delivered is heard', () => service.heard(lineDelivered, collaborationId)[0]);
  expect(delivered.data).toEqual({
    collaborationId,
    lineId,
    msmeId: 'warung-a',
    reportId,
    quantity: 100,
    reportedTotal: 100,
    reportedAt: expect.any(String),
  });
  const confirmed = await eventually(
    'line-receipt-confirmed is heard',
    () => service.heard(lineReceiptConfirmed, collaborationId)[0],
  );
  expect(confirmed.data).toMatchObject({ lineId, reportId, reportedAmount: 100, confirmedAmount: 99 });
  await eventually('the board counts 99 as delivered', async () => (await board('warung-a')).delivered === 99);
  expect(await board('warung-a')).toMatchObject({ declared: 100, promised: 100, delivered: 99, open: 0 });
});

test('the missing rest can be delivered again and fulfils the line', async () => {
  const { collaborationId, pin } = await commitTo(service, 'warung-b');
  const lineId = `${collaborationId}.1`;
  const token = await msmeTokenOf(service, collaborationId);
  const first = (await report(collaborationId, pin, [{ lineId, quantity: 100 }])).body;
  await receive(collaborationId, token, { reportId: first.reportId, lineId, quantity: 99 });
  const second = (await report(collaborationId, pin, [{ lineId, quantity: 1 }])).body;
  expect(second.lines).toEqual([{ lineId, quantity: 1, reportedTotal: 101, promised: 100 }]);
  await receive(collaborationId, token, { reportId: second.reportId, lineId, quantity: 1 });
  expect((await show(collaborationId)).lines[0]).toMatchObject({ confirmed: 100, status: 'fulfilled' });
});

test('a repeated report gets the same answer and counts once, another report with its key is refused', async () => {
  const { collaborationId, pin } = await commitTo(service, 'warung-c');
  const lineId = `${collaborationId}.1`;
  const key = freshKey();
  const first = await report(collaborationId, pin, [{ lineId, quantity: 40 }], key);
  await report(collaborationId, pin, [{ lineId, quantity: 10 }]);
  const again = await report(collaborationId, pin, [{ lineId, quantity: 40 }], key);
  expect([again.status, again.body]).toEqual([first.status, first.body]);
  expect((await show(collaborationId)).lines[0].reported).toBe(50);
  const other = await report(collaborationId, pin, [{ lineId, quantity: 41 }], key);
  expect([other.status, other.body.type]).toEqual([422, 'urn:ksbb-umkm:problem:idempotency-key-reused']);
});

test('impossible quantities and lines are named, and nothing of the report is recorded', async () => {
  const { collaborationId, pin } = await commitTo(service, 'warung-d');
  const line = (number: number, quantity: number) => ({ lineId: `${collaborationId}.${number}`, quantity });
  const answer = await report(collaborationId, pin, [line(1, 101), line(2, 1), line(9, 1)]);
  expect([answer.status, answer.body.type]).toEqual([422, 'urn:ksbb-umkm:problem:impossible-delivery']);
  expect(answer.body.errors).toEqual([
    {
      pointer: '/lines/0/quantity',
      detail: 'At most 100: that is what was promised and is neither reported nor received.',
    },
    {
      pointer: '/lines/1/lineId',
      detail: 'Only goods are reported here. The fintech and the trainer report loans and trainings.',
    },
    { pointer: '/lines/2/lineId', detail: 'This collaboration has no such line.' },
  ]);
  await report(collaborationId, pin, [line(1, 1), line(9, 1)]);
  expect((await show(collaborationId)).lines[0].reported).toBe(0);
});

test('a receipt is confirmed once: a repeat gets the same answer, another quantity is refused', async () => {
  const { collaborationId, pin } = await commitTo(service, 'warung-e');
  const lineId = `${collaborationId}.1`;
  const token = await msmeTokenOf(service, collaborationId);
  const { reportId } = (await report(collaborationId, pin, [{ lineId, quantity: 10 }])).body;
  const first = await receive(collaborationId, token, { reportId, lineId, quantity: 9 });
  expect((await receive(collaborationId, token, { reportId, lineId, quantity: 9 })).body).toEqual(first.body);
  const other = await receive(collaborationId, token, { reportId, lineId, quantity: 10 });
  expect([other.status, other.body.type, other.body.confirmedQuantity]).toEqual([
    409,
    'urn:ksbb-umkm:problem:already-confirmed',
    9,
  ]);
});

test('an impossible receipt is refused with the reason', async () => {
  const { collaborationId, pin } = await commitTo(service, 'warung-f');
  const lineId = `${collaborationId}.1`;
  const token = await msmeTokenOf(service, collaborationId);
  const { reportId } = (await report(collaborationId, pin, [{ lineId, quantity: 10 }])).body;
  const refused = async (body: object, bearer = token) => {
    const { status, body: problem } = await receive(collaborationId, bearer, body);
    return [status, problem.type.split(':').at(-1), problem.errors?.[0]?.pointer];
  };
  expect(await refused({ reportId, lineId, quantity: 11 })).toEqual([422, 'more-than-reported', '/quantity']);
  expect(await refused({ reportId: 'never-made', lineId, quantity: 1 })).toEqual([422, 'no-such-report', '/reportId']);
  expect(await refused({ reportId, lineId: `${collaborationId}.9`, quantity: 1 })).toEqual([
    422,
    'no-such-line',
    '/lineId',
  ]);
  expect(await refused({ reportId, lineId, quantity: -1 })).toEqual([400, 'invalid-request', '/quantity']);

  const donorToken = (await request(service.app).post(`/collaborations/${collaborationId}/capability`).send({ pin }))
    .body.token;
  expect(await refused({ reportId, lineId, quantity: 1 }, donorToken)).toEqual([403, 'not-an-msme', undefined]);
  const elsewhere = await msmeTokenOf(service, (await commitTo(service, 'warung-g')).collaborationId);
  expect(await refused({ reportId, lineId, quantity: 1 }, elsewhere)).toEqual([403, 'other-collaboration', undefined]);
  expect(await refused({ reportId, lineId, quantity: 1 }, 'not-a-token')).toEqual([401, 'unauthorized', undefined]);
  expect((await show(collaborationId)).reports[0].confirmedQuantity).toBeNull();
});
