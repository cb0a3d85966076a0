import { randomBytes } from 'node:crypto';
import {
  commitmentConfirmed,
  envelope,
  type EventDefinition,
  lineReleased,
  newCollaborationId,
  type TrainingView,
} from '@ksbb/contracts';
import { call } from '@ksbb/testkit';
import type { Chaos } from '../ledger/account.ts';
import type { Sent } from '../world/broker-queues.ts';

export type RetryLater = { facts: () => Promise<{ expected: string[]; seen: string[] }> };

const TOPIC = 'bookkeeping';

/** An event as it is sent to one service alone, so that nobody else hears of what never was. */
export function toService(
  queue: string,
  event: ReturnType<typeof envelope>,
  headers: Record<string, unknown> = {},
): Sent {
  const properties = { messageId: event.id, type: event.type, contentType: 'application/cloudevents+json', headers };
  return { queue, content: Buffer.from(JSON.stringify(event)), properties };
}

const eventOf = (definition: EventDefinition, version: number, data: Record<string, unknown>) =>
  envelope(definition, String(data['collaborationId']), version, data, new Date());

/** A commitment to teach at two MSMEs, and that one of them leaves: the training service alone hears of both. */
export function madeUpTraining() {
  const collaborationId = newCollaborationId((n) => randomBytes(n));
  const place = (n: number) => ({
    lineId: `${collaborationId}.${n}`,
    msmeId: `chaos-${n}`,
    needId: `chaos-${n}.${TOPIC}`,
  });
  const area = {
    kodeKelurahan: '31.71.01.1003',
    kelurahan: 'Petojo Utara',
    kecamatan: 'Gambir',
    kota: 'Kota Administrasi Jakarta Pusat',
  };
  const line = (n: number) => ({
    ...place(n),
    msmeName: `Warung ${n}`,
    area,
    package: 'training',
    topic: TOPIC,
    skill: 'hard',
    seats: 1,
  });
  const confirmed = {
    collaborationId,
    origin: { kind: 'donor' },
    donorName: null,
    lines: [line(1), line(2)],
    confirmedAt: new Date().toISOString(),
  };
  const released = { collaborationId, ...place(2), package: 'training', releasedAmount: 1, reason: 'withdrawn' };
  return {
    collaborationId,
    confirmed: eventOf(commitmentConfirmed, 1, confirmed),
    released: eventOf(lineReleased, 2, released),
  };
}

/** Who still takes part in a made-up training, as facts. */
export async function madeUpFacts(
  { world }: Pick<Chaos, 'world'>,
  collaborationId: string,
): Promise<{ expected: string[]; seen: string[] }> {
  const { status, body } = await call('GET', `${world.api('training')}/trainings/${collaborationId}.${TOPIC}`);
  const participants =
    status === 200
      ? (body as TrainingView).participants.map(({ msmeId }) => `${collaborationId} teaches ${msmeId}`)
      : [];
  return { expected: [`${collaborationId} teaches chaos-1`], seen: participants };
}

/** Sends the training service what has to wait in a retry tier, and then what it has to wait for. */
export async function tooEarly(chaos: Chaos): Promise<RetryLater> {
  const { collaborationId, confirmed, released } = madeUpTraining();
  await chaos.world.queues.send([toService('training.in', released)]);
  setTimeout(() => void chaos.world.queues.send([toService('training.in', confirmed)]).catch(() => undefined), 2_000);
  return { facts: () => madeUpFacts(chaos, collaborationId) };
}
