import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDatabaseUnavailable, openDatabase } from '@ksbb/document-store';
import { createBus } from '@ksbb/messaging';
import { createLog, createMetrics, parseSettings } from '@ksbb/service-kit';
import { createApp } from '../app.ts';
import { settingsSchema } from '../settings.ts';
import { CREDENTIALS } from './credentials.ts';
import { CAPABILITY_SECRET } from './donor-token.ts';

export const OPERATOR_TOKEN = 'operator-token-of-the-tests';

type Places = { amqpUrl: string; databaseUri: string; partnersUrl: string; port: number; healthPort?: number };

/** The environment of a gateway that tries again quickly. */
export function environmentOf({
  amqpUrl,
  databaseUri,
  partnersUrl,
  port,
  healthPort = 1,
}: Places): Record<string, string> {
  return {
    PORT: String(port),
    HEALTH_PORT: String(healthPort),
    AMQP_URL: amqpUrl,
    MONGODB_URI: databaseUri,
    OPERATOR_TOKEN,
    CAPABILITY_SECRET,
    AMANAH_URL: `${partnersUrl}/amanah`,
    LUMBUNG_URL: `${partnersUrl}/lumbung`,
    ...CREDENTIALS,
    PARTNER_TIMEOUT_MS: '1000',
    BREAKER_VOLUME: '3',
    BREAKER_RESET_MS: '300',
    BREAKER_RAMP_MS: '300',
    BULKHEAD_WAIT_MS: '200',
    FORWARD_RETRY_MS: '50',
    FORWARD_RETRY_MAX_MS: '200',
    POLL_EVERY_MS: '100',
    RELEND_SWEEP_MS: '200',
    RECONCILE_EVERY_MS: '3600000',
  };
}

export type TestGateway = { url: string; metrics: () => Promise<string>; close: () => Promise<void> };

/** The gateway in this process, served on its port. `environment` may replace what `environmentOf` says. */
export async function startGateway(places: Places, environment: Record<string, string> = {}): Promise<TestGateway> {
  const settings = parseSettings(settingsSchema, { ...environmentOf(places), ...environment });
  const log = createLog('fintech-gateway', 'silent');
  const metrics = createMetrics('fintech-gateway');
  const database = await openDatabase(settings.MONGODB_URI, log);
  const bus = createBus({
    url: settings.AMQP_URL,
    service: 'fintech-gateway',
    log,
    registry: metrics.registry,
    isDependencyDown: isDatabaseUnavailable,
  });
  const built = await createApp({ settings, database, bus, log, metrics, clock: () => new Date() });
  const server = createServer(built.app);
  await new Promise<void>((resolve) => server.listen(settings.PORT, '127.0.0.1', resolve));
  await bus.started();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    metrics: () => metrics.registry.metrics(),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await built.close();
    },
  };
}
