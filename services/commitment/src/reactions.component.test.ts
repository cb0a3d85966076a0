import {
  commitmentClosed,
  commitmentConfirmed,
  contractDeclined,
  lineReceiptConfirmed,
  lineReleased,
  loanDisbursed,
  msmeDelisted,
  msmeListed,
  msmeUpdated,
  type NewEvent,
  relendProposed,
  trainingCancelled,
  trainingHeld,
} from '@ksbb/contracts';
import { RejectedEvent, RetryLater } from '@ksbb/messaging';
import { eventually } from '@ksbb/testkit';
import request from 'supertest';
import type { CommitmentCommand } from './commitment/commands.ts';
import { decide } from './commitment/decide.ts';
import { applyToBoard, applyToCommitment } from './reactions.ts';
import { commitTo, donor, freshKey, listMsme, msmeNamed, startTestService } from './testing/running-service.ts';

const service = await startTestService({
  hears: [commitmentConfirmed, commitmentClosed, lineReceiptConfirmed, lineReleased],
});
afterAll(service.close);

const when = '2026-11-26T03:00:00.000Z';
const show = async (collaborationId: string) =>
  (await request(service.app).get(`/collaborations/${collaborationId}`)).body;
const boardOf = async (msmeId: string) => (await request(service.app).get(`/boards/${msmeId}`)).body.needs;
const line = async (collaborationId: string, at: number) => (await show(collaborationId)).lines[at];

/** Waits until the need at this position of the board has the expected values. */
const untilBoard = (msmeId: string, at: number, expected: object) =>
  eventually(`the board of ${msmeId} has ${JSON.stringify(expected)}`, async () => {
    const need = (await boardOf(msmeId))[at];
    return Object.entries(expected).every(([key, value]) => need[key] === value);
  });

function loan(collaborationId: string, msmeId: string) {
  const about = { loanId: `${collaborationId}.2`, collaborationId, msmeId, partner: 'lumbung' as const };
  const disbursed: NewEvent<typeof loanDisbursed>['data'] = {
    ...about,
    amountRupiah: 6_000_000,
    schedule: [{ instalment: 1, dueDate: '2026-12-26', amountRupiah: 6_000_000 }],
    lots: [{ donorCollaborationId: collaborationId, generation: 1, amountRupiah: 6_000_000 }],
    disbursedAt: when,
  };
  return { disbursed, declined: { ...about, reason: 'declined by the signer' } };
}

function training(collaborationId: string, msmeId: string, attended: number) {
  const about = {
    trainingId: `${collaborationId}.bookkeeping`,
    collaborationId,
    topic: 'bookkeeping' as const,
    skill: 'hard' as const,
  };
  const lineId = `${collaborationId}.3`;
  return {
    held: { ...about, participants: [{ lineId, msmeId, seats: 4, attended }], heldAt: when },
    cancelled: { ...about, lineIds: [lineId], reason: 'the trainer is ill' },
  };
}

test('a disbursed loan fulfils its line and counts as delivered once, also when the event repeats', async () => {
  const { collaborationId } = await commitTo(service, 'warung-loan');
  const { disbursed } = loan(collaborationId, 'warung-loan');
  await service.publish(loanDisbursed, disbursed.loanId, [3, 3, 4], disbursed);
  await untilBoard('warung-loan', 1, { promised: 6_000_000, delivered: 6_000_000, open: 0 });
  await service.publish(contractDeclined, disbursed.loanId, [5], loan(collaborationId, 'warung-loan').declined);
  expect(await line(collaborationId, 1)).toMatchObject({
    status: 'fulfilled',
    reported: 6_000_000,
    confirmed: 6_000_000,
  });
  const published = service.heard(lineReceiptConfirmed, collaborationId);
  expect(new Set(published.map(({ id }) => id)).size).toBe(1);
  expect(published[0]?.data).toMatchObject({
    reportId: `fintech-gateway:${disbursed.loanId}@3`,
    package: 'capital',
    reportedAmount: 6_000_000,
  });
});

test('a declined contract releases its line once', async () => {
  const { collaborationId } = await commitTo(service, 'warung-declined');
  const { declined } = loan(collaborationId, 'warung-declined');
  await service.publish(contractDeclined, declined.loanId, [3, 3], declined);
  await untilBoard('warung-declined', 1, { promised: 0, open: 6_000_000 });
  expect(await line(collaborationId, 1)).toMatchObject({ status: 'released', releaseReason: 'contract-declined' });
  expect(await boardOf('warung-declined')).toMatchObject([{}, { promised: 0, delivered: 0, open: 6_000_000 }, {}]);
});

test('a held training fulfils its line with the taken seats and releases the others', async () => {
  const { collaborationId } = await commitTo(service, 'warung-held');
  const { held } = training(collaborationId, 'warung-held', 3);
  await service.publish(trainingHeld, held.trainingId, [4, 4], held);
  await untilBoard('warung-held', 2, { promised: 3, delivered: 3, open: 7 });
  expect(await line(collaborationId, 2)).toMatchObject({
    status: 'fulfilled',
    promised: 4,
    confirmed: 3,
    releaseReason: 'attendance-below-seats',
  });
  expect((await boardOf('warung-held'))[2]).toMatchObject({ promised: 3, delivered: 3, open: 7 });
});

