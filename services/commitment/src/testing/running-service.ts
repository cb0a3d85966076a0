import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Envelope,
  envelope,
  type EventDefinition,
  type MakeCommitmentRequest,
  type Msme,
  msmeListed,
  type NewEvent,
} from '@ksbb/contracts';
import { isDatabaseUnavailable, openDatabase } from '@ksbb/document-store';
import { type Bus, createBus, on } from '@ksbb/messaging';
import { createLog, createMetrics, type Metrics } from '@ksbb/service-kit';
import { createApp } from '../app.ts';
import { exampleInstitutions } from '../institutions/institutions.ts';

/*
 * For component tests: the service as production wires it, on a real database and broker, with another service beside it
 * that publishes events and hears what comes back.
 */

export const pinSecret = 'a-pin-secret-for-tests';
export const capabilitySecret = 'a-capability-secret-for-tests';
export const operatorToken = 'an-operator-token-for-tests';

const settings = {
  PIN_SECRET: pinSecret,
  CAPABILITY_SECRET: capabilitySecret,
  OPERATOR_TOKEN: operatorToken,
  INSTITUTIONS_FILE: exampleInstitutions,
};

const WAIT_MS = 25_000;

export type RunningService = Awaited<ReturnType<typeof startService>>;

/** Asks again until `look` answers something, at most 25 s. */
export async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const end = performance.now() + WAIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error('it did not come about in time');
    await sleep(20);
  }
}

function busOf(service: string, amqpUrl: string, { registry }: Metrics): Bus {
  return createBus({
    url: amqpUrl,
    service,
    log: createLog(service, 'silent'),
    registry,
    isDependencyDown: isDatabaseUnavailable,
  });
}

/** How many deliveries of an event were handled, repeats included, by the service's own count. */
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

/** Starts the service; `offset` moves its clock by milliseconds. `hears`: the events that the other service listens to. */
export async function startService({
  amqpUrl,
  mongodbUri,
  hears,
}: {
  amqpUrl: string;
  mongodbUri: string;
  hears: readonly EventDefinition[];
}) {
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
    /** Publishes as another service would, once for each of `versions`; resolves when the service has handled them all. */
    tell: async <D extends EventDefinition>(
      event: D,
      subject: string,
      versions: readonly number[],
      data: NewEvent<D>['data'],
    ): Promise<void> => {
      const before = await handledOf(metrics, event);
      for (const version of versions)
        await other.publish(envelope(event, subject, version, data as Record<string, unknown>, clock()));
      await until(async () => ((await handledOf(metrics, event)) >= before + versions.length ? true : undefined));
    },
    close: async () => {
      await service.close();
      await other.close();
    },
  };
}

export const area = {
  kodeKelurahan: '31.71.01.1003',
  kelurahan: 'Petojo Utara',
  kecamatan: 'Gambir',
  kota: 'Kota Administrasi Jakarta Pusat',
};
const declaredAt = '2026-11-01T00:00:00.000Z';

/** An MSME that lacks masks, capital and a training. */
export function msmeNamed(
  msmeId: string,
  amounts: { masks?: number; capitalRupiah?: number; seats?: number } = {},
): Msme {
  const { masks = 100, capitalRupiah = 6_000_000, seats = 10 } = amounts;
  return {
    msmeId,
    name: `Warung ${msmeId}`,
    category: 'kuliner',
    origin: 'generated',
    sourceId: null,
    profile: { id: 'Warung.', en: 'A food stall.' },
    location: null,
    area,
    photos: [],
    needs: [
      { needId: `${msmeId}.face-mask`, package: 'goods', item: 'face-mask', quantity: masks, declaredAt },
      { needId: `${msmeId}.capital`, package: 'capital', amountRupiah: capitalRupiah, declaredAt },
      { needId: `${msmeId}.bookkeeping`, package: 'training', topic: 'bookkeeping', skill: 'hard', seats, declaredAt },
    ],
    verified: true,
    listedAt: declaredAt,
  };
}

export async function listMsme({ tell }: RunningService, msme: Msme): Promise<Msme> {
  await tell(msmeListed, msme.msmeId, [1], msme);
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
