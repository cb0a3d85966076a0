import type { LoanView } from '@ksbb/contracts';
import { createRelay, type Database, openDatabase } from '@ksbb/document-store';
import { RejectedEvent } from '@ksbb/messaging';
import { createLog, parseSettings } from '@ksbb/service-kit';
import { Registry } from 'prom-client';
import { freshDatabase, removeDatabase } from '@ksbb/testkit';
import type { Reactions } from '../reactions/reactions.ts';
import { tellPartner } from '../reactions/tell-partner.ts';
import { settingsSchema } from '../settings.ts';
import { openStores, type Stores } from '../stores/stores.ts';
import { activeSecrets } from './stores/endpoints.ts';
import { environmentOf } from '../testing/gateway.ts';
import { until } from '../testing/until.ts';
import { openWebhooks } from './open-webhooks.ts';
import { LARGEST_PAYLOAD_BYTES, PayloadTooLarge } from './outbox.ts';

const log = createLog('test', 'silent');
const start = new Date('2026-11-25T00:00:00.000Z');
const later = (milliseconds: number) => new Date(start.getTime() + milliseconds);
const DAY_MS = 86_400_000;
const places = {
  amqpUrl: 'amqp://localhost',
  databaseUri: 'mongodb://localhost/gateway',
  partnersUrl: 'http://localhost:1',
  port: 8080,
};
const settings = parseSettings(settingsSchema, environmentOf(places));

let uri: string;
let database: Database;
let stores: Stores;

beforeAll(async () => {
  uri = freshDatabase('gateway-webhooks');
  database = await openDatabase(uri, log);
  const relay = createRelay({
    publisher: { publish: async () => undefined, connected: () => false },
    log,
    clock: () => start,
    registry: new Registry(),
  });
  stores = await openStores({ connection: database.connection, relay, clock: () => start });
  const fresh = {
    disabled: null,
    health: { failures: 0, failingSince: null },
    version: 1,
    createdAt: start.toISOString(),
    description: '',
  };
  // Disabled, so that nothing is sent.
  await stores.webhookEndpoints.add({
    endpointId: 'ep_1',
    partner: 'amanah',
    url: 'https://partner.example/',
    eventTypes: ['loan-repaid'],
    secrets: [],
    ...fresh,
    disabled: { reason: 'by-partner', at: start.toISOString() },
  });
});

afterAll(async () => {
  await database.close();
  await removeDatabase(uri);
});

const openAt = (now: Date) => openWebhooks({ settings, stores, onAttempt: () => undefined, clock: () => now, log });
const news = (key: string, data: Record<string, unknown> = {}) =>
  ({ partner: 'amanah', eventType: 'loan-repaid', key, at: start.toISOString(), data }) as const;
const messagesAt = async (before: Date) =>
  (await stores.webhookMessages.between('amanah', ['loan-repaid'], start, before, 10, null)).length;
const deliveries = async () => (await stores.webhookDeliveries.list('ep_1', null, 10, null)).length;

test('a secret that was replaced is signed with for 24 hours and not longer', () => {
  const secrets = [
    { secret: 'new', expiresAt: null },
    { secret: 'old', expiresAt: later(DAY_MS).toISOString() },
  ];
  expect([later(0), later(DAY_MS - 1), later(DAY_MS)].map((now) => activeSecrets({ secrets }, now))).toEqual([
    ['new', 'old'],
    ['new', 'old'],
    ['new'],
  ]);
});

test('a message and its log are kept for 90 days, and then forgotten', async () => {
  const now = openAt(start);
  await now.outbox.tell(news('kept'));
  await now.close();
  const lastDay = openAt(later(90 * DAY_MS));
  await lastDay.outbox.tell(news('other'));
  await lastDay.close();
  expect([await messagesAt(later(1)), await deliveries()]).toEqual([1, 2]);
  const after = openAt(later(90 * DAY_MS + 1));
  await until(async () => (await messagesAt(later(1))) === 0 && (await deliveries()) === 1);
  await after.close();
});

test('a payload of more than 256 KB is refused, kept by nobody, and its event is dead-lettered', async () => {
  const webhooks = openAt(start);
  const around = Buffer.byteLength(
    JSON.stringify({ type: 'loan-repaid', timestamp: start.toISOString(), data: { note: '' } }),
  );
  const note = 'x'.repeat(LARGEST_PAYLOAD_BYTES - around);
  const before = await deliveries();
  await expect(webhooks.outbox.tell(news('too large', { note: `${note}x` }))).rejects.toThrow(PayloadTooLarge);
  expect(await deliveries()).toBe(before);
  await webhooks.outbox.tell(news('just right', { note }));
  expect(await deliveries()).toBe(before + 1);
  const data = { partner: 'amanah', loanId: 'KSBB-0000-0000-0011.1', lots: note } as unknown as LoanView;
  const event = {
    type: 'ksbb.fintech-gateway.loan-repaid.v1',
    id: 'e',
    time: start.toISOString(),
    data: { ...data, note },
  };
  await expect(tellPartner(event as never, { webhooks: webhooks.outbox } as unknown as Reactions)).rejects.toThrow(
    RejectedEvent,
  );
  await webhooks.close();
});
