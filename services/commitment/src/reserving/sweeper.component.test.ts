import { commitmentClosed, commitmentConfirmed, type MakeCommitmentRequest } from '@ksbb/contracts';
import { createLog } from '@ksbb/service-kit';
import request from 'supertest';
import { freshDatabase, freshVhost, removeDatabase, removeVhost } from '@ksbb/testkit';
import { decide } from '../commitment/decide.ts';
import { createRequested } from '../make-commitment/create-requested.ts';
import { decide as decideBoard } from '../needs-board/decide.ts';
import {
  donor,
  freshKey,
  listMsme,
  msmeNamed,
  pinSecret,
  type RunningService,
  startService,
  until,
} from '../testing/running-service.ts';
import { finishReservations } from './sweeper.ts';

let amqpUrl: string;
let mongodbUri: string;
let service: RunningService;
const log = createLog('commitment', 'silent');

beforeAll(async () => {
  amqpUrl = await freshVhost();
  mongodbUri = freshDatabase('sweeper');
  service = await startService({ amqpUrl, mongodbUri, hears: [commitmentConfirmed, commitmentClosed] });
});

afterAll(async () => {
  await service.close();
  await removeDatabase(mongodbUri);
  await removeVhost(amqpUrl);
});

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

test('the repeated request finishes what the first left, and is answered as the first would have been', async () => {
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

test('the sweeper of the running service finishes it by itself, and the donor gets the PIN that opens it', async () => {
  const { key, body, collaborationId } = await givenACrashAfterTheFirstWrite('warung-c');
  await until(() => service.heard(commitmentConfirmed, collaborationId)[0]);
  expect(await board('warung-c')).toMatchObject({ promised: 60 });
  const { pin } = (await post(body, key)).body;
  expect((await request(service.app).post(`/collaborations/${collaborationId}/capability`).send({ pin })).status).toBe(
    200,
  );
});

test('several sweepers and the donor at once finish it once', async () => {
  const { key, body, collaborationId } = await givenACrashAfterTheFirstWrite('warung-d');
  await Promise.all([
    finishReservations(service, log),
    finishReservations(service, log),
    post(body, key),
    finishReservations(service, log),
  ]);
  expect(await board('warung-d')).toMatchObject({ promised: 60 });
  await until(() => service.heard(commitmentConfirmed, collaborationId)[0]);
  expect(new Set(service.heard(commitmentConfirmed, collaborationId).map(({ id }) => id)).size).toBe(1);
});

test('a commitment that is younger than ten seconds is left to its request', async () => {
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
  await service.commitments.decide(collaborationId, (state) =>
    decide(state, { type: 'request', request: young }, service.clock()),
  );
  await finishReservations(service, log);
  expect((await service.commitments.load(collaborationId))?.state.status).toBe('reserving');
  await finishReservations({ ...service, clock: () => new Date(Date.now() + ELEVEN_SECONDS) }, log);
  expect((await service.commitments.load(collaborationId))?.state.status).toBe('confirmed');
});
