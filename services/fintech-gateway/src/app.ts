import { createRelay, type Database, isDatabaseUnavailable } from '@ksbb/document-store';
import type { Bus } from '@ksbb/messaging';
import { buildEventService, type BuiltService, type ServiceParts } from '@ksbb/service-kit';
import { openFund } from './fund/open-fund.ts';
import { openLoans } from './loans/open-loans.ts';
import { openPartners } from './partners/open-partners.ts';
import type { Settings } from './settings.ts';
import { subscriptions } from './subscriptions.ts';
import { openWebhooks } from './webhooks/open-webhooks.ts';

type Parts = ServiceParts<Settings> & { database: Database; bus: Bus };

/** Wires the service: four modules, their routes, and the reactions that work on them. It does not listen. */
export async function createApp(parts: Parts): Promise<BuiltService> {
  const { settings, database, bus, log, metrics, clock } = parts;
  const relay = createRelay({ publisher: bus, log, clock, registry: metrics.registry });
  const shared = { settings, connection: database.connection, relay, metrics, log, clock };
  const partners = openPartners(shared);
  const loans = await openLoans({ ...shared, partners });
  const fund = await openFund({ ...shared, partners, loans });
  const webhooks = await openWebhooks(shared);

  bus.subscribe(subscriptions, { loans, fund, webhooks });
  relay.start();
  const service = buildEventService({
    ...parts,
    service: 'fintech-gateway',
    routes: [...loans.routes, ...fund.routes, ...webhooks.routes],
    relay,
    loops: [webhooks, loans, fund],
    isUnavailable: isDatabaseUnavailable,
  });
  return {
    ...service,
    close: async () => {
      await service.close();
      partners.close();
    },
  };
}
