import { randomBytes } from 'node:crypto';
import {
  type Envelope,
  envelope,
  type EventDefinition,
  type MakeCommitmentAnswer,
  type MakeCommitmentRequest,
  type Msme,
  msmeListed,
  type NewEvent,
} from '@ksbb/contracts';
import { isDatabaseUnavailable, openDatabase } from '@ksbb/document-store';
import { type Bus, createBus, on } from '@ksbb/messaging';
import { createLog, createMetrics, type Metrics } from '@ksbb/service-kit';
import { eventually, freshDatabase, freshVhost, removeDatabase, removeVhost } from '@ksbb/testkit';
import request from 'supertest';
import { createApp } from '../app.ts';
import { exampleInstitutions } from '../institutions.ts';

/*
 * For component tests: the service as production wires it, on a real database and broker, with a second service beside
 * it that publishes events and collects the events it receives.
 */

export const pinSecret = 'a-pin-secret-for-tests';
export const capabilitySecret = 'a-capability-secret-for-tests';
export const operatorToken = 'an-operator-token-for-tests';

const settings = {
  PIN_SECRET: pinSecret,
  CAPABILITY_SECRET: capabilitySecret,
  OPERATOR_TOKEN: operatorToken,
  INSTITUTIONS_FILE: exampleInstitutions,
  PARTNERS: ['amanah', 'lumbung'],
};

export type RunningService = Awaited<ReturnType<typeof startTestService>>;

function busOf(service: string, amqpUrl: string, { registry }: Metrics): Bus {
  return createBus({
    url: amqpUrl,
    service,
    log: createLog(service, 'silent'),
    registry,
    isDependencyDown: isDatabaseUnavailable,
  });
}

/** How many deliveries of an event the service has handled, repeats included, by its own metric. */
async function handledOf({ registry }: Metrics, { routingKey }: EventDefinition): Promise<number> {
  const counts = (await registry.getSingleMetric('ksbb_event_handling_seconds')?.get())?.values ?? [];
  const ofEvent = counts.filter(
    (row) =>
      'metricName' in row &&
      row.metricName === 'ksbb_event_handling_seconds_count' &&
      row.labels['event'] === routingKey,
  );
  return ofEvent.reduce((total, { value }) => total + value, 0);
}

/**
 * Starts the service on a fresh database and virtual host, or beside another replica on its own. `time.offset` moves
 * its clock by milliseconds. `hears` names the events that the second service collects.
 */
export async function startTestService({
  hears = [],
  replicaOf,
}: { hears?: readonly EventDefinition[]; replicaOf?: { amqpUrl: string; mongodbUri: string } } = {}) {
  const amqpUrl = replicaOf?.amqpUrl ?? (await freshVhost());
  const mongodbUri = replicaOf?.mongodbUri ?? freshDatabase('commitment');
  const time = { offset: 0 };
  const clock = () => new Date(Date.now() + time.offset);
  const logged: object[] = [];
  const log = Object.assign(createLog('commitment', 'silent'), { info: (entry: object) => void logged.push(entry) });
  const database = await openDatabase(mongodbUri, log);
  const metrics = createMetrics('commitment');
  const bus = busOf('commitment', amqpUrl, metrics);
  const other = busOf('neighbour', amqpUrl, createMetrics('neighbour'));
  const heard: Envelope[] = [];
  other.subscribe(
    hears.map((event) => on(event, 'insert', async (received) => void heard.push(received))),
    {},
  );
  await other.started();
  const service = await createApp({ settings, database, bus, log, metrics, clock });
  await bus.started();

  return {
    ...service,
    amqpUrl,
    mongodbUri,
    time,
    clock,
    connection: database.connection,
    /** Every entry of the log at level info. */
    logged,
    /** Every event heard so far, repeats included. */
    heard: <D extends EventDefinition>(event: D, subject?: string): (Envelope & { data: NewEvent<D>['data'] })[] => {
      return heard.filter(
        ({ type, subject: about }) => type === event.type && (subject === undefined || about === subject),
      ) as never;
    },
    /**
     * Publishes as another service would, once for each of `versions`. Resolves when the service has handled them all.
     */
    publish: async <D extends EventDefinition>(
      event: D,
      subject: string,
      versions: readonly number[],
      data: NewEvent<D>['data'],
    ): Promise<void> => {
      const before = await handledOf(metrics, event);
      for (const version of versions)
        await other.publish(envelope(event, subject, version, data as Record<string, unknown>, clock()));
      await eventually(`${event.name} is handled`, async () => {
        return (await handledOf(metrics, event)) >= before + versions.length;
      });
    },
    close: async () => {
      await service.close();
      await other.close();
      if (replicaOf !== undefined) return;
      await removeDatabase(mongodbUri);
      await removeVhost(amqpUrl);
    },
  };
}

/** An MSME that needs masks, capital and a training. */
export function msmeNamed(
  msmeId: string,
  amounts: { masks?: number; capitalRupiah?: number; seats?: number } = {},
): Msme {
  const { masks = 100, capitalRupiah = 6_000_000, seats = 10 } = amounts;
  const declaredAt = msmeListed.example.listedAt;
  return {
    ...msmeListed.example,
    msmeId,
    name: `Warung ${msmeId}`,
    needs: [
      { needId: `${msmeId}.face-mask`, package: 'goods', item: 'face-mask', quantity: masks, declaredAt },
      { needId: `${msmeId}.capital`, package: 'capital', amountRupiah: capitalRupiah, declaredAt },
      { needId: `${msmeId}.bookkeeping`, package: 'training', topic: 'bookkeeping', skill: 'hard', seats, declaredAt },
    ],
  };
}

export async function listMsme({ publish }: RunningService, msme: Msme): Promise<Msme> {
  await publish(msmeListed, msme.msmeId, [1], msme);
  return msme;
}

export const donor: MakeCommitmentRequest['donor'] = {
  name: 'PT Contoh Donatur',
  kind: 'company',
  email: 'donatur@contoh.example',
  phone: '+62 000 0000 0000',
  anonymous: false,
};

/** An Idempotency-Key that was not used before. */
export const freshKey = () => randomBytes(12).toString('hex');

/** Lists an MSME and commits to 100 masks, all its capital and 4 seats of training there: lines 1, 2 and 3. */
export async function commitTo(
  service: RunningService,
  msmeId: string,
  more: Partial<MakeCommitmentRequest['donor']> = {},
): Promise<MakeCommitmentAnswer> {
  await listMsme(service, msmeNamed(msmeId));
  const lines = [
    { msmeId, needId: `${msmeId}.face-mask`, package: 'goods', quantity: 100 },
    {
      msmeId,
      needId: `${msmeId}.capital`,
      package: 'capital',
      amountRupiah: 6_000_000,
      partner: 'lumbung',
      instalments: 6,
    },
    { msmeId, needId: `${msmeId}.bookkeeping`, package: 'training', seats: 4 },
  ];
  const body = { donor: { ...donor, ...more }, consent: true, lines };
  const answer = await request(service.app).post('/commitments').set('Idempotency-Key', freshKey()).send(body);
  if (answer.status !== 201) throw new Error(`the commitment was answered ${answer.status}`);
  return answer.body;
}

/** The token that an officer hands to the MSME of a collaboration. */
export async function msmeTokenOf(service: RunningService, collaborationId: string): Promise<string> {
  const answer = await request(service.app)
    .get(`/collaborations/${collaborationId}/msme-links`)
    .set('Authorization', `Bearer ${operatorToken}`);
  return answer.body.links[0].token;
}
