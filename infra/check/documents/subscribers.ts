import type { BroadcastSubscription, Subscription } from '@ksbb/messaging';
import type { Bindings } from '../../topology/declare.ts';
import { subscriptions as commitment } from '../../../services/commitment/src/subscriptions.ts';
import { subscriptions as fintechGateway } from '../../../services/fintech-gateway/src/subscriptions.ts';
import {
  broadcastSubscriptions as msmeRegistryBroadcasts,
  subscriptions as msmeRegistry,
} from '../../../services/msme-registry/src/subscriptions.ts';
import { subscriptions as reporting } from '../../../services/reporting/src/subscriptions.ts';
import { subscriptions as training } from '../../../services/training/src/subscriptions.ts';

/** A service that takes events, and its tables. A broadcast subscription needs no queue that is declared before. */
export type Subscriber = {
  service: string;
  subscriptions: readonly Subscription<never>[];
  broadcastSubscriptions?: readonly BroadcastSubscription<never>[];
};

/** Every service that takes events. Importing a table starts nothing. */
export const subscribers: readonly Subscriber[] = [
  { service: 'commitment', subscriptions: commitment },
  { service: 'fintech-gateway', subscriptions: fintechGateway },
  { service: 'msme-registry', subscriptions: msmeRegistry, broadcastSubscriptions: msmeRegistryBroadcasts },
  { service: 'reporting', subscriptions: reporting },
  { service: 'training', subscriptions: training },
];

/** The bindings that the services' tables ask for. */
export function bindingsOf(all: readonly Subscriber[]): Bindings {
  return Object.fromEntries(
    all.map(({ service, subscriptions }) => [
      service,
      [...new Set(subscriptions.map(({ event }) => event.routingKey))].toSorted(),
    ]),
  );
}
