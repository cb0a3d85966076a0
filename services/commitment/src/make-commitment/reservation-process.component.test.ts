import { commitmentClosed, commitmentConfirmed, type MakeCommitmentRequest } from '@ksbb/contracts';
import { createLog } from '@ksbb/service-kit';
import request from 'supertest';
import { eventually } from '@ksbb/testkit';
import { decide } from '../commitment/decide.ts';
import { createRequested } from './create-requested.ts';
import { decide as decideBoard } from '../needs-board/decide.ts';
import { donor, freshKey, listMsme, msmeNamed, pinSecret, startTestService } from '../testing/running-service.ts';
import { resumeReservations } from './reservation-process.ts';

const log = createLog('commitment', 'silent');

const service = await startTestService({ hears: [commitmentConfirmed, commitmentClosed] });
afterAll(service.close);

const ELEVEN_SECONDS = 11_000;

/** A request that ended after its first write: the commitment is reserving, and nothing is reserved. */
async function givenACrashAfterTheFirstWrite(msmeId: string) {
  await listMsme(service, msmeNamed(msmeId));
  const key = freshKey();
  const body: MakeCommitmentRequest = {
    donor,
    consent: true,
    lines: [{ msmeId, needId: `${msmeId}.face-mask`, package: 'goods', quantity: 60 }],
  };
  const clock = () => new Date(Date.now() - ELEVEN_SECONDS);
  const { boards, commitments } = service;
  const commitment = await createRequested({ boards, commitments, clock, pinSecret }, body, key);
  return { key, body, collaborationId: commitment.request.collaborationId };
}

const post = (body: object, key: string) =>
  request(service.app).post('/commitments').set('Idempotency-Key', key).send(body);
const board = async (msmeId: string) => (await request(service.app).get(`/boards/${msmeId}`)).body.needs[0];

test('a repeated request finishes the interrupted one and gets its answer', async () => {
  const { key, body, collaborationId } = await givenACrashAfterTheFirstWrite('warung-a');
  const [first, second] = [await post(body, key), await post(body, key)];
  expect(first.status).toBe(201);
  expect(first.body).toMatchObject({ collaborationId, lines: [{ covered: 60 }] });
  expect(second.body).toEqual(first.body);
  expect(await board('warung-a')).toMatchObject({ promised: 60 });
});

test('a reservation that was made before the crash is not made again', async () => {
  const { key, body, collaborationId } = await givenACrashAfterTheFirstWrite('warung-b');
  const lines = [
    { lineId: `${collaborationId}.1`, needId: 'warung-b.face-mask', package: 'goods' as const, amount: 60 },
  ];
  await service.boards.decide('warung-b', (state) => decideBoard(state, { type: 'reserve', lines }));
  expect((await post(body, key)).body).toMatchObject({
    collaborationId,
    lines: [{ covered: 60, shortfallReason: null }],
  });
  expect(await board('warung-b')).toMatchObject({ promised: 60, open: 40 });
});

test('the running service resumes it by itself, and the donor gets the right PIN', async () => {
  const { key, body, collaborationId } = await givenACrashAfterTheFirstWrite('warung-c');
  await eventually('commitment-confirmed is heard', () => service.heard(commitmentConfirmed, collaborationId)[0]);
  expect(await board('warung-c')).toMatchObject({ promised: 60 });
  const { pin } = (await post(body, key)).body;
  expect((await request(service.app).post(`/collaborations/${collaborationId}/capability`).send({ pin })).status).toBe(
    200,
  );
});

test('several processes and the donor resume it at once and finish it once', async () => {
  const { key, body, collaborationId } = await givenACrashAfterTheFirstWrite('warung-d');
  await Promise.all([
    resumeReservations(service, log),
    resumeReservations(service, log),
    post(body, key),
    resumeReservations(service, log),
  ]);
  expect(await board('warung-d')).toMatchObject({ promised: 60 });
  await eventually('commitment-confirmed is heard', () => service.heard(commitmentConfirmed, collaborationId)[0]);
  expect(new Set(service.heard(commitmentConfirmed, collaborationId).map(({ id }) => id)).size).toBe(1);
});

test('a commitment that is younger than ten seconds is not resumed', async () => {
  await listMsme(service, msmeNamed('warung-e'));
  const collaborationId = 'KSBB-0000-0000-0011';
  const lines = [
    {
      lineId: `${collaborationId}.1`,
      msmeId: 'warung-e',
      needId: 'warung-e.face-mask',
      package: 'goods' as const,
      quantity: 1,
    },
  ];
  const young = { collaborationId, origin: { kind: 'donor' as const }, donorName: null, lines, access: null };
  // In an hour, so that the running service never resumes it by itself.
  const requestedAt = new Date(Date.now() + 3_600_000);
  const resumeAfter = (ms: number) =>
    resumeReservations({ ...service, clock: () => new Date(requestedAt.getTime() + ms) }, log);
  const status = async () => (await service.commitments.load(collaborationId))?.state.status;
  await service.commitments.decide(collaborationId, (state) =>
    decide(state, { type: 'request', request: young }, requestedAt),
  );
  await resumeAfter(10_000);
  expect(await status()).toBe('reserving');
  await resumeAfter(ELEVEN_SECONDS);
  expect(await status()).toBe('confirmed');
});
