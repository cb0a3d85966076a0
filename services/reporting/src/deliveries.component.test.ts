import { describeDeliveries } from '@ksbb/testkit/deliveries';
import { openReadModels } from './stores/read-models.ts';
import { subscriptions } from './subscriptions.ts';
import { life } from './testing/life.ts';

describeDeliveries('reporting', {
  subscriptions,
  open: async ({ connection }) => openReadModels(connection),
  given: async () => undefined,
  events: life,
});
