import {
  contractDeclined,
  type Envelope,
  envelope,
  type EventDefinition,
  lineReceiptConfirmed,
  lineReleased,
  loanDisbursed,
  msmeDelisted,
  msmeListed,
  msmeUpdated,
  needCoverageChanged,
  relendProposed,
  trainingCancelled,
  trainingHeld,
} from '@ksbb/contracts';
import { openStore } from '@ksbb/document-store';
import { describeDeliveries } from '@ksbb/testkit/deliveries';
import type { NumberedLine } from './commitment/commitment.ts';
import { decide } from './commitment/decide.ts';
import { type ReservationParts, reserveAndConfirm } from './make-commitment/reservation-process.ts';
import { boardStore, commitmentStore } from './stores.ts';
import { subscriptions } from './subscriptions.ts';
import { msmeNamed } from './testing/running-service.ts';

const now = new Date('2026-11-24T03:00:00.000Z');
const event = (definition: EventDefinition, subject: string, version: number, data: object): Envelope =>
  envelope(definition, subject, version, data as Record<string, unknown>, now);
const listed = (msmeId: string, version: number, amounts = {}) =>
  event(msmeListed, msmeId, version, msmeNamed(msmeId, amounts));
const updated = (msmeId: string, version: number, amounts = {}) =>
  event(msmeUpdated, msmeId, version, msmeNamed(msmeId, amounts));
const delisted = (msmeId: string, version: number) =>
  event(msmeDelisted, msmeId, version, { ...msmeNamed(msmeId), reason: 'closed down' });

const [helped, failed, lost] = ['KSBB-0000-0000-0011', 'KSBB-0000-0000-0022', 'KSBB-0000-0000-0033'];

function linesOf(collaborationId: string, msmeId: string): NumberedLine[] {
  return [
    { lineId: `${collaborationId}.1`, msmeId, needId: `${msmeId}.face-mask`, package: 'goods', quantity: 50 },
    {
      lineId: `${collaborationId}.2`,
      msmeId,
      needId: `${msmeId}.capital`,
      package: 'capital',
      amountRupiah: 6_000_000,
      partner: 'amanah',
      instalments: 3,
    },
    { lineId: `${collaborationId}.3`, msmeId, needId: `${msmeId}.bookkeeping`, package: 'training', seats: 4 },
  ];
}

async function commit(parts: ReservationParts, collaborationId: string, msmeId: string): Promise<void> {
  const request = {
    collaborationId,
    origin: { kind: 'donor' as const },
    donorName: 'PT Contoh',
    lines: linesOf(collaborationId, msmeId),
    access: null,
  };
  const made = await parts.commitments.decide(collaborationId, (state) =>
    decide(state, { type: 'request', request }, now),
  );
  if ('refused' in made || made.state.status !== 'reserving') throw new Error('a new commitment is reserving');
  await reserveAndConfirm(parts, made.state);
}

function loanOf(collaborationId: string, msmeId: string) {
  const loan = { loanId: `${collaborationId}.2`, collaborationId, msmeId, partner: 'amanah' };
  const lots = [{ donorCollaborationId: collaborationId, generation: 1, amountRupiah: 6_000_000 }];
  const schedule = [{ instalment: 1, dueDate: '2026-12-26', amountRupiah: 6_000_000 }];
  return {
    disbursed: event(loanDisbursed, loan.loanId, 4, {
      ...loan,
      amountRupiah: 6_000_000,
      schedule,
      lots,
      disbursedAt: now.toISOString(),
    }),
    declined: event(contractDeclined, loan.loanId, 4, { ...loan, reason: 'declined by the signer' }),
  };
}

function trainingOf(collaborationId: string, msmeId: string) {
  const about = { trainingId: `${collaborationId}.bookkeeping`, collaborationId, topic: 'bookkeeping', skill: 'hard' };
  const lineId = `${collaborationId}.3`;
  return {
    held: event(trainingHeld, about.trainingId, 5, {
      ...about,
      participants: [{ lineId, msmeId, seats: 4, attended: 3 }],
      heldAt: now.toISOString(),
    }),
    cancelled: event(trainingCancelled, about.trainingId, 5, {
      ...about,
      lineIds: [lineId],
      reason: 'the trainer is ill',
    }),
  };
}

const goods = {
  collaborationId: helped,
  lineId: `${helped}.1`,
  msmeId: 'warung-a',
  needId: 'warung-a.face-mask',
  package: 'goods',
};
const receipt = (version: number, reportId: string, reportedAmount: number, confirmedAmount: number) =>
  event(lineReceiptConfirmed, helped, version, {
    ...goods,
    reportId,
    reportedAmount,
    confirmedAmount,
    confirmedAt: now.toISOString(),
  });

describeDeliveries('commitment', {
  subscriptions,
  open: async (context) => ({
    boards: await openStore(boardStore, context),
    commitments: await openStore(commitmentStore, context),
    clock: context.clock,
  }),
  given: async (parts, deliver) => {
    for (const msmeId of ['warung-a', 'warung-b', 'warung-d', 'warung-r']) await deliver(listed(msmeId, 1));
    await commit(parts, helped, 'warung-a');
    await commit(parts, failed, 'warung-b');
    await commit(parts, lost, 'warung-d');
  },
  events: [
    listed('warung-n', 1),
    updated('warung-n', 2, { masks: 300 }),
    updated('warung-a', 2, { masks: 150 }),
    updated('warung-a', 4, { masks: 180, seats: 12 }),
    receipt(3, 'report-1', 30, 29),
    receipt(4, 'report-2', 20, 20),
    event(lineReleased, helped, 5, { ...goods, releasedAmount: 1, reason: 'withdrawn' }),
    loanOf(helped, 'warung-a').disbursed,
    trainingOf(helped, 'warung-a').held,
    loanOf(failed, 'warung-b').declined,
    trainingOf(failed, 'warung-b').cancelled,
    delisted('warung-d', 2),
    listed('warung-d', 3, { masks: 70 }),
    event(relendProposed, 'relend.KSBB-0000-0000-0044.2', 2, {
      relendId: 'relend.KSBB-0000-0000-0044.2.1',
      fromLoanId: 'KSBB-0000-0000-0044.2',
      partner: 'lumbung',
      msmeId: 'warung-r',
      needId: 'warung-r.capital',
      amountRupiah: 2_000_000,
      instalments: 3,
    }),
  ],
  sets: ['deliveries', 'releases', 'reports'],
  statesPublished: [needCoverageChanged],
});
