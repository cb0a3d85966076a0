import { describeDeliveries } from '@ksbb/testkit/deliveries';
import { openReadModels } from './stores.ts';
import { subscriptions } from './subscriptions.ts';
import { scenario } from './testing/scenario.ts';

describeDeliveries('reporting', {
  subscriptions,
  open: async ({ connection }) => openReadModels(connection),
  given: async () => undefined,
  events: scenario,
});
