import { openDatabase } from '@ksbb/document-store';
import { createBus } from '@ksbb/messaging';
import { createLog, createMetrics, parseSettings, routeTable } from '@ksbb/service-kit';
import { freshDatabase, freshVhost, removeDatabase, removeVhost } from '@ksbb/testkit';
import { createApp } from './app.ts';
import { settingsSchema } from './settings.ts';
import { environmentOf } from './testing/gateway.ts';

test('every route says who may call it', async () => {
  const [amqpUrl, databaseUri] = [await freshVhost(), freshDatabase('gateway-routes')];
  const log = createLog('test', 'silent');
  const metrics = createMetrics('test');
  const places = { amqpUrl, databaseUri, partnersUrl: 'http://localhost:1', port: 1 };
  const built = await createApp({
    settings: parseSettings(settingsSchema, environmentOf(places)),
    database: await openDatabase(databaseUri, log),
    bus: createBus({ url: amqpUrl, service: 'fintech-gateway', log, registry: metrics.registry }),
    log,
    metrics,
    clock: () => new Date(),
  });
  expect(routeTable(built.app)).toEqual([
    'GET /collaborations/:collaborationId/loans public',
    'GET /loans/:loanId public',
    'GET /partners operator',
    'GET /parked operator',
    'POST /parked/:loanId/resume operator',
    'GET /set-aside operator',
    'POST /set-aside/replay operator',
    'POST /callbacks/amanah partner',
    'POST /callbacks/lumbung partner',
    'GET /fund/trial-balance public',
    'GET /fund/chain/:loanId public',
    'GET /fund/postings operator',
    'POST /fund/reversals operator',
    'GET /fund/approvals operator',
    'POST /fund/approvals/:relendId operator',
    'GET /fund/reconciliations/:partner operator',
    'POST /fund/reconciliations/:partner/:day operator',
    'POST /fund/reconciliations/:partner/:day/close operator',
    'POST /partner/v1/endpoints partner endpoints:write',
    'GET /partner/v1/event-types partner endpoints:read',
    'GET /partner/v1/endpoints partner endpoints:read',
    'GET /partner/v1/endpoints/:endpointId partner endpoints:read',
    'PATCH /partner/v1/endpoints/:endpointId partner endpoints:write',
    'POST /partner/v1/endpoints/:endpointId/rotate-secret partner endpoints:write',
    'DELETE /partner/v1/endpoints/:endpointId partner endpoints:write',
    'GET /partner/v1/endpoints/:endpointId/deliveries partner deliveries:read',
    'GET /partner/v1/endpoints/:endpointId/deliveries/:messageId partner deliveries:read',
    'POST /partner/v1/endpoints/:endpointId/deliveries/:messageId/replay partner deliveries:replay',
    'POST /partner/v1/endpoints/:endpointId/replay partner deliveries:replay',
    'POST /partner/v1/endpoints/:endpointId/test partner endpoints:write',
    'POST /partner-credentials operator',
    'GET /partner-credentials operator',
    'DELETE /partner-credentials/:credentialId operator',
    'GET /operator/dead-letters operator',
    'GET /operator/dead-letters/:eventId operator',
    'POST /operator/dead-letters/replay operator',
    'POST /operator/dead-letters/discard operator',
  ]);
  await built.close();
  await removeVhost(amqpUrl);
  await removeDatabase(databaseUri);
});