test('a cancelled training releases all its seats', async () => {
  const { collaborationId } = await commitTo(service, 'warung-cancelled');
  const { cancelled } = training(collaborationId, 'warung-cancelled', 0);
  await service.publish(trainingCancelled, cancelled.trainingId, [4, 4], cancelled);
  await untilBoard('warung-cancelled', 2, { promised: 0, open: 10 });
  expect(await line(collaborationId, 2)).toMatchObject({ status: 'released', releaseReason: 'training-cancelled' });
});

test('the commitment closes once when no line is open', async () => {
  const { collaborationId } = await commitTo(service, 'warung-closing');
  await service.publish(loanDisbursed, `${collaborationId}.2`, [3], loan(collaborationId, 'warung-closing').disbursed);
  const { cancelled } = training(collaborationId, 'warung-closing', 0);
  await service.publish(trainingCancelled, cancelled.trainingId, [4], cancelled);
  await service.publish(msmeDelisted, 'warung-closing', [2], { ...msmeNamed('warung-closing'), reason: 'closed down' });
  const closed = await eventually(
    'commitment-closed is heard',
    () => service.heard(commitmentClosed, collaborationId)[0],
  );
  expect(closed.data).toMatchObject({ outcome: 'fulfilled', origin: { kind: 'donor' } });
  expect((await show(collaborationId)).status).toBe('closed');
});

test('a delisted MSME releases its outstanding amounts in every commitment', async () => {
  const msmeId = 'warung-delisted';
  const { collaborationId } = await commitTo(service, msmeId);
  const body = {
    donor,
    consent: true,
    lines: [{ msmeId, needId: `${msmeId}.bookkeeping`, package: 'training', seats: 2 }],
  };
  const second = (await request(service.app).post('/commitments').set('Idempotency-Key', freshKey()).send(body)).body
    .collaborationId;
  await service.publish(msmeDelisted, msmeId, [2, 2], { ...msmeNamed(msmeId), reason: 'closed down' });
  await untilBoard(msmeId, 2, { promised: 0 });
  await untilBoard(msmeId, 0, { promised: 0 });
  await eventually('commitment-closed is heard', () => service.heard(commitmentClosed, second)[0]);
  expect((await show(collaborationId)).lines).toMatchObject(
    Array.from({ length: 3 }, () => ({ status: 'released', releaseReason: 'msme-delisted' })),
  );
  expect(await boardOf(msmeId)).toMatchObject([
    { promised: 0, open: 100 },
    { promised: 0, open: 6_000_000 },
    { promised: 0, open: 10 },
  ]);
});

test('a late delisting releases the reservations before it and keeps those after the MSME was listed again', async () => {
  const msmeId = 'warung-returned';
  const before = await commitTo(service, msmeId);
  await service.publish(msmeListed, msmeId, [3], msmeNamed(msmeId, { seats: 11 }));
  await untilBoard(msmeId, 2, { declared: 11 });
  const body = {
    donor,
    consent: true,
    lines: [{ msmeId, needId: `${msmeId}.bookkeeping`, package: 'training', seats: 2 }],
  };
  const after = (await request(service.app).post('/commitments').set('Idempotency-Key', freshKey()).send(body)).body;
  await service.publish(msmeDelisted, msmeId, [2], { ...msmeNamed(msmeId), reason: 'closed down' });
  await untilBoard(msmeId, 2, { promised: 2 });
  expect((await show(before.collaborationId)).lines[2]).toMatchObject({ status: 'released' });
  expect((await show(after.collaborationId)).lines[0]).toMatchObject({ status: 'open' });
  expect((await service.boards.load(msmeId))?.state).toMatchObject({ status: 'listed', msmeVersion: 3 });
});

test('states of an MSME may arrive in any order and more than once, and the newest stays', async () => {
  const states = [1, 2, 3].map((version) => ({ version, msme: msmeNamed('warung-order', { masks: version * 10 }) }));
  for (const { version, msme } of [...states.toReversed(), ...states]) {
    await service.publish(version === 1 ? msmeListed : msmeUpdated, 'warung-order', [version], msme);
  }
  expect((await service.boards.load('warung-order'))?.state).toMatchObject({ msmeVersion: 3 });
  expect((await boardOf('warung-order'))[0]).toMatchObject({ declared: 30, open: 30 });
});

