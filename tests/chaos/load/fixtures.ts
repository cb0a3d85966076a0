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
import type { Sent } from '../environment/broker.ts';
import type { Facts } from '../report/report.ts';
import type { ScenarioContext } from './context.ts';

const TOPIC = 'bookkeeping';
const AREA = {
  kodeKelurahan: '31.71.01.1003',
  kelurahan: 'Petojo Utara',
  kecamatan: 'Gambir',
  kota: 'Kota Administrasi Jakarta Pusat',
};
const CAUSE_AFTER_MS = 2_000;

/** An event as it is sent to the training service alone, so that no other service hears of what never happened. */
export function toTraining(event: ReturnType<typeof envelope>, headers: Record<string, unknown> = {}): Sent {
  const properties = { messageId: event.id, type: event.type, contentType: 'application/cloudevents+json', headers };
  return { queue: 'training.in', content: Buffer.from(JSON.stringify(event)), properties };
}

/** A commitment to teach at two MSMEs, and the release of one of the two. Only the training service hears of either. */
export function trainingFixture() {
  const collaborationId = newCollaborationId((n) => randomBytes(n));
  const event = (definition: EventDefinition, version: number, data: object) =>
    envelope(definition, collaborationId, version, { collaborationId, ...data }, new Date());
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
  return {
    collaborationId,
    confirmed: event(commitmentConfirmed, 1, {
      origin: { kind: 'donor' },
      donorName: null,
      lines: [line(1), line(2)],
      confirmedAt: new Date().toISOString(),
    }),
    released: event(lineReleased, 2, { ...place(2), releasedAmount: 1, reason: 'withdrawn' }),
  };
}

export type TrainingFixture = ReturnType<typeof trainingFixture>;

/** Whether the training service has `msmes` as the participants of each training, as facts. */
export function participantFacts(
  { environment: { client } }: ScenarioContext,
  fixtures: readonly TrainingFixture[],
  msmes: readonly string[],
): Promise<Facts[]> {
  const facts = fixtures.map(async ({ collaborationId }) => {
    const { status, body } = await call('GET', client.trainingUrl(collaborationId, TOPIC));
    const participants = status === 200 ? (body as TrainingView).participants : [];
    const fact = (msmeId: string) => `${collaborationId} teaches ${msmeId}`;
    return { expected: msmes.map(fact), seen: participants.map(({ msmeId }) => fact(msmeId)) };
  });
  return Promise.all(facts);
}

/** Sends the training service an event that has to wait in a retry tier, and then the event that it waits for. */
export async function sendTooEarly({ environment: { broker } }: ScenarioContext): Promise<TrainingFixture> {
  const fixture = trainingFixture();
  await broker.send([toTraining(fixture.released)]);
  setTimeout(() => void broker.send([toTraining(fixture.confirmed)]).catch(() => undefined), CAUSE_AFTER_MS);
  return fixture;
}
