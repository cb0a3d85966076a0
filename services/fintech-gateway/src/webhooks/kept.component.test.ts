import type { LoanView } from '@ksbb/contracts';
import { type Database, openDatabase } from '@ksbb/document-store';
import { RejectedEvent } from '@ksbb/messaging';
import { createLog, parseSettings } from '@ksbb/service-kit';
import { eventually, freshDatabase, removeDatabase } from '@ksbb/testkit';
import { type Modules, notifyPartner } from '../reactions.ts';
import { settingsSchema } from '../settings.ts';
import { createMetrics } from '@ksbb/service-kit';
import { openWebhookDeliveries, type WebhookDeliveries } from './stores/deliveries.ts';
import { openWebhookEndpoints } from './stores/endpoints.ts';
import { openWebhookMessages, type WebhookMessages } from './stores/messages.ts';
import { activeSecrets } from './stores/endpoints.ts';
import { environmentOf } from '../testing/gateway.ts';
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
let messages: WebhookMessages;
let allDeliveries: WebhookDeliveries;

beforeAll(async () => {
  uri = freshDatabase('gateway-webhooks');
  database = await openDatabase(uri, log);
  const endpoints = await openWebhookEndpoints(database.connection);
  messages = await openWebhookMessages(database.connection);
  allDeliveries = await openWebhookDeliveries(database.connection);
  const fresh = {
    disabled: null,
    health: { failures: 0, failingSince: null },
    version: 1,
    createdAt: start.toISOString(),
    description: '',
  };
  // Disabled, so that nothing is sent.
  await endpoints.add({
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

const openAt = (now: Date) =>
  openWebhooks({ settings, connection: database.connection, metrics: createMetrics('test'), clock: () => now, log });
const notification = (key: string, data: Record<string, unknown> = {}) =>
  ({ partner: 'amanah', eventType: 'loan-repaid', key, at: start.toISOString(), data }) as const;
const messagesAt = async (before: Date) =>
  (await messages.between('amanah', ['loan-repaid'], start, before, 10, null)).length;
const deliveries = async () => (await allDeliveries.list('ep_1', null, 10, null)).length;

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

test('a message and its log are kept for 90 days, and then deleted', async () => {
  const now = await openAt(start);
  await now.notify(notification('kept'));
  await now.close();
  const lastDay = await openAt(later(90 * DAY_MS));
  await lastDay.notify(notification('other'));
  await lastDay.close();
  expect([await messagesAt(later(1)), await deliveries()]).toEqual([1, 2]);
  const after = await openAt(later(90 * DAY_MS + 1));
  await eventually(
    'the old message and its log are deleted',
    async () => (await messagesAt(later(1))) === 0 && (await deliveries()) === 1,
  );
  await after.close();
});

test('a payload of more than 256 KB is refused, kept by nobody, and its event is dead-lettered', async () => {
  const webhooks = await openAt(start);
  const around = Buffer.byteLength(
    JSON.stringify({ type: 'loan-repaid', timestamp: start.toISOString(), data: { note: '' } }),
  );
  const note = 'x'.repeat(LARGEST_PAYLOAD_BYTES - around);
  const before = await deliveries();
  await expect(webhooks.notify(notification('too large', { note: `${note}x` }))).rejects.toThrow(PayloadTooLarge);
  expect(await deliveries()).toBe(before);
  await webhooks.notify(notification('just right', { note }));
  expect(await deliveries()).toBe(before + 1);
  const data = { partner: 'amanah', loanId: 'KSBB-0000-0000-0011.1', lots: note } as unknown as LoanView;
  const event = {
    type: 'ksbb.fintech-gateway.loan-repaid.v1',
    id: 'e',
    time: start.toISOString(),
    data: { ...data, note },
  };
  await expect(notifyPartner(event as never, { webhooks } as unknown as Modules)).rejects.toThrow(RejectedEvent);
  await webhooks.close();
});