test('its own events give the same board when they come twice or in reverse', async () => {
  const make = async (msmeId: string, reverse: boolean) => {
    const { collaborationId } = await commitTo(service, msmeId);
    const about = {
      collaborationId,
      lineId: `${collaborationId}.3`,
      msmeId,
      needId: `${msmeId}.bookkeeping`,
      package: 'training' as const,
    };
    const arrived = () =>
      service.publish(lineReceiptConfirmed, collaborationId, [8], {
        ...about,
        reportId: 'r',
        reportedAmount: 3,
        confirmedAmount: 3,
        confirmedAt: when,
      });
    const released = () =>
      service.publish(lineReleased, collaborationId, [9], {
        ...about,
        releasedAmount: 1,
        reason: 'attendance-below-seats',
      });
    for (const publish of reverse ? [released, arrived, released, arrived] : [arrived, arrived, released, released])
      await publish();
    return (await boardOf(msmeId)).map(({ needId: _, ...need }: { needId: string }) => need);
  };
  const forward = await make('warung-forward', false);
  expect(forward[2]).toEqual({ package: 'training', declared: 10, promised: 3, delivered: 3, open: 7 });
  expect(await make('warung-reverse', true)).toEqual(forward);
});

describe('a relend', () => {
  const proposal = (msmeId: string, amountRupiah: number, relendId = `relend.${msmeId}`) => ({
    relendId,
    fromLoanId: 'KSBB-0000-0000-0011.2',
    partner: 'amanah' as const,
    msmeId,
    needId: `${msmeId}.capital`,
    amountRupiah,
    instalments: 3,
  });
  const madeFrom = (relendId: string) =>
    eventually('the commitment of the relend is heard', () =>
      service
        .heard(commitmentConfirmed)
        .find(({ data }) => data.origin.kind === 'relend' && data.origin.relendId === relendId),
    );

  test('becomes one commitment for the open amount, also when the proposal repeats', async () => {
    await listMsme(service, msmeNamed('warung-relend', { capitalRupiah: 4_000_000 }));
    const data = proposal('warung-relend', 6_000_000);
    await service.publish(relendProposed, 'fund', [7, 7, 8], data);
    const { subject, data: made } = await madeFrom(data.relendId);
    expect(made).toMatchObject({
      donorName: null,
      lines: [{ lineId: `${subject}.1`, amountRupiah: 4_000_000, partner: 'amanah', instalments: 3 }],
    });
    expect(await show(subject)).toMatchObject({ origin: 'relend', status: 'confirmed' });
    const ids = service
      .heard(commitmentConfirmed)
      .filter((event) => event.data.origin.kind === 'relend')
      .map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
  });

  test('has no PIN and no contact', async () => {
    await listMsme(service, msmeNamed('warung-relend-pin'));
    await service.publish(relendProposed, 'fund', [9], proposal('warung-relend-pin', 1_000_000));
    const { subject } = await madeFrom('relend.warung-relend-pin');
    const answer = await request(service.app).post(`/collaborations/${subject}/capability`).send({ pin: '123456' });
    expect([answer.status, answer.body.type]).toEqual([403, 'urn:ksbb-umkm:problem:no-pin']);
    expect(await service.connection.collection('contacts').findOne({ _id: subject } as object)).toBeNull();
  });

  test('is closed at once where nothing is open', async () => {
    const msmeId = 'warung-relend-late';
    await commitTo(service, msmeId);
    await service.publish(relendProposed, 'fund', [10], proposal(msmeId, 1_000_000));
    const isIt = ({ data: { origin } }: { data: NewEvent<typeof commitmentClosed>['data'] }) =>
      origin.kind === 'relend' && origin.relendId === `relend.${msmeId}`;
    const closed = await eventually('commitment-closed is heard', () => service.heard(commitmentClosed).find(isIt));
    expect(closed.data.outcome).toBe('nothing-covered');
  });
});

describe('an event that cannot be applied', () => {
  const id = 'KSBB-0000-0000-0011';
  const release: CommitmentCommand = { type: 'release', lineIds: [`${id}.1`], reason: 'contract-declined' };

  test('is rejected where there is no such commitment', async () => {
    await expect(applyToCommitment(service, 'KSBB-0000-0000-0022', release)).rejects.toThrow(RejectedEvent);
  });

  test('is retried later where the commitment is still reserving', async () => {
    const lines = [
      { lineId: `${id}.1`, msmeId: 'warung-x', needId: 'warung-x.face-mask', package: 'goods' as const, quantity: 1 },
    ];
    const asked = { collaborationId: id, origin: { kind: 'donor' as const }, donorName: null, lines, access: null };
    // From the future, so that the service does not resume it during the test.
    const inAnHour = new Date(Date.now() + 3_600_000);
    await service.commitments.decide(id, (state) => decide(state, { type: 'request', request: asked }, inAnHour));
    await expect(applyToCommitment(service, id, release)).rejects.toThrow(RetryLater);
  });

  test('is rejected where the board never reserved the line', async () => {
    await listMsme(service, msmeNamed('warung-y'));
    const command = { type: 'record-delivery', lineId: `${id}.1`, fact: { id: 'r', amount: 1 } } as const;
    await expect(applyToBoard(service, 'warung-y', command)).rejects.toThrow(RejectedEvent);
  });
});
