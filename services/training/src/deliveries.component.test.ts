import { commitmentConfirmed, envelope, type EventDefinition, lineReleased } from '@ksbb/contracts';
import { openStore } from '@ksbb/document-store';
import { describeDeliveries } from '@ksbb/testkit/deliveries';
import { trainingStore } from './stores.ts';
import { subscriptions } from './subscriptions.ts';

const now = new Date('2026-11-24T03:00:00.000Z');

/** An event of the example's shape about another collaboration. */
function about(event: EventDefinition, collaborationId: string, version: number, data: Record<string, unknown> = {}) {
  const example = JSON.parse(
    JSON.stringify(event.example).replaceAll('KSBB-0000-0000-0011', collaborationId),
  ) as Record<string, unknown>;
  return envelope(event, collaborationId, version, { ...example, ...data }, now);
}

const [lonely, kept] = ['KSBB-0000-0000-0022', 'KSBB-0000-0000-0033'];
const { lines } = commitmentConfirmed.data.parse(commitmentConfirmed.example);
const bookkeeping = lines.find((line) => line.package === 'training')!;
const twoSeats = { ...bookkeeping, lineId: `${kept}.3`, seats: 2 };
const elsewhere = {
  ...bookkeeping,
  lineId: `${kept}.4`,
  msmeId: 'warung',
  msmeName: 'Warung',
  needId: 'warung.bookkeeping',
};

describeDeliveries('training', {
  subscriptions,
  open: async (context) => ({ trainings: await openStore(trainingStore, context), clock: context.clock }),
  given: async () => undefined,
  events: [
    about(commitmentConfirmed, lonely, 1),
    about(commitmentConfirmed, kept, 1, { lines: [twoSeats, elsewhere] }),
    about(lineReleased, lonely, 2),
    about(lineReleased, lonely, 3, {
      package: 'training',
      lineId: `${lonely}.3`,
      needId: bookkeeping.needId,
      releasedAmount: 4,
      reason: 'msme-delisted',
    }),
    about(lineReleased, kept, 2, {
      package: 'training',
      lineId: `${kept}.4`,
      msmeId: 'warung',
      needId: elsewhere.needId,
      releasedAmount: 4,
      reason: 'msme-delisted',
    }),
  ],
});
