import { RejectedEvent, RetryLater } from '@ksbb/messaging';
import { freshDatabase, freshVhost, removeDatabase, removeVhost } from '@ksbb/testkit';
import type { CommitmentCommand } from '../commitment/commands.ts';
import { decide } from '../commitment/decide.ts';
import { listMsme, msmeNamed, type RunningService, startService } from '../testing/running-service.ts';
import { applyToBoard, applyToCommitment } from './apply.ts';

let amqpUrl: string;
let mongodbUri: string;
let service: RunningService;

beforeAll(async () => {
  amqpUrl = await freshVhost();
  mongodbUri = freshDatabase('apply');
  service = await startService({ amqpUrl, mongodbUri, hears: [] });
});

afterAll(async () => {
  await service.close();
  await removeDatabase(mongodbUri);
  await removeVhost(amqpUrl);
});

const id = 'KSBB-0000-0000-0011';
const release: CommitmentCommand = { type: 'release', lineIds: [`${id}.1`], reason: 'contract-declined' };

test('an event about a commitment that never was is rejected', async () => {
  await expect(applyToCommitment(service, 'KSBB-0000-0000-0022', release)).rejects.toThrow(RejectedEvent);
});

test('an event about a commitment that is still reserving is too early', async () => {
  const lines = [
    { lineId: `${id}.1`, msmeId: 'warung-a', needId: 'warung-a.face-mask', package: 'goods' as const, quantity: 1 },
  ];
  const request = { collaborationId: id, origin: { kind: 'donor' as const }, donorName: null, lines, access: null };
  await service.commitments.decide(id, (state) => decide(state, { type: 'request', request }, service.clock()));
  await expect(applyToCommitment(service, id, release)).rejects.toThrow(RetryLater);
});

test('an event about a line that the board never reserved is rejected', async () => {
  await listMsme(service, msmeNamed('warung-a'));
  const command = { type: 'record-delivery', lineId: `${id}.1`, fact: { id: 'r', amount: 1 } } as const;
  await expect(applyToBoard(service, 'warung-a', command)).rejects.toThrow(RejectedEvent);
});
