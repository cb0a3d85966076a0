import { envelope, needCoverageChanged } from '@ksbb/contracts';
import { describeDeliveries } from '@ksbb/testkit/deliveries';
import { openCoverageStore } from './stores.ts';
import { subscriptions } from './subscriptions.ts';

const now = new Date('2026-11-24T03:00:00.000Z');
const changed = (msmeId: string, version: number, promised: number) => {
  const needs = [
    { needId: `${msmeId}.face-mask`, package: 'goods', declared: 200, promised, delivered: 0, open: 200 - promised },
  ];
  return envelope(needCoverageChanged, msmeId, version, { msmeId, needs }, now);
};

describeDeliveries('msme-registry', {
  subscriptions,
  open: async ({ connection }) => ({ coverage: await openCoverageStore(connection) }),
  given: async () => undefined,
  events: [
    changed('warung-a', 1, 0),
    changed('warung-b', 1, 10),
    changed('warung-a', 2, 100),
    changed('warung-a', 5, 50),
  ],
});
