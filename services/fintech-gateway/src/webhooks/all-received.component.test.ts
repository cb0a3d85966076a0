import { type Database, openDatabase } from '@ksbb/document-store';
import { createLog, parseSettings } from '@ksbb/service-kit';
import { eventually, freshDatabase, removeDatabase } from '@ksbb/testkit';
import { settingsSchema } from '../settings.ts';
import { createMetrics } from '@ksbb/service-kit';
import { openWebhookEndpoints } from './stores/endpoints.ts';
import { environmentOf } from '../testing/gateway.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../testing/webhook-receiver.ts';
import { openWebhooks, type Webhooks } from './open-webhooks.ts';

/* The full size, 100,000, is a row of the bench `webhooks-all`. */
const MESSAGES = 900;
const ENDPOINTS = 3;
const TIMEOUT_MS = 300_000;
const AT_ONCE = 20;
/** One call in this number of calls fails. */
const FAILS = 13;

const log = createLog('test', 'silent');
const clock = () => new Date();
const places = {
  amqpUrl: 'amqp://localhost',
  databaseUri: 'mongodb://localhost/gateway',
  partnersUrl: 'http://localhost:1',
  port: 8080,
};
const quick = {
  WEBHOOK_ALLOW_LOCAL: 'true',
  WEBHOOK_PER_SECOND: '100000',
  WEBHOOK_POLL_MS: '20',
  WEBHOOK_STEPS_MS: '20,20,20,20,20',
};
const settings = parseSettings(settingsSchema, { ...environmentOf(places), ...quick });

let uri: string;
let database: Database;
let receiver: WebhookReceiver;

beforeAll(async () => {
  uri = freshDatabase('gateway-all-received');
  database = await openDatabase(uri, log);
  receiver = await startWebhookReceiver();
  const endpoints = await openWebhookEndpoints(database.connection);
  const fresh = {
    disabled: null,
    health: { failures: 0, failingSince: null },
    version: 1,
    createdAt: clock().toISOString(),
    description: '',
  };
  const secrets = [{ secret: `whsec_${Buffer.alloc(24, 1).toString('base64')}`, expiresAt: null }];
  for (let at = 0; at < ENDPOINTS; at += 1) {
    await endpoints.add({
      endpointId: `ep_${at}`,
      partner: 'amanah',
      url: `${receiver.url}/${at}`,
      eventTypes: ['loan-repaid'],
      secrets,
      ...fresh,
    });
  }
});

afterAll(async () => {
  await receiver.close();
  await database.close();
  await removeDatabase(uri);
});

const open = (): Promise<Webhooks> =>
  openWebhooks({ settings, connection: database.connection, metrics: createMetrics('test'), clock, log });

/** What each endpoint has taken: the numbers of the messages, each once. */
function takenBy(endpoint: number, answered: Map<string, Set<number>>): number[] {
  return [...(answered.get(`/${endpoint}`) ?? [])].toSorted((one, other) => one - other);
}

test(
  'every message that is published is received at every endpoint, past answers that fail and senders that come and go',
  async () => {
    const taken = new Map<string, Set<number>>();
    let calls = 0;
    receiver.answerWith(({ path, payload }) => {
      calls += 1;
      if (calls % FAILS === 0) return { status: 500 };
      const { data } = JSON.parse(payload) as { data: { at: number } };
      taken.set(path, (taken.get(path) ?? new Set()).add(data.at));
      return { status: 204 };
    });
    const [first, second] = [await open(), await open()];
    let next = 0;
    async function publish(): Promise<void> {
      for (let at = next++; at < MESSAGES; at = next++) {
        const from = at % 2 === 0 ? first : second;
        await from.notify({
          partner: 'amanah',
          eventType: 'loan-repaid',
          key: `event-${at}`,
          at: clock().toISOString(),
          data: { at },
        });
        if (at === MESSAGES / 3) await second.close();
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, publish));
    await first.close();
    const third = await open();
    const all = Array.from({ length: MESSAGES }, (_, at) => at);
    await eventually('every endpoint has received every message', () =>
      Array.from({ length: ENDPOINTS }, (_, endpoint) => takenBy(endpoint, taken).length).every(
        (count) => count === MESSAGES,
      ),
    );
    for (let endpoint = 0; endpoint < ENDPOINTS; endpoint += 1) expect(takenBy(endpoint, taken)).toEqual(all);
    await third.close();
  },
  TIMEOUT_MS,
);
