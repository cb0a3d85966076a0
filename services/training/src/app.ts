import { CAPABILITY_TOKEN, capabilityClaims } from '@ksbb/contracts';
import { createRelay, type Database, isDatabaseUnavailable, openStore } from '@ksbb/document-store';
import type { Bus } from '@ksbb/messaging';
import { buildEventService, type BuiltService, type ServiceParts } from '@ksbb/service-kit';
import { capabilityAuthenticator } from '@ksbb/service-kit/token';
import { trainingRoutes } from './routes.ts';
import type { Settings } from './settings.ts';
import { trainingStore } from './stores.ts';
import { subscriptions } from './subscriptions.ts';

type Parts = ServiceParts<Pick<Settings, 'CAPABILITY_SECRET' | 'OPERATOR_TOKEN'>> & { database: Database; bus: Bus };

/** Wires the service: its store, its routes, its reactions to events. It does not listen. */
export async function createApp(parts: Parts): Promise<BuiltService> {
  const { settings, database, bus, log, metrics, clock } = parts;
  const relay = createRelay({ publisher: bus, log, clock, registry: metrics.registry });
  const trainings = await openStore(trainingStore, { connection: database.connection, relay, clock });
  const capability = capabilityAuthenticator({
    ...CAPABILITY_TOKEN,
    secret: settings.CAPABILITY_SECRET,
    claims: capabilityClaims,
    clock,
    help: 'Get one with the PIN of the collaboration.',
  });
  bus.subscribe(subscriptions, { trainings, clock });
  relay.start();
  return buildEventService({
    ...parts,
    service: 'training',
    routes: trainingRoutes({ trainings, capability, clock }),
    relay,
    isUnavailable: isDatabaseUnavailable,
  });
}
