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
import type { Sent } from '../environment/broker-queues.ts';
import type { ScenarioContext } from './context.ts';
import type { Facts } from '../report/report.ts';

const TOPIC = 'bookkeeping';
const AREA = {
  kodeKelurahan: '31.71.01.1003',
  kelurahan: 'Petojo Utara',
  kecamatan: 'Gambir',
  kota: 'Kota Administrasi Jakarta Pusat',
};
const CAUSE_AFTER_MS = 2_000;

/** An event as it is sent to one service alone, so that no other service hears of what never happened. */
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

/** A commitment to teach at two MSMEs, and the release of one of the two. Only the training service hears of either. */
export function trainingFixture() {
  const collaborationId = newCollaborationId((n) => randomBytes(n));
  const place = (n: number) => ({
    lineId: `${collaborationId}.${n}`,
    msmeId: `chaos-${n}`,
    needId: `chaos-${n}.${TOPIC}`,
    package: 'training',
  });
  const line = (n: number) => ({
    ...place(n),
    msmeName: `Warung ${n}`,
    area: AREA,
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
  const released = { collaborationId, ...place(2), releasedAmount: 1, reason: 'withdrawn' };
  return {
    collaborationId,
    confirmed: eventOf(commitmentConfirmed, 1, confirmed),
    released: eventOf(lineReleased, 2, released),
  };
}

export type TrainingFixture = ReturnType<typeof trainingFixture>;

/** Whether the training service has `msmes` as the participants of a training, as facts. */
export async function participantFacts(
  { environment: { client } }: Pick<ScenarioContext, 'environment'>,
  collaborationId: string,
  msmes: readonly string[],
): Promise<Facts> {
  const { status, body } = await call('GET', client.trainingUrl(collaborationId, TOPIC));
  const participants = status === 200 ? (body as TrainingView).participants : [];
  const fact = (msmeId: string) => `${collaborationId} teaches ${msmeId}`;
  return { expected: msmes.map(fact), seen: participants.map(({ msmeId }) => fact(msmeId)) };
}

/** Sends the training service an event that has to wait in a retry tier, and then the event that it waits for. */
export async function sendTooEarly(context: ScenarioContext): Promise<() => Promise<Facts>> {
  const { queues } = context.environment;
  const { collaborationId, confirmed, released } = trainingFixture();
  await queues.send([toService('training.in', released)]);
  setTimeout(() => void queues.send([toService('training.in', confirmed)]).catch(() => undefined), CAUSE_AFTER_MS);
  return () => participantFacts(context, collaborationId, ['chaos-1']);
}
